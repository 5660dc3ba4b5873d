import { Command } from 'commander';
import { orderedBy } from '../reason.ts';
import { gate } from '../release/gate.ts';
import { gateText, releaseGuided } from '../release/guided.ts';
import { type ReleaseDeps, withRelease } from '../release/here.ts';
import { makeCurrent, nameOf, ramp, rollback, UNVERSIONED } from '../release/orders.ts';
import { releaseStatus, screenOfStatus } from '../release/status.ts';
import { UsageError } from '../settings.ts';

interface OrderOptions {
  readonly reason: string;
  readonly build?: string;
}

/** `cairn release status | check | start | ramp | current | rollback`. Exit codes: 0 done, 1 usage, 2 stopped by the gate or a ramp. */
export function releaseCommand(): Command {
  const release = new Command('release').description(
    'Builds of the workers: which gets work, and how another one takes over. --build is by default that of the code run here.',
  );
  release
    .command('status')
    .description('Builds with their state, live workers and open runs; and runs that are held.')
    .option('--json', 'print JSON')
    .action(({ json }: { json?: true }) =>
      withRelease(async (deps) => {
        const status = await releaseStatus(deps);
        deps.say(json ? JSON.stringify(status, null, 2) : screenOfStatus(status));
      }),
    );
  release
    .command('check')
    .description('The gate: replay kept histories, and open runs of the installation, on the code run here.')
    .option('--live <runs>', 'how many open runs to replay', '0')
    .action(({ live }: { live: string }) =>
      withRelease(async (deps) => {
        const report = await gate(deps, { live: count('--live', live) });
        deps.say(gateText(report));
        if (report.faults.length > 0) process.exitCode = 2;
      }),
    );
  ordering(release.command('start'))
    .description('Gate, wait for its workers, ramp, make current, wait until the build before is drained.')
    .option('--live <runs>', 'how many open runs the gate replays besides', '200')
    .option('--ramp <percent>', 'give it so much first')
    .option('--hold <seconds>', 'for so long; a run that is held meanwhile ends the ramp', '60')
    .option('--wait', 'until no run needs the build before')
    .action((options: OrderOptions & { live: string; ramp?: string; hold: string; wait?: true }) =>
      ordered(options, async (deps, buildId, by) => {
        const guided = {
          buildId,
          live: count('--live', options.live),
          rampPercent: options.ramp === undefined ? undefined : percentOf(options.ramp),
          holdMs: count('--hold', options.hold) * 1_000,
          wait: options.wait === true,
        };
        if (!(await releaseGuided(deps, guided, by))) process.exitCode = 2;
      }),
    );
  addSteps(release);
  return release;
}

function addSteps(release: Command): void {
  ordering(release.command('ramp <percent>'))
    .description('Give a build a part of new runs, and of those that move on; 0 ends the ramp.')
    .action((percent: string, options: OrderOptions) =>
      ordered(options, async (deps, buildId, by) => {
        const part = percentOf(percent);
        await ramp(deps, part === 0 ? undefined : { buildId, percent: part }, by);
        deps.say(part === 0 ? 'nothing ramps any more' : `${part} % go to ${buildId}`);
      }),
    );
  ordering(release.command('current'))
    .description('Make a build current, without the gate.')
    .option('--lacking-queues', 'although nobody of it polls a queue that the current one does')
    .action((options: OrderOptions & { lackingQueues?: true }) =>
      ordered(options, async (deps, build, by) => {
        const buildId = build === UNVERSIONED ? null : build;
        await makeCurrent(deps, { buildId, lackingQueues: options.lackingQueues === true }, by);
        deps.say(`${nameOf(buildId)} is current`);
      }),
    );
  release
    .command('rollback [build]')
    .description(
      `Take the last step back: end a ramp; else make the build current again that was so before, or this one (\`${UNVERSIONED}\`: workers without a version).`,
    )
    .requiredOption('--reason <why>', REASON)
    .action((build: string | undefined, options: { reason: string }) =>
      withRelease(async (deps) => {
        const did = await rollback(deps, build, orderedBy(options));
        deps.say(
          'endedRampOf' in did
            ? `the ramp of ${did.endedRampOf} is ended`
            : `${nameOf(did.to)} is current again, ${nameOf(did.from)} is not any more`,
        );
      }),
    );
}

const REASON = 'kept for whoever asks later; at least 10 characters';

function ordering(command: Command): Command {
  return command.requiredOption('--reason <why>', REASON).option('--build <build>', 'another than that of this code');
}

async function ordered(
  options: OrderOptions,
  work: (deps: ReleaseDeps, buildId: string, by: ReturnType<typeof orderedBy>) => Promise<void>,
): Promise<void> {
  const by = orderedBy(options);
  await withRelease((deps) => work(deps, options.build ?? deps.buildId, by));
}

function count(option: string, text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new UsageError(`${option} is a whole number`);
  return Number(text);
}

function percentOf(text: string): number {
  const percent = Number(text);
  if (!/^\d{1,3}$/.test(text) || percent > 100) throw new UsageError('a part is 0 to 100 per cent');
  return percent;
}

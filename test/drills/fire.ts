/**
 * Drill: the production topology (docker-compose.yml as processes) under kill -9. `npm run drill:fire` is the short one;
 * `-- --uploads 10000 --events 5000 --kills 200` the long one; `--scenario recovery` measures how soon all is done after one kill.
 * Exits 1 when anything acknowledged was lost, doubled or left over. With `--without <fence>` it runs on a copy of the project in
 * which that guard is taken out, and must then exit 1.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { startStripeForProcesses } from '../support/fake-stripe/for-processes.ts';
import { projectRoot } from '../support/servers.ts';
import { isServerBuilt } from '../support/topology/temporal-programs.ts';
import { fenceOf, treeWithout } from './support/fences.ts';
import { machineFacts } from './support/figures.ts';
import { openFireGround } from './support/fire/ground.ts';
import { kills } from './support/fire/kills.ts';
import { recovery } from './support/fire/recovery.ts';
import type { FireScenario } from './support/fire/scenario.ts';

const SCENARIOS: Readonly<Record<string, { readonly run: FireScenario; readonly workers: number }>> = {
  kills: { run: kills, workers: 2 },
  // One, so that the kill hits whoever has the work.
  recovery: { run: recovery, workers: 1 },
};

const { values } = parseArgs({
  options: {
    scenario: { type: 'string', default: 'kills' },
    uploads: { type: 'string', default: '100' },
    events: { type: 'string', default: '50' },
    kills: { type: 'string', default: '6' },
    'gap-s': { type: 'string', default: '4' },
    rounds: { type: 'string', default: '5' },
    'patience-s': { type: 'string', default: '60' },
    /** `server`, `dev-server`, or the first of them that is there. */
    temporal: { type: 'string', default: 'auto' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    without: { type: 'string' },
    json: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
const scenario = SCENARIOS[values.scenario];
if (!scenario) {
  console.error(`--scenario is one of ${Object.keys(SCENARIOS).join(', ')}`);
  process.exit(2);
}
const full = values.temporal === 'server' || (values.temporal === 'auto' && (await isServerBuilt()));
const temporal = full ? 'server' : 'dev-server';
const fences = values.without?.split(',') ?? [];
for (const name of fences) console.log(`without the fence ${name}: ${fenceOf(name).about}`);
const tree = fences.length > 0 ? await treeWithout(projectRoot, fences) : undefined;
const startedAt = performance.now();
const say = (what: string) => console.log(`${((performance.now() - startedAt) / 1000).toFixed(1)} s: ${what}`);
const { stripe, settings } = await startStripeForProcesses();
const topology = { tree: tree?.folder ?? projectRoot, temporal, workers: scenario.workers, settings, say } as const;
const ground = await openFireGround({ ...topology, stripe });
try {
  const { good, figures } = await scenario.run(ground, {
    uploads: Number(values.uploads),
    events: Number(values.events),
    kills: Number(values.kills),
    gapS: Number(values['gap-s']),
    rounds: Number(values.rounds),
    patienceS: Number(values['patience-s']),
    seed: Number(values.seed),
    say,
  });
  const facts = { machine: machineFacts(), temporal, asked: values, ...figures, verdict: good ? 'good' : 'RED' };
  console.log(JSON.stringify(facts, null, 2));
  if (values.json) await writeFile(values.json, `${JSON.stringify(facts, null, 2)}\n`);
  process.exitCode = good ? 0 : 1;
} finally {
  await ground.close({ keepHome: values.keep });
  await stripe.close();
  await tree?.remove();
}

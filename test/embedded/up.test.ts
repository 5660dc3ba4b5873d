import { type ChildProcess, spawn } from 'node:child_process';
import { access, readFile, rm, stat } from 'node:fs/promises';
import net from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { SCHEDULE_IDS } from '../../contracts/schedules.ts';
import { freePort } from '../../platform/embedded/ports.ts';
import { isAlive } from '../../platform/embedded/processes.ts';
import { environment } from '../../platform/environment.ts';
import { cairn } from '../cli/cairn.ts';
import { projectRoot, testHome } from '../support/servers.ts';

test('npm start: from nothing to a processed recording, found by a second start, gone after SIGTERM', async () => {
  const home = await homeOf('cairn up ö');
  const port = await freePort();
  const first = up(home, port);
  await first.says('Cairn is ready');
  expect(first.text()).toMatch(/sample recording processed: [\d.]+ km, 3600 points, in \d+ ms \(by workflow\)/);
  expect(first.text()).toMatch(/its workflow {3}http:\/\/127\.0\.0\.1:\d+\/namespaces\/default\/workflows\/upload/);

  const devFile = join(home, 'dev.json');
  expect((await stat(devFile)).mode & 0o777).toBe(0o600);
  const dev = JSON.parse(await readFile(devFile, 'utf8'));
  expect(dev.api).toBe(`http://127.0.0.1:${port}`);
  const [trackUrl = ''] = /http\S+\/v1\/tracks\/\S+/.exec(first.text()) ?? [];
  const track = await fetch(trackUrl, { headers: { authorization: `Bearer ${dev.apiKey}` } });
  expect(await track.json()).toMatchObject({ points: 3600 });

  const doctor = await cairn(['doctor', '--json'], { CAIRN_HOME: home }); // another terminal, without any configuration
  expect(doctor.code, doctor.out).toBe(0);
  expect(JSON.parse(doctor.out)).toMatchObject({ verdict: 'green', runBy: 'npm start', api: dev.api });

  const told = JSON.parse(doctor.out).findings.map(({ id }: { id: string }) => id);
  for (const id of SCHEDULE_IDS) expect(told).toContain(`schedule.${id}`);
  expect(first.text()).toMatch(
    new RegExp(`schedules +${SCHEDULE_IDS.length}; did they run\\? npm run cairn -- schedules status`),
  );
  const status = await cairn(['schedules', 'status', '--json'], { CAIRN_HOME: home });
  expect(status.code, status.out + status.err).toBe(0);
  expect(JSON.parse(status.out).schedules.map(({ schedule }: { schedule: string }) => schedule)).toEqual(SCHEDULE_IDS);

  expect(first.text()).toMatch(/Stripe +a fake one; npm run cairn -- stripe send life/);
  await sendsStripeEvents(home, dev);

  const second = up(home, port);
  expect(await second.exitCode).toBe(0);
  expect(second.text()).toContain(`Cairn already runs on ${home}: http://127.0.0.1:${port}`);

  const pids = await pidsOf(home);
  first.child.kill('SIGTERM');
  expect(await first.exitCode).toBe(0);
  for (const pid of Object.values(pids)) expect(isAlive(Number(pid))).toBe(false);
  await expect(access(devFile)).rejects.toThrow();
}, 180_000);

/** A newcomer's first events: each through the public route, signed, and processed by the worker, which asks the fake. */
async function sendsStripeEvents(home: string, dev: { pids: { stripe: number } }): Promise<void> {
  const stripe = async (...args: string[]) => {
    const { code, out, err } = await cairn(['stripe', 'send', ...args, '--json'], { CAIRN_HOME: home });
    expect(code, out + err).toBe(0);
    return JSON.parse(out).events;
  };
  const life = await stripe('life');
  expect(life).toHaveLength(12);
  for (const event of life) expect(event).toMatchObject({ status: 200, state: 'processed', mirror: 'kept' });

  process.kill(dev.pids.stripe, 'SIGKILL'); // it comes back with what it held, and under other ids of events
  await expect.poll(async () => (await pidsOf(home)).stripe, { timeout: 30_000 }).not.toBe(dev.pids.stripe);
  const [ended, ...others] = await stripe('customer.subscription.deleted');
  expect(others).toEqual([]); // the customer is known
  expect(ended).toMatchObject({ state: 'processed', objectId: 'sub_dev', mirror: 'kept' });
  const [, subscribed] = await stripe('customer.subscription.created', '--account', 'other');
  expect(subscribed).toMatchObject({ type: 'customer.subscription.created', objectId: 'sub_other' });

  const unknown = await cairn(['stripe', 'send', 'moon.landed'], { CAIRN_HOME: home });
  expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining('--list')]);
}

async function pidsOf(home: string): Promise<Record<string, number>> {
  return JSON.parse(await readFile(join(home, 'dev.json'), 'utf8')).pids;
}

test('a port that is taken is named before anything is started', async () => {
  const home = await homeOf('cairn-busy-');
  const port = await freePort();
  const squatter = net.createServer().listen(port, '127.0.0.1');
  onTestFinished(() => void squatter.close());
  const started = up(home, port);
  expect(await started.exitCode).toBe(1);
  expect(started.text()).toContain(`Port ${port} on 127.0.0.1 is taken`);
  await expect(access(join(home, 'postgres'))).rejects.toThrow();
});

interface Up {
  readonly child: ChildProcess;
  readonly exitCode: Promise<number | null>;
  text(): string;
  /** Waits for the words; fails with all that was said if it ends before. */
  says(words: string): Promise<void>;
}

function up(home: string, port: number): Up {
  const program = join(projectRoot, 'cli', 'up', 'main.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', program], {
    cwd: projectRoot,
    env: { PATH: environment().PATH ?? '', HOME: home, CAIRN_HOME: home, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const exitCode = new Promise<number | null>((resolve) => child.once('exit', resolve));
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await exitCode;
  });
  const says = async (words: string): Promise<void> => {
    while (!said.includes(words)) {
      if (child.exitCode !== null) throw new Error(`it ended and had never said "${words}":\n${said}`);
      await sleep(50);
    }
  };
  return { child, exitCode, text: () => said, says };
}

async function homeOf(prefix: string): Promise<string> {
  const home = await testHome(prefix);
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  return home;
}

import { expect, onTestFinished, test, vi } from 'vitest';
import { startWatchdog } from '../../api/watchdog.ts';
import { createLog } from '../../platform/log.ts';
import { createLoops } from '../../platform/loops.ts';
import type { Audit, AuditedSchedule } from '../../schedules/audit.ts';
import { createDeadManPings } from '../../services/dead-man-pings.ts';
import { deferred } from '../support/deferred.ts';
import { startMonitor } from '../support/monitor.ts';
import { absentDatabase, testApp } from './support/app.ts';
import { metricsOf } from './support/metrics.ts';

const monitor = await startMonitor(async () => 200);
const PATIENT = { timeout: 20_000, interval: 10 };

function auditOf(worst: AuditedSchedule['report']['worst'], checkedAt = new Date()): Audit {
  const nothing = {
    gaps: [],
    foreign: [],
    lastSuccess: null,
    startedLateMs: null,
    owedSinceMs: null,
    nextSlotMs: null,
  };
  const report = { ...nothing, worst, findings: [{ verdict: worst, because: 'the test says so' }] };
  const one = { temporalId: 'cairn-retention', schedule: 'retention', declared: null, paused: null, report } as const;
  return { checkedAt, worst, schedules: [one] };
}

/** The real watchdog in a real loop, which is turned by the test instead of every 30 s; what its log says, by line. */
function watching(audit: () => Promise<Audit>, noteSeen: (seen: Audit) => Promise<void> = async () => {}) {
  const said: { level: string; facts: object; message: string }[] = [];
  const log = createLog({ process: 'test', level: 'silent', build: 'test' });
  for (const level of ['info', 'warn', 'error'] as const) {
    vi.spyOn(log, level).mockImplementation((facts: unknown, message?: string) => {
      said.push({ level, facts: Object(facts), message: message ?? '' });
    });
  }
  const loops = createLoops({ log, onDead: () => {} });
  onTestFinished(() => loops.stop());
  let nudge = () => {};
  const start: typeof loops.start = (options) => {
    const running = loops.start({ ...options, everyMs: 3_600_000 });
    nudge = running.nudge;
    return running;
  };
  const pings = createDeadManPings({ urls: { watchdog: monitor.url('watchdog') }, log });
  const watchdog = startWatchdog({ loops: { ...loops, start }, log, audit, noteSeen, pings });
  const turns = () => loops.status()[0]?.turns ?? 0;
  const turned = (times: number) => expect.poll(turns, PATIENT).toBe(times);
  const verdicts = () => said.filter(({ message }) => message === 'schedule verdict');
  return { watchdog, loops, said, verdicts, turned, nudge: () => nudge() };
}

const pingsSince = (before: number) => monitor.told.slice(before).map((ping) => ping.replace(/rid=\S+/, 'rid'));

test('a change of verdict is a line of the log, once; a turn that finds the same says nothing', async () => {
  const seen = [auditOf('OK'), auditOf('OK'), auditOf('MISSED'), auditOf('MISSED'), auditOf('OK')];
  let turn = 0;
  const { watchdog, verdicts, turned, nudge } = watching(async () => seen[turn++] ?? auditOf('OK'));
  for (let done = 1; done <= seen.length; done++) {
    await turned(done);
    expect(watchdog.latest()).toBe(seen[done - 1]);
    nudge();
  }
  await turned(seen.length + 1);
  const line = (level: string, verdict: string, before: string | undefined) => {
    return { level, facts: { schedule: 'retention', verdict, before }, message: 'schedule verdict' };
  };
  expect(verdicts()).toEqual([
    line('info', 'OK', undefined),
    line('warn', 'MISSED', 'OK'),
    line('info', 'OK', 'MISSED'),
  ]);
});

test('each look is told to its own monitor, with the worst verdict; one that throws is not, and the next one is', async () => {
  const before = monitor.told.length;
  let turn = 0;
  const { watchdog, said, turned, nudge } = watching(async () => {
    if (turn++ === 1) throw new Error('out of luck');
    return auditOf('FAILED');
  });
  await turned(1);
  nudge();
  await turned(2);
  expect(said.map(({ message }) => message)).toContain('loop turn failed');
  expect(watchdog.latest()?.worst, 'the one before stays until it is stale').toBe('FAILED');
  expect(pingsSince(before)).toEqual(['/watchdog?rid FAILED']);
  nudge();
  await turned(3);
  expect(pingsSince(before)).toEqual(['/watchdog?rid FAILED', '/watchdog?rid FAILED']);
});

test('what was done outside Cairn is written down after the look, and before it is told', async () => {
  const before = monitor.told.length;
  const noting = deferred();
  const noted: Audit[] = [];
  const { watchdog, turned } = watching(
    async () => auditOf('PAUSED'),
    async (seen) => {
      noted.push(seen);
      await noting.promise;
    },
  );
  await expect.poll(() => noted, PATIENT).toHaveLength(1);
  expect(watchdog.latest()).toBe(noted[0]);
  expect(pingsSince(before)).toEqual([]);
  noting.resolve();
  await turned(1);
  expect(pingsSince(before)).toEqual(['/watchdog?rid PAUSED']);
});

/** What `/health` and `/metrics` make of it. */
async function shown({ watchdog, loops }: Pick<ReturnType<typeof watching>, 'watchdog' | 'loops'>) {
  const db = absentDatabase();
  const app = await testApp({ db, blobs: Object.create(null), watchdog, loops });
  const { parts } = (await app.inject({ url: '/health' })).json();
  const health = parts.find(({ name }: { name: string }) => name === 'scheduled work');
  const samples = metricsOf((await app.inject({ url: '/metrics' })).body);
  await db.end();
  const series = samples.filter(({ name }) => /^cairn_schedule_(verdict|severity|owed_slots)$/.test(name)).length;
  const age = samples.find(({ name }) => name === 'cairn_schedule_audit_age_seconds')?.value;
  return { health, series, age };
}

test('before the first look nobody has looked, and there are no series of it', async () => {
  const never = deferred();
  onTestFinished(never.resolve); // before the loop is waited for
  const watch = watching(() => never.promise.then(() => auditOf('OK')));
  expect(await shown(watch)).toEqual({
    health: { name: 'scheduled work', status: 'degraded', detail: 'nobody has looked lately' },
    series: 0,
    age: Number.NaN,
  });
  never.resolve();
});

test('a look that is two minutes old is none: health says so, and its series are gone', async () => {
  const watch = watching(async () => auditOf('OK'));
  await watch.turned(1);
  const fresh = await shown(watch);
  expect(fresh).toMatchObject({ health: { status: 'healthy', detail: '1 schedules' } });
  expect(fresh.series).toBeGreaterThan(0);
  const now = performance.now.bind(performance);
  const clock = vi.spyOn(performance, 'now');
  onTestFinished(() => clock.mockRestore());
  clock.mockImplementation(() => now() + 60_000);
  expect(await shown(watch)).toMatchObject({ health: { status: 'healthy' }, series: fresh.series });
  clock.mockImplementation(() => now() + 121_000);
  expect(await shown(watch)).toEqual({
    health: { name: 'scheduled work', status: 'degraded', detail: 'nobody has looked lately' },
    series: 0,
    age: Number.NaN,
  });
});

test("the age of a look is by our own clock, however far off the database's is", async () => {
  const watch = watching(async () => auditOf('OK', new Date(Date.now() - 600_000)));
  await watch.turned(1);
  const { age } = await shown(watch);
  expect(age).toBeGreaterThanOrEqual(0);
  expect(age).toBeLessThan(60);
});

test('red, and what nobody can tell, are degraded by name; amber is not', async () => {
  for (const [worst, status] of [
    ['MISSED', 'degraded'],
    ['UNKNOWN', 'degraded'],
    ['COVERED', 'healthy'],
  ] as const) {
    const watch = watching(async () => auditOf(worst));
    await watch.turned(1);
    const { health } = await shown(watch);
    expect(health).toMatchObject({ status, detail: status === 'degraded' ? `retention ${worst}` : '1 schedules' });
  }
});

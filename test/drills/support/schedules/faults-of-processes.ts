import { setTimeout as pause } from 'node:timers/promises';
import proto from '@temporalio/proto';
import { SCHEDULE_PREFIX } from '../../../../contracts/ids.ts';
import { QUEUES } from '../../../../contracts/queues.ts';
import type { DrillTemporal } from '../temporal.ts';
import { ALL, each, type Faults } from './fault.ts';
import { hear } from './hear.ts';
import { GRACE_S, PERIOD_S, QUICK } from './manifest.ts';
import { type Scene, scheduleOf, slotAfter, untilSecond } from './scene.ts';

/** Whether there are orphans only Temporal can tell. */
const NO_ORPHANS_KNOWN = { [`${SCHEDULE_PREFIX}*`]: 'UNKNOWN' } as const;

export const FAULTS_OF_PROCESSES: Faults = {
  'never-a-worker': {
    about: 'schedules are applied, the API runs, and no worker was ever started',
    suffer: async (scene) => {
      await scene.site.startApi();
      const sinceMs = await scene.site.apply();
      await scene.detect({ what: 'never a worker', expected: each(ALL, 'NO_WORKER'), sinceMs, others: 'green' });
    },
  },
  'other-queue': {
    about: 'the only worker polls the queue of uploads, not that of scheduled work',
    redWithout: ['no-worker'],
    suffer: async (scene) => {
      await scene.site.startApi();
      await scene.site.startWorker([QUEUES.interactive]);
      const sinceMs = await scene.site.apply();
      await scene.detect({
        what: 'a worker of another queue',
        expected: each(ALL, 'NO_WORKER'),
        sinceMs,
        others: 'green',
      });
    },
  },
  'worker-killed': {
    about: 'a worker that had polled is killed with -9; five fires later another one starts',
    suffer: async (scene) => {
      const { site } = scene;
      const { worker } = await site.startAll();
      await scene.calm({ ran: true });
      const sinceMs = await untilSecond(10);
      await worker.kill();
      await scene.detect({ what: 'the worker is killed', expected: each(ALL, 'NO_WORKER'), sinceMs, others: 'green' });
      scene.check(
        'Temporal goes on naming its poller',
        (await pollersOf(scene)) > 0,
        `${await pollersOf(scene)} pollers`,
      );
      await fiveMissed(scene, sinceMs);
      await site.startWorker();
      await covered(scene, Date.now());
    },
  },
  'temporal-killed': {
    about:
      'Temporal is killed with -9; five fires later it is back on the same data, beyond the shortest catch-up window',
    sufferWith: async (scene, temporal) => {
      await scene.site.startAll();
      await scene.calm({ ran: true });
      const sinceMs = await untilSecond(10);
      await temporal.kill();
      const nothing = { ...each(ALL, 'UNKNOWN'), ...NO_ORPHANS_KNOWN };
      await scene.detect({ what: 'Temporal is killed', expected: nothing, sinceMs, others: 'green' });
      const missedMs = slotAfter(sinceMs);
      const expected = each(QUICK, 'MISSED');
      await scene.detect({ what: 'its first slot is missed', expected, sinceMs: missedMs, others: 'anything' });
      await fiveMissed(scene, sinceMs);
      await temporal.start();
      await covered(scene, Date.now());
    },
  },
  'both-killed': {
    about: 'Temporal and the worker are killed with -9; five fires later both are back',
    sufferWith: async (scene, temporal) => {
      const { site } = scene;
      const { worker } = await site.startAll();
      await scene.calm({ ran: true });
      const sinceMs = await untilSecond(10);
      await Promise.all([temporal.kill(), worker.kill()]);
      const expected = { ...each(ALL, 'NO_WORKER'), ...NO_ORPHANS_KNOWN };
      await scene.detect({ what: 'both are killed', expected, sinceMs, others: 'green' });
      await fiveMissed(scene, sinceMs);
      await temporal.start();
      await site.startWorker();
      await covered(scene, Date.now());
    },
  },
  'caught-up': {
    about: 'Temporal is away over one slot and back within the catch-up window',
    sufferWith: async (scene, temporal) => {
      const { slotMs, backMs } = await awayOverASlot(scene, temporal);
      await scene.detect({
        what: 'back within the catch-up window',
        expected: { canary: 'OK', 'coupon-expiry': 'OK' },
        sinceMs: backMs,
        others: 'anything',
        and: (view) => (scheduleOf(view, 'canary')?.startedLateS ?? 0) > GRACE_S / 2,
      });
      const slot = new Date(slotMs).toISOString();
      const gaps = scheduleOf((await hear(scene.site)).view, 'canary')?.gaps ?? [];
      scene.check('the slot ran late and is no gap', !gaps.some((gap) => gap.slot === slot), `${gaps.length} gaps`);
    },
  },
  'not-caught-up': {
    about: 'Temporal is away over one slot and back beyond the catch-up window',
    changes: { 'stuck-work': { spec: { kind: 'every', everyMinutes: 2 } } },
    sufferWith: async (scene, temporal) => {
      const { slotMs } = await awayOverASlot(scene, temporal);
      const expected = { 'stuck-work': 'MISSED' } as const;
      await scene.detect({ what: 'back beyond the catch-up window', expected, sinceMs: slotMs, others: 'anything' });
      const nextMs = slotMs + 120_000;
      const next = { 'stuck-work': 'COVERED' } as const;
      await scene.detect({ what: 'the next slot covers it', expected: next, sinceMs: nextMs, others: 'anything' });
    },
  },
};

async function awayOverASlot(scene: Scene, temporal: DrillTemporal): Promise<{ slotMs: number; backMs: number }> {
  await scene.site.startAll();
  await scene.calm({ ran: true });
  await untilEvenMinute();
  const slotMs = slotAfter(await untilSecond(50));
  await temporal.kill();
  await untilSecond(35);
  await temporal.start();
  return { slotMs, backMs: Date.now() };
}

/** Its last seconds belong to a slot that schedules of every two minutes have too. */
async function untilEvenMinute(): Promise<void> {
  const isNear = () => Math.floor((Date.now() + 60_000) / 60_000) % 2 === 0 && Date.now() % 60_000 < 48_000;
  while (!isNear()) await pause(500);
}

/**
 * Until five slots of each quick schedule are missed. At every look as many are owed as there are slots whose grace is over:
 * neither does one get lost, nor is one told twice.
 */
async function fiveMissed({ site, check, say }: Scene, sinceMs: number): Promise<void> {
  const firstMs = slotAfter(sinceMs);
  const fifthIsMissedMs = firstMs + 4 * PERIOD_S * 1_000 + 2 * GRACE_S * 1_000;
  const wrong = new Set<string>();
  let looks = 0;
  for (; Date.now() < fifthIsMissedMs + 3_000; await pause(3_000)) {
    const { view } = await hear(site);
    if (!view) continue;
    looks++;
    const lateMs = Date.parse(view.checkedAt) - GRACE_S * 1_000 - firstMs;
    const wanted = lateMs <= 0 ? 0 : Math.floor((lateMs - 1) / (PERIOD_S * 1_000)) + 1;
    for (const id of QUICK) {
      const owed = scheduleOf(view, id)?.owedSlots;
      if (owed !== wanted) wrong.add(`${id} owes ${owed}, not ${wanted}`);
    }
  }
  const { view } = await hear(site);
  const owed = QUICK.map((id) => scheduleOf(view, id)?.owedSlots);
  const missed = QUICK.map((id) => scheduleOf(view, id)?.findings.find(({ verdict }) => verdict === 'MISSED')?.because);
  say(`owed: ${owed.join(', ')}; ${missed[0]}`);
  const isSo = owed.every((slots) => slots === 5) && missed.every((text) => text?.startsWith('5 slots from '));
  check(
    'five missed fires are five',
    isSo && wrong.size === 0,
    `${owed.join(', ')} owed, ${looks} looks; ${[...wrong].join('; ')}`,
  );
}

async function covered(scene: Scene, sinceMs: number): Promise<void> {
  const { site } = scene;
  const expected = each(QUICK, 'COVERED');
  await scene.detect({ what: 'the next success covers them', expected, sinceMs, others: 'anything' });
  const stuckWork = scheduleOf((await hear(site)).view, 'stuck-work');
  const gaps = stuckWork?.gaps ?? [];
  const isSo = gaps.length >= 5 && gaps.every(({ coveredBy }) => coveredBy?.origin === 'schedule');
  scene.check('each of the slots is told with the run that covers it', isSo, `${gaps.length} gaps`);
}

const { TASK_QUEUE_TYPE_WORKFLOW } = proto.temporal.api.enums.v1.TaskQueueType;

async function pollersOf({ site: { client, namespace } }: Scene): Promise<number> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: QUEUES.maintenance },
    taskQueueType: TASK_QUEUE_TYPE_WORKFLOW,
    reportPollers: true,
  });
  return pollers?.length ?? 0;
}

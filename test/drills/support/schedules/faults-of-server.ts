import { temporalScheduleId } from '../../../../contracts/ids.ts';
import { QUEUES } from '../../../../contracts/queues.ts';
import type { ScheduleId } from '../../../../contracts/schedules.ts';
import type { Faults } from './fault.ts';
import { hear } from './hear.ts';
import { BOUND_S, type Scene, scheduleOf, slotAfter, untilSecond } from './scene.ts';

const SUBJECT: ScheduleId = 'stuck-work';

/** What somebody does to the schedules on the server. */
export const FAULTS_OF_SERVER: Faults = {
  'paused-outside': {
    about: 'somebody pauses a schedule in Temporal, without an order of Cairn; two slots pass',
    suffer: async (scene) => {
      // In the moment of a slot the pause may be there before Temporal has fired it: that slot is then late, and rightly so.
      const sinceMs = await running(scene, { ran: false, at: 20 });
      await handleOf(scene).pause('by hand');
      await scene.detect({
        what: 'paused behind our back',
        expected: { [SUBJECT]: 'PAUSED' },
        sinceMs,
        others: 'green',
      });
    },
  },
  'pause-passed': {
    about: 'a schedule paused in Temporal lets slots pass; then it is resumed there',
    redWithout: ['seen-pauses'],
    suffer: async (scene) => {
      const sinceMs = await running(scene, { ran: true, at: 5 });
      await handleOf(scene).pause('by hand');
      const passedMs = slotAfter(sinceMs) + 75_000;
      await scene.detect({
        what: 'slots that pass are paused, not missed',
        expected: { [SUBJECT]: 'PAUSED' },
        sinceMs: passedMs - BOUND_S * 1_000,
        others: 'green',
        and: (view) => (scheduleOf(view, SUBJECT)?.gaps.filter(({ why }) => why === 'paused').length ?? 0) >= 2,
      });
      const of = scheduleOf((await hear(scene.site)).view, SUBJECT);
      const words = of?.findings.map(({ because }) => because).join('; ') ?? '';
      const isSo = words.includes('somebody outside Cairn') && of?.gaps.every(({ why }) => why === 'paused') === true;
      scene.check('it says that nobody ordered it, and none is missed', isSo, words);
      await handleOf(scene).unpause('by hand');
      await scene.detect({
        what: 'resumed; the next slot covers them',
        expected: { [SUBJECT]: 'COVERED' },
        sinceMs: Date.now(),
        others: 'green',
      });
    },
  },
  'spec-changed': {
    about: 'somebody changes the times of a schedule on the server',
    suffer: async (scene) => {
      const sinceMs = await running(scene, { ran: false });
      await handleOf(scene).update((was) => ({ ...was, spec: { intervals: [{ every: '2 minutes' }] } }));
      await scene.detect({
        what: 'its times are others',
        expected: { [SUBJECT]: 'DRIFTED' },
        sinceMs,
        others: 'green',
      });
    },
  },
  deleted: {
    about: 'somebody deletes a schedule on the server',
    suffer: async (scene) => {
      const sinceMs = await running(scene, { ran: false });
      await handleOf(scene).delete();
      await scene.detect({ what: 'it is gone', expected: { [SUBJECT]: 'DRIFTED' }, sinceMs, others: 'green' });
    },
  },
  'applied-again': {
    about: 'a schedule is deleted on the server and applied again after a slot was missed',
    suffer: async (scene) => {
      const deletedMs = await running(scene, { ran: true, at: 10 });
      await handleOf(scene).delete();
      await scene.detect({
        what: 'what it misses while it is gone is told too',
        expected: { [SUBJECT]: 'DRIFTED' },
        sinceMs: slotAfter(deletedMs),
        others: 'green',
        and: (view) => scheduleOf(view, SUBJECT)?.findings.some(({ verdict }) => verdict === 'MISSED') ?? false,
      });
      await scene.site.apply();
      await scene.detect({
        what: 'applied again, it is still owed until the next slot covers it',
        expected: { [SUBJECT]: 'COVERED' },
        sinceMs: Date.now(),
        others: 'green',
      });
    },
  },
  orphan: {
    about: 'the server has a schedule with our prefix that nobody declares',
    suffer: async (scene) => {
      const sinceMs = await running(scene, { ran: false });
      await scene.site.client.schedule.create({
        scheduleId: 'cairn-left-over',
        spec: { intervals: [{ every: '1 hour' }] },
        action: { type: 'startWorkflow', workflowType: 'runSchedule', taskQueue: QUEUES.maintenance, args: [] },
      });
      await scene.detect({
        what: 'an orphan',
        expected: { 'cairn-left-over': 'ORPHAN' },
        sinceMs,
        others: 'green',
      });
    },
  },
  'foreign-trigger': {
    about: 'somebody triggers a schedule in Temporal, between two slots',
    suffer: async (scene) => {
      await running(scene, { ran: true, at: 20 });
      await handleOf(scene).trigger();
      await scene.staysGreen(
        'a foreign run is listed as such, and no slot is taken for it',
        80,
        (view) => scheduleOf(view, SUBJECT)?.foreignRuns.length === 1,
      );
    },
  },
};

function handleOf({ site }: Scene) {
  return site.client.schedule.getHandle(temporalScheduleId(SUBJECT));
}

/** API and worker run and all is green. Resolves with the moment, so many seconds after a full minute if `at` says so. */
async function running({ site, calm }: Scene, { ran, at }: { ran: boolean; at?: number }): Promise<number> {
  await site.startAll();
  await calm({ ran });
  return at === undefined ? Date.now() : untilSecond(at);
}

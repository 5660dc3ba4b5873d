import { setTimeout as pause } from 'node:timers/promises';
import type { ScheduleId } from '../../../../contracts/schedules.ts';
import { type Dial, setDial } from './dialled-jobs.ts';
import type { Faults } from './fault.ts';
import { hear } from './hear.ts';
import { type Scene, scheduleOf, slotAfter, untilSecond } from './scene.ts';

const SUBJECT: ScheduleId = 'stuck-work';

/** What jobs do, and what operators do about it. */
export const FAULTS_OF_JOBS: Faults = {
  'overlap-skipped': {
    about: 'runs take 80 s of a period of 60 s, overlap SKIP; beside it BUFFER_ONE with runs of 65 s, which is in time',
    changes: { [SUBJECT]: { timeoutS: 200 }, canary: { timeoutS: 200, overlap: 'BUFFER_ONE' } },
    suffer: async (scene) => {
      const firstMs = await afterCalm(scene, { does: 'slow', seconds: 80 });
      await setDial(scene.site.db, 'canary', { does: 'slow', seconds: 65 });
      const sinceMs = firstMs + 60_000;
      const expected = { [SUBJECT]: 'SKIPPED_OVERLAP' } as const;
      await scene.detect({ what: 'a slot is passed over', expected, sinceMs, others: 'green' });
    },
  },
  'too-long': {
    about: 'a job hangs until its time-out ends it',
    suffer: async (scene) => {
      const sinceMs = await afterCalm(scene, { does: 'hang' });
      const expected = { [SUBJECT]: 'FAILED' } as const;
      await scene.detect({ what: 'ended by its time-out', expected, sinceMs, others: 'green' });
      await setDial(scene.site.db, SUBJECT, { does: 'succeed' });
      const next = { [SUBJECT]: 'COVERED' } as const;
      await scene.detect({ what: 'the next success covers it', expected: next, sinceMs: Date.now(), others: 'green' });
    },
  },
  'left-open': {
    about: 'a job hangs and Temporal is killed: nobody ends the run, nobody closes its row',
    sufferWith: async (scene, temporal) => {
      const sinceMs = await afterCalm(scene, { does: 'hang' });
      await pause(sinceMs + 8_000 - Date.now());
      await temporal.kill();
      const expected = { [SUBJECT]: 'RUNNING_TOO_LONG' } as const;
      await scene.detect({ what: 'a run beyond its time-out', expected, sinceMs, others: 'anything' });
    },
  },
  failing: {
    about: 'a job throws',
    redWithout: ['ledger-proof'],
    suffer: async (scene) => {
      const sinceMs = await afterCalm(scene, { does: 'fail' });
      await scene.detect({ what: 'the job fails', expected: { [SUBJECT]: 'FAILED' }, sinceMs, others: 'green' });
    },
  },
  'nothing-done': {
    about: 'a job succeeds and looks at nothing; its manifest expects at least one in a minute',
    changes: { [SUBJECT]: { expects: { scannedAtLeast: 1, withinS: 60 } } },
    suffer: async (scene) => {
      const { site } = scene;
      await setDial(site.db, SUBJECT, { does: 'nothing' });
      await site.startWorker();
      const sinceMs = (await site.apply()) + 60_000;
      await site.startApi();
      const expected = { [SUBJECT]: 'NO_EFFECT' } as const;
      await scene.detect({ what: 'success with nothing done', expected, sinceMs, others: 'green' });
    },
  },
  'old-backfill': {
    about: 'the newest slots fail; an operator backfills an older one, which succeeds',
    redWithout: ['newer-covers'],
    suffer: async (scene) => {
      const { site } = scene;
      const sinceMs = await afterCalm(scene, { does: 'fail', afterMs: Date.now() });
      const expected = { [SUBJECT]: 'FAILED' } as const;
      await scene.detect({ what: "today's slot fails", expected, sinceMs, others: 'green' });
      const old = new Date(sinceMs - 60_000);
      const by = { actor: 'cli:drill', reason: 'an older slot is run again' };
      await site.orders.backfill(SUBJECT, { from: old, to: old }, by);
      const done = await untilRun(scene, old, 'backfill');
      const looks: (string | undefined)[] = [];
      for (const endMs = Date.now() + 20_000; Date.now() < endMs; await pause(1_000)) {
        looks.push(scheduleOf((await hear(site)).view, SUBJECT)?.verdict);
      }
      const isSo = done === 'succeeded' && looks.length > 5 && looks.every((verdict) => verdict === 'FAILED');
      scene.check(
        'the backfill turns nothing green',
        isSo,
        `backfill ${done}; ${looks.length} looks, ${[...new Set(looks)]}`,
      );
    },
  },
  repaired: {
    about: 'a slot fails; an operator triggers it again, and it succeeds',
    suffer: async (scene) => {
      const { site } = scene;
      const slotMs = await afterCalm(scene, { does: 'fail' });
      await scene.detect({ what: 'a slot fails', expected: { [SUBJECT]: 'FAILED' }, sinceMs: slotMs, others: 'green' });
      await setDial(site.db, SUBJECT, { does: 'succeed' });
      const sinceMs = Date.now();
      const { runs } = await site.orders.trigger(SUBJECT, { actor: 'cli:drill', reason: 'repaired by hand' });
      const slot = runs[0]?.slot ?? '';
      await scene.detect({
        what: 'repaired: covered by name',
        expected: { [SUBJECT]: 'COVERED' },
        sinceMs,
        others: 'green',
        and: (view) => isCoveredBy(scheduleOf(view, SUBJECT)?.gaps ?? [], slot, 'cli:drill'),
      });
      const rows = await runsOf(scene, new Date(slot));
      const told = rows.map(({ origin, state }) => `${origin} ${state}`).join(', ');
      scene.check('the failed run stays in the ledger', told === 'schedule failed, manual succeeded', told);
    },
  },
};

function isCoveredBy(
  gaps: readonly { slot: string; coveredBy: { actor: string | null } | null }[],
  slot: string,
  actor: string,
): boolean {
  return gaps.some((gap) => gap.slot === slot && gap.coveredBy?.actor === actor);
}

/** Everything has run once; from the next slot on the job does this. Resolves with that slot, a second after it. */
async function afterCalm({ site, calm }: Scene, dial: Dial): Promise<number> {
  await site.startAll();
  await calm({ ran: true });
  const slotMs = slotAfter(await untilSecond(10));
  await setDial(site.db, SUBJECT, { ...dial, ...(dial.afterMs !== undefined && { afterMs: slotMs - 1 }) });
  await untilSecond(1);
  return slotMs;
}

async function runsOf({ site }: Scene, slot: Date): Promise<readonly { origin: string; state: string }[]> {
  const { rows } = await site.db.query<{ origin: string; state: string }>(
    'select origin, state from schedule_runs where schedule = $1 and slot = $2 order by run',
    [SUBJECT, slot],
  );
  return rows;
}

/** The state in which such a run of this slot ends; undefined: it did not, in half a minute. */
async function untilRun(scene: Scene, slot: Date, origin: string): Promise<string | undefined> {
  for (let tries = 0; tries < 60; tries++, await pause(500)) {
    const run = (await runsOf(scene, slot)).find((each) => each.origin === origin);
    if (run && run.state !== 'running') return run.state;
  }
  return undefined;
}

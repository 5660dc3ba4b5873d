import { expect, test } from 'vitest';
import type { ScheduleId } from '../../contracts/schedules.ts';
import { SCHEDULE_IDS } from '../../contracts/schedules.ts';
import { findSpecSince } from '../../db/schedule-specs.ts';
import { applySchedules, updateSchedule } from '../../schedules/apply.ts';
import { type Difference, diffSchedules, isInSync } from '../../schedules/diff.ts';
import { MANIFEST, type Manifest } from '../../schedules/manifest.ts';
import { findRegistered } from '../../schedules/registered.ts';
import { manifestWith } from '../support/schedules.ts';
import { testStack } from '../support/stack.ts';

const stack = await testStack();
const { client, db } = stack;
const PATIENT = { timeout: 30_000, interval: 100 };
const sealingKey = stack.codecKeys.current;

const diff = (manifest: Manifest = MANIFEST) => diffSchedules({ client, manifest, sealingKey });
const apply = (manifest: Manifest = MANIFEST, options = {}) =>
  applySchedules({ db, client, manifest, sealingKey }, options);
const handleOf = (id: ScheduleId) => client.schedule.getHandle(`cairn-${id}`);
const stateOf = (differences: readonly Difference[], id: string) =>
  differences.find(({ temporalId }) => temporalId === `cairn-${id}`);
/** When Temporal changed it last. */
const changedAt = async (id: ScheduleId) => {
  const { info } = await handleOf(id).describe();
  return (info.lastUpdatedAt ?? info.createdAt).getTime();
};

test('on an empty Temporal all is missing; several at once make each schedule once; again, nothing is done', async () => {
  expect((await diff()).map(({ state }) => state)).toEqual(SCHEDULE_IDS.map(() => 'missing'));
  const all = await Promise.all([apply(), apply(), apply()]);
  expect(isInSync(await diff())).toBe(true);
  const before = await Promise.all(SCHEDULE_IDS.map(changedAt));
  expect(all.flat().filter(({ did }) => did === 'updated')).toEqual([]);
  expect((await apply()).map(({ did }) => did)).toEqual(SCHEDULE_IDS.map(() => 'unchanged'));
  expect(await Promise.all(SCHEDULE_IDS.map(changedAt))).toEqual(before);
});

test('what is registered fires when the manifest says, and carries explicit windows and time-outs', async () => {
  const { spec, policies, action, info } = await handleOf('retention').describe();
  expect(info.nextActionTimes.map((at) => at.toISOString().slice(11))).toEqual(Array(10).fill('03:30:00.000Z'));
  expect(spec.timezone).toBe('UTC');
  expect(policies).toEqual({ overlap: 'SKIP', catchupWindow: 12 * 3_600_000, pauseOnFailure: false });
  expect(action).toMatchObject({ taskQueue: 'cairn-maintenance', workflowExecutionTimeout: 2 * 3_600_000 });
  const canary = await handleOf('canary').describe();
  expect(canary.info.nextActionTimes.map((at) => at.getTime() % 300_000)).toEqual(Array(10).fill(120_000));
});

test('a declaration that changed is told term by term, and applied', async () => {
  const changed = manifestWith('stuck-work', { spec: { kind: 'every', everyMinutes: 10 }, timeoutS: 500 });
  expect(stateOf(await diff(changed), 'stuck-work')).toMatchObject({
    state: 'changed',
    terms: [
      { term: 'spec', declared: { everyMinutes: 10 }, registered: { everyMinutes: 5 } },
      { term: 'timeoutS', declared: 500, registered: 240 },
    ],
  });
  expect((await apply(changed)).find(({ temporalId }) => temporalId === 'cairn-stuck-work')?.did).toBe('updated');
  expect(isInSync(await diff(changed))).toBe(true);
  expect((await handleOf('stuck-work').describe()).spec.intervals).toEqual([{ every: 600_000, offset: 0 }]);
});

test("an operator's pause and its note survive an update", async () => {
  await apply();
  await handleOf('coupon-expiry').pause('held until the Stripe account is mended');
  const changed = manifestWith('coupon-expiry', { timeoutS: 600 });
  const applied = (await apply(changed)).find(({ temporalId }) => temporalId === 'cairn-coupon-expiry');
  expect(applied).toMatchObject({ did: 'updated', paused: true });
  const { state } = await handleOf('coupon-expiry').describe();
  expect(state).toMatchObject({ paused: true, note: 'held until the Stripe account is mended' });
  expect(stateOf(await diff(changed), 'coupon-expiry')).toMatchObject({ state: 'unchanged', paused: true });
});

test('a pause between our reading and our writing survives too: the change that did not know of it is dropped', async () => {
  await apply();
  const stale = await findRegistered(client, 'cairn-canary');
  if (!stale) throw new Error('the schedule is not there');
  await handleOf('canary').pause('at this very moment');
  await updateSchedule(client, 'canary', manifestWith('canary', { timeoutS: 100 }).canary, stale);
  expect((await findRegistered(client, 'cairn-canary'))?.paused).toBe(true);
  await handleOf('canary').unpause('it was a test');
});

type Updated = Parameters<Parameters<ReturnType<typeof handleOf>['update']>[0]>[0];

test.each<[string, (previous: Updated) => object, string]>([
  ['the spec', ({ spec }) => ({ spec: { ...spec, intervals: [{ every: 60_000 }] } }), 'spec'],
  [
    'a further interval',
    ({ spec }) => ({ spec: { intervals: [...(spec.intervals ?? []), { every: 77_000 }] } }),
    'spec',
  ],
  ['an end', ({ spec }) => ({ spec: { ...spec, endAt: new Date('2030-01-01') } }), 'spec'],
  ['jitter', ({ spec }) => ({ spec: { ...spec, jitter: 5_000 } }), 'spec'],
  ['the catch-up window', ({ policies }) => ({ policies: { ...policies, catchupWindow: 60_000 } }), 'catchUpS'],
  ['the overlap', ({ policies }) => ({ policies: { ...policies, overlap: 'ALLOW_ALL' } }), 'overlap'],
  ['a pause on failure', ({ policies }) => ({ policies: { ...policies, pauseOnFailure: true } }), 'pauseOnFailure'],
  ['the queue', ({ action }) => ({ action: { ...action, taskQueue: 'nobody-polls' } }), 'queue'],
  ['the time-out', ({ action }) => ({ action: { ...action, workflowExecutionTimeout: 9e6 } }), 'timeoutS'],
  ['the input', ({ action }) => ({ action: { ...action, args: [{ schedule: 'canary' }] } }), 'input'],
  ['the actions that are left', ({ state }) => ({ state: { ...state, remainingActions: 3 } }), 'actionsLeft'],
])('%s changed on the server is drift, though our mark is untouched; apply mends it', async (_, change, term) => {
  await apply();
  await handleOf('stuck-work').update((previous) => ({ ...previous, ...change(previous) }) as typeof previous);
  const found = stateOf(await diff(), 'stuck-work');
  expect(found).toMatchObject({ state: 'drifted', terms: [{ term }] });
  await apply();
  expect(stateOf(await diff(), 'stuck-work')).toMatchObject({ state: 'unchanged', terms: [] });
});

test('a schedule that was deleted is missing, and made again', async () => {
  await handleOf('retention').delete();
  expect(stateOf(await diff(), 'retention')).toMatchObject({ state: 'missing' });
  expect((await apply()).map(({ did }) => did).filter((did) => did !== 'unchanged')).toEqual(['created']);
});

test('an orphan is shown, left alone, and removed only on demand; what is not ours is none', async () => {
  const { spec, action } = await handleOf('retention').describe();
  for (const scheduleId of ['cairn-of-a-former-release', 'somebody-elses']) {
    await client.schedule.create({ scheduleId, spec, action, state: { paused: true } });
  }
  const orphans = async () => (await diff()).filter(({ state }) => state === 'orphan');
  await expect.poll(orphans, PATIENT).toMatchObject([{ temporalId: 'cairn-of-a-former-release', paused: true }]);
  expect((await apply()).at(-1)).toEqual({ temporalId: 'cairn-of-a-former-release', did: 'left', paused: true });
  expect(isInSync(await diff())).toBe(false);
  expect((await apply(MANIFEST, { removeOrphans: true })).at(-1)).toMatchObject({ did: 'removed' });
  await expect.poll(orphans, PATIENT).toEqual([]);
  expect(await client.schedule.getHandle('somebody-elses').describe()).toBeDefined();
});

test('what is sealed with a codec key that is no longer the current one is sealed again', async () => {
  await apply();
  const rotated = { client, manifest: MANIFEST, sealingKey: 'k2' };
  const [found] = await diffSchedules(rotated);
  expect(found).toMatchObject({ state: 'changed', terms: [{ term: 'codecKey', declared: 'k2', registered: 'k1' }] });
});

test('slots are owed from the first application on, however often the schedule is made again', async () => {
  await apply();
  const since = await findSpecSince(db, 'retention', MANIFEST.retention.spec);
  expect(since).toBeInstanceOf(Date);
  await handleOf('retention').delete();
  await apply();
  expect(await findSpecSince(db, 'retention', MANIFEST.retention.spec)).toEqual(since);
});

import { expect, test } from 'vitest';
import { type GuidedOptions, releaseGuided } from '../../cli/release/guided.ts';
import type { ReleaseDeps } from '../../cli/release/here.ts';
import { makeCurrent, ramp, rollback } from '../../cli/release/orders.ts';
import { heldRuns, openRunsOf } from '../../cli/release/runs.ts';
import { releaseStatus } from '../../cli/release/status.ts';
import { processUploadId } from '../../contracts/ids.ts';
import { QUEUES } from '../../contracts/queues.ts';
import { queuesOfBuild, readVersions } from '../../platform/temporal/versions.ts';
import { workflowBundle } from '../../workers/bundle.ts';
import { atOf, bundleOfEdited } from '../support/builds.ts';
import { codecSetting } from '../support/cairn-process.ts';
import { ownTemporal } from '../support/own-temporal.ts';
import { cairn } from './cairn.ts';
import { type Site, siteAt } from './open-runs.ts';

/** Temporal looks every three minutes whether a build is drained; here it does so every second. */
const temporal = await ownTemporal({
  'matching.wv.VersionDrainageStatusVisibilityGracePeriod': '1',
  'matching.wv.VersionDrainageStatusRefreshInterval': '1',
});
const LONG = { timeout: 240_000 };
const PATIENT = { timeout: 90_000, interval: 100 };
const BY = { actor: 'cli:test', reason: 'two builds are rehearsed' };

const today = await workflowBundle();
/** Says in its result that it was the one that ended the run. */
const second = await bundleOfEdited('process-upload.ts', (code) =>
  code.replace('  return result;\n', "  return { ...result, endedBy: 'b2' };\n"),
);
/** Waits for a moment before all else: new runs are well, those that are open do not agree with it. */
const diverging = await bundleOfEdited('process-upload.ts', (code) =>
  code
    .replace('import { proxyActivities,', 'import { proxyActivities, sleep,')
    .replace('  const digest = input', "  await sleep('1ms');\n  const digest = input")
    .replace('  return result;\n', "  return { ...result, endedBy: 'b3' };\n"),
);

const READY = { outcome: 'ready', trackId: expect.any(String) };
const BY_B2 = { ...READY, endedBy: 'b2' };
const BY_B3 = { ...READY, endedBy: 'b3' };

const GUIDED: Omit<GuidedOptions, 'buildId'> = { live: 50, rampPercent: 10, holdMs: 1_000, wait: true };
const currentOf = async ({ stack }: Site) => (await readVersions(atOf(stack)))?.current;
const orders = async ({ stack }: Site) =>
  (
    await stack.query<{ action: string }>(
      `select action from ops_audit where action like 'release.%' and actor = $1 order by id`,
      [BY.actor],
    )
  ).map(({ action }) => action);

/** Temporal knows a build before it knows what its workers poll, and makes none current that lacks a queue. */
async function untilPolled({ at, buildId }: Pick<ReleaseDeps, 'at' | 'buildId'>): Promise<void> {
  await expect.poll(() => queuesOfBuild(at, buildId), PATIENT).toEqual([QUEUES.interactive]);
}

/** Each run came to its last step once, and each upload is one track, made at the first attempt. */
async function expectNothingDoubled({ stack, asked, uploads }: Site): Promise<void> {
  expect(new Set(asked).size).toBe(asked.length);
  expect(asked.length).toBe(uploads.length);
  const rows = await stack.query(
    `select state, attempts, (select count(*) from tracks where upload_id = u.id) as tracks from uploads u group by 1, 2, 3`,
  );
  expect(rows).toEqual([{ state: 'ready', attempts: 1, tracks: 1 }]);
}

test(
  'gate, ramp, current, drained, and back again: open runs go on with whichever build is current',
  LONG,
  async () => {
    const here = await siteAt(temporal.address, today);
    const b1 = await here.start('b1');
    await expect.poll(b1.serves, PATIENT).toBe(true);
    const letFirstGo = here.hold();
    const first = await here.open(2);
    const b2 = await here.start('b2', { workflowBundle: second });

    const deps = here.deps('b2', second);
    expect(await releaseGuided(deps, { ...GUIDED, buildId: 'b2' }, BY)).toBe(true);
    expect(deps.said).toEqual([
      expect.stringMatching(/^gate: \d+ kept histories and 2 open runs replayed, all well$/),
      'registered: workers of b2 poll cairn-interactive',
      'ramping: 10 % go to b2, for 1 s',
      'b2 is current, b1 is not any more',
      expect.stringMatching(/^draining: waiting until no run is pinned to b1/),
      'drained: workers of b1 may end',
    ]);
    await expect.poll(b2.serves, PATIENT).toBe(true);
    await here.untilNewRunsEnd(BY_B2);
    letFirstGo();
    expect(await here.ends(first)).toEqual([BY_B2, BY_B2]);

    const letOthersGo = here.hold();
    const others = await here.open(2);
    expect(await rollback(deps, undefined, BY)).toEqual({ from: 'b2', to: 'b1' });
    await here.untilNewRunsEnd(READY);
    letOthersGo();
    expect(await here.ends(others)).toEqual([READY, READY]);

    await expectNothingDoubled(here);
    expect(await orders(here)).toEqual(['release.ramp', 'release.current', 'release.rollback']);
    await expect.poll(() => openRunsOf(here.stack.client, 'b2'), PATIENT).toEqual({ pinned: 0, moving: 0 });
    expect(await heldRuns(here.stack.client)).toEqual({ looked: 0, held: [] });
    await Promise.all([b1.stop(), b2.stop()]);
  },
);

test('a ramp of 100 % gives all new runs to a build that is not current, and a rollback ends it', LONG, async () => {
  const here = await siteAt(temporal.address, today);
  const b1 = await here.start('b1');
  await expect.poll(b1.serves, PATIENT).toBe(true);
  const b2 = await here.start('b2', { workflowBundle: second });
  const deps = here.deps('b2', second);
  await expect
    .poll(async () => (await releaseStatus(deps)).builds.map(({ status }) => status), PATIENT)
    .toEqual(['inactive', 'current']);
  await ramp(deps, { buildId: 'b2', percent: 100 }, BY);
  await here.untilNewRunsEnd(BY_B2);
  expect(await currentOf(here)).toBe('b1');
  expect(await rollback(deps, undefined, BY)).toEqual({ endedRampOf: 'b2' });
  await here.untilNewRunsEnd(READY);

  await b1.stop();
  await makeCurrent(deps, { buildId: 'b2' }, BY);
  await expect(rollback(deps, undefined, BY)).rejects.toThrow('no worker of b1 lives: start one, then roll back');
  expect(await currentOf(here)).toBe('b2');
  await b2.stop();
});

test('a build that does not agree with open runs is stopped by the gate, and by a ramp', LONG, async () => {
  const here = await siteAt(temporal.address, today);
  const b1 = await here.start('b1');
  await expect.poll(b1.serves, PATIENT).toBe(true);
  const letGo = here.hold();
  const begun = await here.open(2);
  const b3 = await here.start('b3', { workflowBundle: diverging });

  const stopped = here.deps('b3', diverging);
  expect(await releaseGuided(stopped, { ...GUIDED, buildId: 'b3' }, BY)).toBe(false);
  expect(stopped.said.join('\n')).toContain('NOT to be released');
  for (const id of begun) {
    expect(stopped.said.join('\n')).toContain(`${processUploadId(id, 1)}: DeterminismViolationError`);
  }
  expect([await currentOf(here), await orders(here)]).toEqual(['b1', []]);

  // What is replayed is other code than what is ramped: the gate is blind, and open runs come to the build that cannot have them.
  const blind = here.deps('b3', today);
  const say = (line: string) => {
    blind.said.push(line);
    if (line.startsWith('ramping')) void here.untilNewRunsEnd(BY_B3).then(letGo);
  };
  const guided = { ...GUIDED, buildId: 'b3', rampPercent: 100, holdMs: 60_000 };
  expect(await releaseGuided({ ...blind, say }, guided, BY)).toBe(false);
  expect(blind.said.at(-1)).toMatch(/^held by b3: upload:.*; the ramp is ended, and they go on with the build before$/);
  expect(await here.ends(begun)).toEqual([READY, READY]);
  expect(await currentOf(here)).toBe('b1');
  await expectNothingDoubled(here);
  await Promise.all([b1.stop(), b3.stop()]);
});

test('forced live, such a build holds open runs and fails none; a rollback lets them end', LONG, async () => {
  const here = await siteAt(temporal.address, today);
  const b1 = await here.start('b1');
  await expect.poll(b1.serves, PATIENT).toBe(true);
  const letGo = here.hold();
  const begun = await here.open(2);
  const b3 = await here.start('b3', { workflowBundle: diverging });
  const deps = here.deps('b3', diverging);
  await expect.poll(async () => (await releaseStatus(deps)).builds.length, PATIENT).toBe(2);
  await untilPolled(deps);
  await makeCurrent(deps, { buildId: 'b3' }, BY);
  await here.untilNewRunsEnd(BY_B3); // they agree with it
  letGo();
  const ids = begun.map((id) => processUploadId(id, 1)).sort();
  await expect.poll(async () => [...(await heldRuns(here.stack.client)).held].sort(), PATIENT).toEqual(ids);
  for (const id of ids) {
    expect((await here.stack.client.workflow.getHandle(id).describe()).status.name).toBe('RUNNING');
  }

  const rolledBackAt = performance.now();
  await rollback(deps, undefined, BY);
  expect(await here.ends(begun)).toEqual([READY, READY]);
  await expectNothingDoubled(here);
  console.log(`held runs ended ${Math.round(performance.now() - rolledBackAt)} ms after the rollback`);
  await Promise.all([b1.stop(), b3.stop()]);
});

test('pinned runs stay with their build, which is drained when they have ended', LONG, async () => {
  const here = await siteAt(temporal.address, today);
  const b1 = await here.start('b1', { behavior: 'PINNED' });
  await expect.poll(b1.serves, PATIENT).toBe(true);
  const letGo = here.hold();
  const begun = await here.open(1);
  const b2 = await here.start('b2', { behavior: 'PINNED', workflowBundle: second });
  const deps = here.deps('b2', second);
  await expect.poll(async () => (await releaseStatus(deps)).builds.length, PATIENT).toBe(2);
  await untilPolled(deps);
  await makeCurrent(deps, { buildId: 'b2' }, BY);
  const b1Now = async () => (await releaseStatus(deps)).builds.find(({ buildId }) => buildId === 'b1');
  await expect.poll(b1Now, PATIENT).toMatchObject({ status: 'draining', openRuns: { pinned: 1, moving: 0 } });
  await here.untilNewRunsEnd(BY_B2);
  letGo();
  expect(await here.ends(begun)).toEqual([READY]);
  await expect.poll(b1Now, PATIENT).toMatchObject({ status: 'drained', openRuns: { pinned: 0, moving: 0 } });
  await Promise.all([b1.stop(), b2.stop()]);
});

test('the command line: status, gate, and refusals', LONG, async () => {
  const here = await siteAt(temporal.address, today);
  const b1 = await here.start('b1');
  await expect.poll(b1.serves, PATIENT).toBe(true);
  const env = {
    DATABASE_URL: here.stack.url,
    CAIRN_TEMPORAL_ADDRESS: temporal.address,
    CAIRN_TEMPORAL_NAMESPACE: here.stack.namespace,
    CAIRN_CODEC_KEYS: codecSetting(here.stack),
    CAIRN_BUILD: 'abc1234',
  };
  const status = await cairn(['release', 'status', '--json'], env);
  expect(JSON.parse(status.out)).toMatchObject({
    thisBuild: expect.stringMatching(/^abc1234-[0-9a-f]{12}$/),
    current: 'b1',
    ramping: null,
    builds: [{ buildId: 'b1', status: 'current', workers: { 'cairn-interactive': 1, 'cairn-heavy': 0 } }],
    runs: { looked: 0, held: [] },
  });
  const screen = await cairn(['release', 'status'], env);
  expect(screen.out).toMatch(/^current {2}b1\nhere {5}abc1234-/);
  expect(screen.out).toMatch(/^b1 {2}current +0 open runs move on, 0 are pinned; cairn-interactive 1$/m);
  const checked = await cairn(['release', 'check', '--live', '5'], env);
  expect(checked).toMatchObject({ code: 0, out: expect.stringMatching(/^gate: \d+ kept histories and 0 open runs/) });
  const nobody = await cairn(['release', 'current', '--build', 'b9', '--reason', 'nobody polls that build'], env);
  expect(nobody).toMatchObject({ code: 1, err: expect.stringContaining('Temporal refuses') });
  const noReason = await cairn(['release', 'ramp', '10', '--reason', 'why'], env);
  expect(noReason).toMatchObject({ code: 1, err: expect.stringContaining('at least 10 characters') });
  const former = await cairn(['release', 'rollback', '--reason', 'there is none before'], env);
  expect(former).toMatchObject({ code: 1, err: expect.stringContaining('no build was current before b1') });
  expect(await orders(here)).toEqual([]);
  await b1.stop();
});

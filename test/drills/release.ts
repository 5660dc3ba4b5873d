/**
 * Drill: a workflow is edited while `npm start` runs and uploads are under way, and its worker replaced: `npm run drill:release`. Each
 * edit is a build that takes over, also one that open runs do not agree with, and those that go back. Exits 1 when anything was lost,
 * doubled or left over, when a run was failed, or when a build did not take over in time.
 */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { connect, type Pool } from '../../db/pool.ts';
import { liveWorkers } from '../../db/workers.ts';
import { generateGpx } from '../../domain/sample/generate-gpx.ts';
import { freePort } from '../../platform/embedded/ports.ts';
import { temporalClient } from '../../platform/temporal/client.ts';
import { parseCodecKeys } from '../../platform/temporal/keyring.ts';
import { projectRoot, testHome } from '../support/servers.ts';
import { watchEffects } from './support/effects.ts';
import { treeWithout } from './support/fences.ts';
import { machineFacts } from './support/figures.ts';
import { finalRead, type Stores } from './support/final-read.ts';
import { createLedger } from './support/ledger.ts';
import { EDITS, editorOf, type WorkflowEdit } from './support/release/edits.ts';
import { type Home, npmStart } from './support/release/npm-start.ts';
import { sendUntilAnswered } from './support/retrying-client.ts';
import { type FinalRead, judge, sum } from './support/verdict.ts';

const { values } = parseArgs({
  options: { rate: { type: 'string', default: '4' }, seed: { type: 'string', default: String(Date.now() % 100_000) } },
});
const SERVES_WITHIN_MS = 30_000;
const PATIENCE_S = 180;
/** Every so many uploads one is large: its step is long enough to be open when the worker goes. */
const LARGE_EVERY = 12;

const tree = await treeWithout(projectRoot, []);
const folder = await testHome('cairn-drill-release-');
const home = await npmStart(tree.folder, folder, await freePort());
const db = connect(home.databaseUrl, { max: 4 });
const client = temporalClient({
  address: home.temporalAddress,
  namespace: 'default',
  codecKeys: parseCodecKeys(home.codecKeys),
});
try {
  process.exitCode = (await drill({ db, client, blobDir: path.join(folder, 'blobs') })) ? 0 : 1;
} finally {
  await Promise.all([db.end(), client.connection.close()]);
  await home.stop();
  await Promise.all([tree.remove(), rm(folder, { recursive: true, force: true })]);
}

async function drill(stores: Stores): Promise<boolean> {
  await home.cairn('schedules', 'pause', 'canary', '--reason', 'its uploads are none of the ledger');
  await watchEffects(db);
  const sample = await finalRead(stores, PATIENCE_S);
  const ledger = createLedger();
  const ending = new AbortController();
  const load = keepSending({ url: home.api, apiKey: home.apiKey, ledger, retried: new Map() }, ending.signal);
  const edit = await editorOf(tree.folder);
  const times: number[] = [];
  for (const each of EDITS) times.push(await replaceWorker(home, db, each, () => edit(each)));
  await pause(2_000);
  ending.abort();
  await load;
  const end = without(await finalRead(stores, PATIENCE_S), sample);
  const verdict = judge(ledger.entries, end, { finalWithinS: Number.POSITIVE_INFINITY });
  console.log(machineFacts());
  console.log(
    `uploads ${ledger.entries.length} at ${values.rate}/s, every ${LARGE_EVERY}th large, --seed ${values.seed}`,
  );
  console.log(
    'lost',
    sum(verdict.lost),
    'doubled',
    sum(verdict.doubled),
    'ghosts',
    sum(verdict.ghosts),
    verdict.processedBy,
  );
  const status = JSON.parse(await home.cairn('release', 'status', '--json'));
  console.log(
    `builds ${status.builds.length}, current ${status.current}, here ${status.thisBuild}, held ${status.runs.held.length}`,
  );
  const inTime = times.every((ms) => ms <= SERVES_WITHIN_MS);
  const good = verdict.good && inTime && status.current === status.thisBuild && status.runs.held.length === 0;
  console.log('verdict', good ? 'good' : 'RED', good ? '' : verdict);
  return good;
}

/** Edits, kills the worker, and waits until the one that `npm start` begins serves. How long that took. */
async function replaceWorker(home: Home, db: Pool, edit: WorkflowEdit, make: () => Promise<void>): Promise<number> {
  await pause(3_000);
  await make();
  const pid = await home.workerPid();
  const before = await buildOf(db, pid);
  process.kill(pid, 'SIGKILL');
  const killedAt = performance.now();
  for (;;) {
    const serving = (await liveWorkers(db, 5)).find((worker) => worker.pid !== pid && worker.serves);
    if (serving) {
      const ms = Math.round(performance.now() - killedAt);
      console.log(`${edit.about}: ${before} → ${serving.buildId}, serves ${ms} ms after the kill`);
      if (serving.buildId === before) throw new Error('the edit made no other build');
      if (edit.diverges) console.log(`  held: ${await heldNow(home)}`);
      return ms;
    }
    if (performance.now() - killedAt > PATIENCE_S * 1_000) throw new Error(`nobody serves after: ${edit.about}`);
    await pause(100);
  }
}

async function heldNow(home: Home): Promise<number> {
  await pause(5_000);
  return JSON.parse(await home.cairn('release', 'status', '--json')).runs.held.length;
}

async function buildOf(db: Pool, pid: number): Promise<string | null> {
  return (await liveWorkers(db, 60)).find((worker) => worker.pid === pid)?.buildId ?? null;
}

async function keepSending(to: Parameters<typeof sendUntilAnswered>[0], ending: AbortSignal): Promise<void> {
  const seed = Number(values.seed);
  const sent: Promise<unknown>[] = [];
  for (let i = 0; !ending.aborted; i++) {
    const isLarge = i % LARGE_EVERY === 0;
    const points = isLarge ? 60_000 : 120;
    const gpx = generateGpx({ seed: seed * 1_000_003 + i, points, sensors: isLarge ? ['heartRate'] : [] });
    sent.push(sendUntilAnswered(to, Buffer.from(gpx), 0));
    await pause(1_000 / Number(values.rate));
  }
  await Promise.all(sent);
}

/** What was there before the first request. */
function without(end: FinalRead, before: FinalRead): FinalRead {
  const ids = new Set(before.uploads.map(({ id }) => id));
  return {
    uploads: end.uploads.filter(({ id }) => !ids.has(id)),
    blobs: end.blobs.filter((name) => !before.blobs.includes(name)),
    workflows: end.workflows.filter(({ uploadId }) => !before.workflows.some((one) => one.uploadId === uploadId)),
  };
}

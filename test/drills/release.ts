/**
 * Drill: a workflow is edited while `npm start` runs and uploads are under way, and its worker replaced: `npm run drill:release`. Each
 * edit is a build that takes over, also one that open runs do not agree with, and those that go back. Exits 1 when anything was lost,
 * doubled or left over, when a run was failed, when what does not agree held nothing, or when a build did not take over in time.
 */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { LARGE_BYTES } from '../../contracts/uploads.ts';
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
import { endRunsOf } from './support/release/withdrawn.ts';
import { sendUntilAnswered } from './support/retrying-client.ts';
import { type FinalRead, judge, sum } from './support/verdict.ts';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '4' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    keep: { type: 'boolean', default: false },
  },
});
const SERVES_WITHIN_MS = 30_000;
const HELD_WITHIN_MS = 30_000;
/** An upload whose run was ended begins anew within five minutes (api/dispatch/line.ts). */
const PATIENCE_S = 420;
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
  if (values.keep) console.log(`kept: ${folder}, ${tree.folder}`);
  else await Promise.all([tree.remove(), rm(folder, { recursive: true, force: true })]);
}

async function drill(stores: Stores): Promise<boolean> {
  await home.cairn('schedules', 'pause', 'canary', '--reason', 'its uploads are none of the ledger');
  await watchEffects(db);
  const sample = await finalRead(stores, PATIENCE_S);
  const ledger = createLedger();
  const ending = new AbortController();
  const load = keepSending({ url: home.api, apiKey: home.apiKey, ledger, retried: new Map() }, ending.signal);
  const edit = await editorOf(tree.folder);
  const served: Served[] = [];
  for (const each of EDITS) served.push(await replaceWorker(home, db, each, () => edit(each)));
  await pause(2_000);
  ending.abort();
  await load;
  const withdrawn = served.flatMap(({ buildId }, i) => (EDITS[i]?.diverges ? [buildId] : []));
  const ended = await endRunsOf(client, withdrawn);
  console.log(`runs that began on the build that was taken back, ended by hand: ${ended.length}`);
  const end = without(await finalRead(stores, PATIENCE_S), sample, ended);
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
  const inTime = served.every(({ ms }) => ms <= SERVES_WITHIN_MS);
  const isHeld = EDITS.every(({ diverges }, i) => !diverges || (served[i]?.held ?? 0) > 0);
  const good = verdict.good && inTime && isHeld && status.current === status.thisBuild && status.runs.held.length === 0;
  console.log('verdict', good ? 'good' : 'RED', good ? '' : verdict);
  return good;
}

interface Served {
  readonly buildId: string;
  /** Since the kill. */
  readonly ms: number;
  readonly held: number;
}

/** Edits, kills the worker, and waits until the one that `npm start` begins serves. */
async function replaceWorker(home: Home, db: Pool, edit: WorkflowEdit, make: () => Promise<void>): Promise<Served> {
  await pause(3_000);
  await make();
  const pid = await home.workerPid();
  const before = await buildOf(db, pid);
  if (edit.diverges) await untilLargeIsOpen(db);
  process.kill(pid, 'SIGKILL');
  const killedAt = performance.now();
  for (;;) {
    const serving = (await liveWorkers(db, 5)).find((worker) => worker.pid !== pid && worker.serves);
    if (serving) {
      const ms = Math.round(performance.now() - killedAt);
      console.log(`${edit.about}: ${before} → ${serving.buildId}, serves ${ms} ms after the kill`);
      if (serving.buildId === before) throw new Error('the edit made no other build');
      const held = edit.diverges ? await heldNow(home) : 0;
      if (edit.diverges) console.log(`  held: ${held}`);
      return { buildId: String(serving.buildId), ms, held };
    }
    if (performance.now() - killedAt > PATIENCE_S * 1_000) throw new Error(`nobody serves after: ${edit.about}`);
    await pause(100);
  }
}

/** A run has asked for its step, so its history says what other code must agree with; those of small files have said nothing yet. */
async function untilLargeIsOpen(db: Pool): Promise<void> {
  const sql = `select from uploads where inflated_bytes > $1 and state = 'processing' and claim_owner like 'workflow:%'`;
  for (const until = performance.now() + PATIENCE_S * 1_000; performance.now() < until; await pause(20)) {
    if ((await db.query(sql, [LARGE_BYTES])).rowCount) return;
  }
  throw new Error('no large upload was ever processed by a workflow');
}

/** Once there is one; it takes three tries of its task. */
async function heldNow(home: Home): Promise<number> {
  for (const until = performance.now() + HELD_WITHIN_MS; ; await pause(1_000)) {
    const { held } = JSON.parse(await home.cairn('release', 'status', '--json')).runs;
    if (held.length > 0 || performance.now() > until) return held.length;
  }
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

/** Without what was there before the first request, and the runs that were ended by hand. */
function without(end: FinalRead, before: FinalRead, ended: readonly string[]): FinalRead {
  const ids = new Set(before.uploads.map(({ id }) => id));
  return {
    uploads: end.uploads.filter(({ id }) => !ids.has(id)),
    blobs: end.blobs.filter((name) => !before.blobs.includes(name)),
    workflows: end.workflows.filter(
      ({ uploadId, status }) =>
        !before.workflows.some((one) => one.uploadId === uploadId) &&
        !(status === 'TERMINATED' && ended.includes(uploadId)),
    ),
  };
}

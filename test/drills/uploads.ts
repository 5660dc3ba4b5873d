/**
 * Drill: many uploads, with and without Temporal being killed half-way. Run by hand: `npm run drill:uploads`.
 * Prints figures as JSON; exits 1 when anything was lost, doubled or refused.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { connect } from '../../db/pool.ts';
import { generateGpx } from '../../domain/sample/generate-gpx.ts';
import { type Installation, install } from './installation.ts';

const { values } = parseArgs({
  options: {
    uploads: { type: 'string', default: '1000' },
    'in-flight': { type: 'string', default: '32' },
    'outage-s': { type: 'string', default: '20' },
  },
});
const uploads = Number(values.uploads);
const inFlight = Number(values['in-flight']);
const outageS = Number(values['outage-s']);

interface Sent {
  readonly status: number;
  readonly id: string | undefined;
  readonly ms: number;
}

const installation = await install();
try {
  const healthy = await drill(installation, 1, undefined);
  const outage = await drill(installation, 2, outageS);
  console.log(JSON.stringify({ uploads, inFlight, outageS, healthy, outage }, null, 2));
  process.exitCode = [healthy, outage].every((run) => run.lost === 0 && run.doubled === 0 && run.refused === 0) ? 0 : 1;
} finally {
  await installation.stop();
}

/** One run: what was answered, and what the database says in the end. */
async function drill(at: Installation, seed: number, killForS: number | undefined) {
  const template = recording(seed);
  const startedAt = performance.now();
  let back: Promise<void> | undefined;
  const sent = await inParallel(uploads, inFlight, async (i) => {
    if (killForS !== undefined && i === Math.floor(uploads / 2)) back = outageOf(at, killForS);
    return send(at, template.replace('</name>', ` ${seed}-${i}</name>`));
  });
  const sentMs = performance.now() - startedAt;
  await back;
  const ids = sent.flatMap(({ status, id }) => (status === 202 && id ? [id] : []));
  const end = await untilFinal(at.databaseUrl, ids);
  const times = sent.map(({ ms }) => ms).sort((a, b) => a - b);
  return {
    bytes: template.length,
    ackP50Ms: round(times[Math.floor(times.length * 0.5)]),
    ackP99Ms: round(times[Math.floor(times.length * 0.99)]),
    acksPerS: round(uploads / (sentMs / 1000)),
    readyPerS: round(end.ready / ((performance.now() - startedAt) / 1000)),
    refused: sent.filter(({ status }) => status !== 202).length,
    lost: ids.length - end.ready,
    doubled: end.tracks - end.ready,
    attemptsOverOne: end.retried,
    runsOverOne: end.reruns,
    processedInline: end.inline,
  };
}

async function outageOf(at: Installation, seconds: number): Promise<void> {
  await at.killTemporal();
  await pause(seconds * 1000);
  await at.startTemporal();
}

async function send(at: Installation, body: string): Promise<Sent> {
  const headers = { authorization: `Bearer ${at.apiKey}`, 'content-type': 'application/gpx+xml' };
  const startedAt = performance.now();
  const answer = await fetch(`${at.api}/v1/uploads`, { method: 'POST', headers, body });
  const { id } = Object(await answer.json());
  return { status: answer.status, id, ms: performance.now() - startedAt };
}

/** Waits at most five minutes. */
async function untilFinal(databaseUrl: string, ids: readonly string[]) {
  const db = connect(databaseUrl, { max: 1 });
  try {
    for (let looks = 0; ; looks++) {
      const { rows } = await db.query<{
        ready: number;
        open: number;
        tracks: number;
        retried: number;
        reruns: number;
        inline: number;
      }>(
        `select count(*) filter (where state = 'ready') as ready, count(*) filter (where finished_at is null) as open,
                (select count(*) from tracks where upload_id = any ($1)) as tracks,
                count(*) filter (where attempts > 1) as retried, count(*) filter (where run > 1) as reruns,
                count(*) filter (where processed_by = 'inline') as inline
           from uploads where id = any ($1)`,
        [ids],
      );
      const [row] = rows;
      if (row && (row.open === 0 || looks > 600)) return row;
      await pause(500);
    }
  } finally {
    await db.end();
  }
}

/** About 200 kB. */
function recording(seed: number): string {
  return new TextDecoder().decode(generateGpx({ seed, points: 870, sensors: ['heartRate'] }));
}

async function inParallel<Result>(
  count: number,
  width: number,
  work: (i: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const lane = async () => {
    for (let i = next++; i < count; i = next++) results[i] = await work(i);
  };
  await Promise.all(Array.from({ length: width }, lane));
  return results;
}

function round(value: number | undefined): number {
  return Math.round((value ?? 0) * 10) / 10;
}

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createRandom } from '../../../../domain/sample/random.ts';
import { type Cluster, openCluster } from '../cluster.ts';
import type { FaultDrill } from './fault.ts';
import { recording } from './sending.ts';

const PATIENCE_MS = 60_000;

/** F10 */
export const bitRot: FaultDrill = {
  about: 'a digit of a place in a stored original becomes another one, then it is processed again',
  expects: '`processing/original-missing`, and the figures of the first run stay; wrong figures never',
  redWithout: ['original-hash'],
  size: { of: 'originals', full: 20, short: 5 },
  run: async ({ tree, seed, size, say }) => {
    const cluster = await openCluster(tree);
    try {
      await cluster.startApi();
      await cluster.startWorker();
      const ids = await Promise.all(Array.from({ length: size }, (_, i) => upload(cluster, recording(seed, i))));
      const before = await untilRun(cluster, ids, 1);
      const random = createRandom(seed);
      for (const { blobKey } of before) await rot(path.join(cluster.blobDir, blobKey.slice(0, 2), blobKey), random);
      say(`${size} originals have one digit changed`);
      for (const id of ids) await again(cluster, id);
      const after = await untilRun(cluster, ids, 2);
      const wrong = after.filter(({ id, figures }) => figures !== before.find((one) => one.id === id)?.figures).length;
      const untold = after.filter(({ failure }) => failure !== 'processing/original-missing').length;
      const lost = size - after.length;
      return {
        requests: 2 * size,
        struck: size,
        lost,
        doubled: 0,
        ghosts: wrong,
        recoveryS: 0,
        good: lost + wrong + untold === 0,
        more: { wrongFigures: wrong, untold },
      };
    } finally {
      await cluster.stop({ keepHome: false });
    }
  },
};

async function upload({ url, apiKey }: Cluster, body: Buffer): Promise<string> {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/gpx+xml' };
  const answer = await fetch(`${url}/v1/uploads`, { method: 'POST', headers, body: Uint8Array.from(body) });
  return String(Object(await answer.json()).id);
}

async function again({ url, apiKey }: Cluster, id: string): Promise<void> {
  const headers = { authorization: `Bearer ${apiKey}` };
  const answer = await fetch(`${url}/v1/uploads/${id}/reprocess`, { method: 'POST', headers });
  if (answer.status !== 202) throw new Error(`reprocess: ${answer.status}`);
}

/** A digit behind the point of a latitude: the file stays a good GPX, of another walk. */
async function rot(file: string, random: () => number): Promise<void> {
  const text = await readFile(file, 'latin1');
  const places = [...text.matchAll(/lat="-?\d+\.(\d)/g)];
  const place = places[Math.floor(random() * places.length)];
  if (!place) throw new Error('the original has no place');
  const at = place.index + place[0].length - 1;
  const digit = (Number(text[at]) + 1 + Math.floor(random() * 9)) % 10;
  await writeFile(file, text.slice(0, at) + digit + text.slice(at + 1), 'latin1');
}

interface Ended {
  readonly id: string;
  readonly blobKey: string;
  /** Of the track, as text. */
  readonly figures: string;
  readonly failure: string | null;
}

async function untilRun({ db }: Cluster, ids: readonly string[], run: number): Promise<readonly Ended[]> {
  for (const deadline = performance.now() + PATIENCE_MS; ; await pause(200)) {
    const { rows } = await db.query<Ended>(
      `select u.id, u.blob_key as "blobKey", md5(t.statistics::text || t.run) as figures, u.failure ->> 'code' as failure
         from uploads u join tracks t on t.id = u.track_id
        where u.id = any ($1) and u.run = $2 and u.finished_at is not null`,
      [ids, run],
    );
    if (rows.length === ids.length || performance.now() > deadline) return rows;
  }
}

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { testHome } from '../../../support/servers.ts';
import { openCluster } from '../cluster.ts';
import { watchEffects } from '../effects.ts';
import { createLedger } from '../ledger.ts';
import type { FaultDrill } from './fault.ts';
import { closeBooks, recording, secondsUntilServed } from './sending.ts';

const run = promisify(execFile);
const MEGABYTES = 4;
const LEFT_BYTES = 200_000;

/** F9 */
export const blobStoreFull: FaultDrill = {
  about: `the blob store is a small file system of its own (${MEGABYTES} MB) and runs full under uploads; then there is room again`,
  expects:
    '503 `service/storage-unavailable` and nothing else; nothing half-written is seen, all reads work, it recovers',
  redWithout: ['full-is-told'],
  size: { of: 'uploads while it is full', full: 100, short: 30 },
  run: async ({ tree, seed, size, say }) => {
    const folder = await mountedFolder();
    const cluster = await openCluster(tree, { CAIRN_BLOB_DIR: folder.path });
    try {
      await cluster.startApi();
      await cluster.startWorker();
      await watchEffects(cluster.db);
      const ledger = createLedger();
      const refusals = new Map<string, number>();
      const send = async (body: Buffer) => {
        const entry = ledger.begin(createHash('sha256').update(body).digest('hex'));
        const { status, code } = await upload(cluster, body);
        if (status === 503) return void refusals.set(code, (refusals.get(code) ?? 0) + 1);
        entry.outcome = status;
      };
      for (let i = 0; i < 10; i++) await send(recording(seed, i));
      const { bavail, bsize } = await statfs(folder.path);
      const filler = path.join(folder.path, 'filler');
      await writeFile(filler, Buffer.alloc(Math.max(0, bavail * bsize - LEFT_BYTES)));
      say('the store is nearly full');
      const waiting = Array.from({ length: size }, (_, i) => recording(seed, 100 + i));
      for (const body of waiting) await send(body);
      const others = await statusesOf(cluster);
      await rm(filler);
      say(`${[...refusals.values()].reduce((sum, n) => sum + n, 0)} were refused; there is room again`);
      const recoveryS = await secondsUntilServed(cluster);
      for (let i = 0; i < 5; i++) await send(recording(seed, 1_000 + i));
      const acknowledged = ledger.entries.filter(({ outcome }) => outcome !== 'unknown');
      const books = await closeBooks({ ...cluster, blobDir: folder.path }, { entries: acknowledged });
      const refused = [...refusals.values()].reduce((sum, n) => sum + n, 0);
      const typed = [...refusals.keys()].every((code) => code === 'service/storage-unavailable');
      return {
        requests: ledger.entries.length,
        struck: refused,
        ...books,
        recoveryS,
        good: books.isGood && refused > 0 && typed && others.every((status) => status === 200),
        more: { ...books.more, refusals: Object.fromEntries(refusals), others },
      };
    } finally {
      await cluster.stop({ keepHome: false });
      await folder.remove();
    }
  },
};

/** Needs to be root, and Linux. */
async function mountedFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const home = await testHome('cairn-full-');
  const folder = path.join(home, 'blobs');
  await mkdir(folder);
  await run('mount', ['-t', 'tmpfs', '-o', `size=${MEGABYTES}m,mode=0700`, 'cairn-drill', folder]);
  return {
    path: folder,
    remove: async () => {
      await run('umount', [folder]);
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function upload({ url, apiKey }: { url: string; apiKey: string }, body: Buffer) {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/gpx+xml' };
  const answer = await fetch(`${url}/v1/uploads`, { method: 'POST', headers, body: Uint8Array.from(body) });
  const { code = '' } = Object(await answer.json());
  return { status: answer.status, code: String(code) };
}

/** What needs no room goes on. */
async function statusesOf({ url, apiKey }: { url: string; apiKey: string }): Promise<readonly number[]> {
  const headers = { authorization: `Bearer ${apiKey}` };
  const asked = ['/v1/account', '/v1/tracks', '/v1/uploads', '/ready', '/health'];
  return Promise.all(asked.map(async (each) => (await fetch(url + each, { headers })).status));
}

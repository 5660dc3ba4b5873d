/**
 * Drill: a 23 MB recording of 100,000 points, while `/live` is asked 100 times a second. Run by hand:
 * `npm run drill:large-file`. Prints figures as JSON.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { generateGpx } from '../../domain/sample/generate-gpx.ts';
import { type Installation, install } from './installation.ts';
import { childrenOf, statusText } from './support/children.ts';

const REPEATS = 5;
const installation = await install();
try {
  const idleMb = memoryMb(installation.pids.worker);
  const runs = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) runs.push(await oneFile(installation, repeat));
  const live = shares(runs.flatMap(({ liveMs }) => liveMs));
  console.log(JSON.stringify({ idleMb, live, runs: runs.map(({ liveMs, ...run }) => run) }, null, 2));
} finally {
  await installation.stop();
}

async function oneFile(at: Installation, seed: number) {
  const body = Uint8Array.from(generateGpx({ seed, points: 100_000, sensors: ['heartRate'] }));
  const headers = { authorization: `Bearer ${at.apiKey}`, 'content-type': 'application/gpx+xml', prefer: 'wait=30' };
  const watch = watching(at);
  const startedAt = performance.now();
  const answer = await fetch(`${at.api}/v1/uploads`, { method: 'POST', headers, body });
  const doneMs = Math.round(performance.now() - startedAt);
  const { state } = Object(await answer.json());
  return {
    megabytes: body.length / 1e6,
    status: answer.status,
    state,
    uploadToReadyMs: doneMs,
    ...(await watch.end()),
  };
}

function watching(at: Installation) {
  const asker = new Worker(new URL('./ask-live.mjs', import.meta.url), { workerData: at.api, execArgv: [] });
  const peakMb = { worker: 0, readers: 0 };
  const looking = setInterval(() => {
    const now = memoryMb(at.pids.worker);
    peakMb.worker = Math.max(peakMb.worker, now.worker);
    peakMb.readers = Math.max(peakMb.readers, now.readers);
  }, 20);
  return {
    end: async () => {
      clearInterval(looking);
      const answered = once(asker, 'message');
      asker.postMessage('end');
      const [times]: number[][] = await answered;
      return { peakMb, liveMs: times ?? [] };
    },
  };
}

function shares(times: number[]) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) * 10) / 10;
  return { asked: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(0.9999) };
}

/** Resident memory: of the worker process, and of its largest reader child. */
function memoryMb(worker: number): { worker: number; readers: number } {
  return { worker: residentMb(worker), readers: Math.max(0, ...childrenOf(worker).map(residentMb)) };
}

function residentMb(pid: number): number {
  return Math.round(Number(/^VmRSS:\s*(\d+)/m.exec(statusText(pid))?.[1] ?? 0) / 1024);
}

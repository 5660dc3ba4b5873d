/**
 * Drill: a 23 MB recording of 100,000 points, while `/live` is asked 100 times a second. Run by hand:
 * `npm run drill:large-file`. Prints figures as JSON.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { generateGpx } from '../../domain/sample/generate-gpx.ts';
import { type Installation, install } from './installation.ts';

const REPEATS = 5;
const installation = await install();
try {
  const idleMb = memoryMb(installation.pids.worker);
  const runs = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) runs.push(await oneFile(installation, repeat));
  console.log(JSON.stringify({ idleMb, runs }, null, 2));
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
  const times: number[] = [];
  const peakMb = { worker: 0, readers: 0 };
  let going = true;
  const asking = (async () => {
    while (going) {
      const from = performance.now();
      await (await fetch(`${at.api}/live`)).text();
      times.push(performance.now() - from);
      const now = memoryMb(at.pids.worker);
      peakMb.worker = Math.max(peakMb.worker, now.worker);
      peakMb.readers = Math.max(peakMb.readers, now.readers);
      await pause(10);
    }
  })();
  return {
    end: async () => {
      going = false;
      await asking;
      times.sort((a, b) => a - b);
      const ms = (share: number) => Math.round((times[Math.floor(times.length * share)] ?? 0) * 10) / 10;
      return { peakMb, liveAsked: times.length, liveP50Ms: ms(0.5), liveP99Ms: ms(0.99), liveMaxMs: ms(0.9999) };
    },
  };
}

/** Resident memory: of the worker process, and of its largest reader child. */
function memoryMb(worker: number): { worker: number; readers: number } {
  const children = readdirSync('/proc').filter((pid) => parentOf(pid) === worker);
  return { worker: residentMb(String(worker)), readers: Math.max(0, ...children.map(residentMb)) };
}

function parentOf(pid: string): number {
  return /^\d+$/.test(pid) ? Number(/^PPid:\s*(\d+)/m.exec(status(pid))?.[1] ?? 0) : 0;
}

function residentMb(pid: string): number {
  return Math.round(Number(/^VmRSS:\s*(\d+)/m.exec(status(pid))?.[1] ?? 0) / 1024);
}

function status(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return ''; // it has just ended
  }
}

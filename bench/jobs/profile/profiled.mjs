/**
 * Loaded into API and worker by `bench/jobs-profile.ts`: from the first SIGUSR2 to the second each of their threads is
 * profiled, into the folder that this module's address names.
 */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { isMainThread, threadId } from 'node:worker_threads';

const folder = new URL(import.meta.url).searchParams.get('folder');
const session = new Session();
session.connect();
let isProfiling = false;

const toThreads = new BroadcastChannel('profile');
toThreads.unref();
if (isMainThread) {
  process.on('SIGUSR2', () => {
    toThreads.postMessage('turn');
    turn();
  });
} else {
  toThreads.onmessage = turn;
}

function turn() {
  if (!isProfiling) {
    isProfiling = true;
    session.post('Profiler.enable');
    session.post('Profiler.setSamplingInterval', { interval: 500 });
    session.post('Profiler.start');
    return;
  }
  session.post('Profiler.stop', (error, { profile }) => {
    if (error) throw error;
    writeFileSync(`${folder}/${process.pid}-${threadId}.cpuprofile`, JSON.stringify(profile));
  });
}

// A thread that asks for one upload after the other until it is told to end: on the thread of 2,000 streams it would measure
// itself.
import { setTimeout as pause } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

const times = [];
let going = true;
parentPort.once('message', () => {
  going = false;
});
for (let i = 0; going; i++) {
  const { url, headers } = workerData[i % workerData.length];
  const from = performance.now();
  const answer = await fetch(url, { headers });
  await answer.text();
  if (answer.status !== 200) throw new Error(`another route answered ${answer.status}`);
  times.push(performance.now() - from);
  await pause(5);
}
parentPort.postMessage(times);

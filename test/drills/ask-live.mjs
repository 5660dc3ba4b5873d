// A thread that asks `/live` every 10 ms: on the thread that uploads 24 MB it would measure itself.
import { setTimeout as pause } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

const times = [];
let going = true;
parentPort.once('message', () => {
  going = false;
});
while (going) {
  const from = performance.now();
  await (await fetch(`${workerData}/live`)).text();
  times.push(performance.now() - from);
  await pause(10);
}
parentPort.postMessage(times);

import { setTimeout as pause } from 'node:timers/promises';
import { shareOf } from '../figures.ts';
import type { FaultDrill } from './fault.ts';
import { openNetworkedCluster } from './networked.ts';
import { closeBooks, secondsUntilServed, startSending } from './sending.ts';

const RATE_PER_S = 10;
const HANGS_FOR_MS = 15_000;
const LIVE_EVERY_MS = 50;
const LIVE_P99_MS = 200;
const ANSWERS_WITHIN_MS = 10_000;
const BACK_WITHIN_S = 5;

/** F7 */
export const postgresHangs: FaultDrill = {
  about: 'Postgres takes connections and answers nothing for 15 s, then goes on, under load',
  expects: 'no answer takes longer than 10 s, `/live` p99 below 200 ms, `/ready` 503 within 3 s, no 5xx but 503',
  redWithout: ['request-pool'],
  size: { of: 'uploads', full: 300, short: 60 },
  run: async ({ tree, seed, size, say }) => {
    const { cluster, network, close } = await openNetworkedCluster(tree);
    try {
      await cluster.startApi();
      await cluster.startWorker();
      const sending = await startSending(cluster, { uploads: size, ratePerS: RATE_PER_S, seed });
      await sending.sent(Math.ceil(size / 4));
      network.suffer('hang');
      say('Postgres hangs');
      const watch = watchProbes(cluster.url);
      await pause(HANGS_FOR_MS);
      const probes = await watch.stop();
      network.suffer('none');
      const recoveryS = await secondsUntilServed(cluster);
      say(`Postgres goes on; served again after ${recoveryS} s`);
      await sending.done;
      const books = await closeBooks(cluster, sending);
      const others = [...sending.tries].filter(([outcome]) => /^5/.test(outcome) && outcome !== '503');
      const probesGood = probes.liveP99Ms < LIVE_P99_MS && probes.notLive === 0 && probes.ready === 503;
      const inTime = sending.slowestTryMs() < ANSWERS_WITHIN_MS && probes.readyMs < 3_000;
      return {
        requests: sending.entries.length,
        struck: 1,
        ...books,
        recoveryS,
        good: books.isGood && others.length === 0 && probesGood && inTime && recoveryS < BACK_WITHIN_S,
        more: { ...books.more, ...probes, slowestMs: sending.slowestTryMs(), tries: Object.fromEntries(sending.tries) },
      };
    } finally {
      await close();
    }
  },
};

/** `/live` again and again, and `/ready` once. */
function watchProbes(url: string) {
  const times: number[] = [];
  let notLive = 0;
  const isOver = { now: false };
  const live = async () => {
    while (!isOver.now) {
      const askedAt = performance.now();
      const answer = await fetch(`${url}/live`).catch(() => undefined);
      if (answer?.status !== 200) notLive++;
      times.push(performance.now() - askedAt);
      await pause(LIVE_EVERY_MS);
    }
  };
  const ready = async () => {
    const askedAt = performance.now();
    const answer = await fetch(`${url}/ready`).catch(() => undefined);
    return { ready: answer?.status ?? 0, readyMs: Math.round(performance.now() - askedAt) };
  };
  const running = Promise.all([live(), ready()]);
  return {
    stop: async () => {
      isOver.now = true;
      const [, asked] = await running;
      return { ...asked, notLive, liveP99Ms: shareOf(times, 0.99), liveAsked: times.length };
    },
  };
}

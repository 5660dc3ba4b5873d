import { setTimeout as pause } from 'node:timers/promises';
import { createRandom } from '../../../../domain/sample/random.ts';
import { createSender } from '../stripe/sender.ts';
import { createTraffic, EVENTS_OF_A_LIFE } from '../stripe/traffic.ts';
import type { FireGround } from './ground.ts';
import { judgeFire, untilSettled } from './judge.ts';
import { createKiller } from './killer.ts';
import type { FireOptions, FireScenario } from './scenario.ts';
import { createUploader, smallRecording } from './uploader.ts';

/** Uploads and Stripe's events while everything is killed in turns; whoever is killed is started again. */
export const kills: FireScenario = async (ground, options) => {
  const random = createRandom(options.seed);
  const killer = createKiller(ground.topology, createRandom(options.seed + 1), options.say);
  const load = createLoad(ground, options, random);
  const startedAt = performance.now();
  for (let kill = 0; kill < options.kills; kill++) {
    const gapMs = options.gapS * 1_000 * (0.5 + random());
    await load.during(gapMs, kill, options.kills);
    await killer.killNext();
  }
  await killer.allBack();
  const backAt = performance.now();
  options.say('all are back, nobody is killed any more');
  await load.answered();
  options.say('all are answered');
  await untilSettled(ground, options.patienceS);
  const recoveryS = seconds(performance.now() - backAt);
  options.say('nothing is open any more');
  const verdict = await judgeFire(ground, load.uploader, load.sender, load.names);
  const figures = {
    kills: Object.fromEntries(killer.killed),
    killsInAll: [...killer.killed.values()].reduce((total, count) => total + count, 0),
    startsS: Object.fromEntries([...killer.startsMs].map(([name, ms]) => [name, seconds(mean(ms))])),
    endedByThemselves: restartsOf(ground),
    underFireS: seconds(backAt - startedAt),
    recoveryS,
    retried: Object.fromEntries(load.uploader.retried),
    ...verdict,
  };
  return { good: verdict.good, figures };
};

interface Load {
  readonly uploader: ReturnType<typeof createUploader>;
  readonly sender: ReturnType<typeof createSender>;
  /** Customers at Stripe. */
  readonly names: readonly string[];
  /** So much of everything as belongs to this part of all, at moments that are drawn. */
  during(ms: number, part: number, parts: number): Promise<void>;
  answered(): Promise<void>;
}

/** Nobody sends more while so many wait for an answer: the driver shares the processors with what it tests. */
const WAITING_AT_MOST = 300;

function createLoad(ground: FireGround, { uploads, events, seed }: FireOptions, random: () => number): Load {
  const { apis } = ground.topology;
  let turn = 0;
  const nextUrl = () => apis[turn++ % apis.length] ?? '';
  const uploader = createUploader(nextUrl);
  const sender = createSender(nextUrl);
  const traffic = createTraffic(ground.stripe.world, { lives: Math.ceil(events / EVENTS_OF_A_LIFE), random });
  const all: Promise<void>[] = [];
  let waiting = 0;
  const launch = (request: Promise<void>) => {
    waiting += 1;
    all.push(request.finally(() => (waiting -= 1)));
  };
  let uploaded = 0;
  const upload = () => {
    const apiKey = ground.apiKeys[uploaded % ground.apiKeys.length] ?? '';
    launch(uploader.send({ apiKey, bytes: smallRecording(seed, uploaded++) }));
  };
  const happen = () => {
    const event = traffic.next();
    if (!event) return;
    launch(sender.deliver(event));
    if (random() < REPEATED_SHARE) launch(sender.deliver(event));
  };
  return {
    uploader,
    sender,
    names: traffic.names,
    during: async (ms, part, parts) => {
      const due = (total: number) => Math.floor(((part + 1) * total) / parts) - Math.floor((part * total) / parts);
      const lives = traffic.names.length * EVENTS_OF_A_LIFE;
      const moments = [...repeated(upload, due(uploads)), ...repeated(happen, due(lives))].map((what) => ({
        what,
        atMs: random() * ms,
      }));
      const startedAt = performance.now();
      for (const { what, atMs } of moments.sort((one, other) => one.atMs - other.atMs)) {
        await pause(Math.max(0, startedAt + atMs - performance.now()));
        while (waiting >= WAITING_AT_MOST) await pause(50);
        what();
      }
      await pause(Math.max(0, startedAt + ms - performance.now()));
    },
    answered: async () => {
      await Promise.all(all);
    },
  };
}

/** Stripe says itself that it delivers some twice. */
const REPEATED_SHARE = 0.1;

function repeated(what: () => void, times: number): readonly (() => void)[] {
  return Array.from({ length: times }, () => what);
}

function restartsOf({ topology }: FireGround): Readonly<Record<string, number>> {
  return Object.fromEntries(
    topology
      .containers()
      .flatMap((container) => (container.restarts() > 0 ? [[container.name, container.restarts()]] : [])),
  );
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0) / numbers.length;
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}

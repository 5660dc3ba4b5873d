import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createRandom } from '../../../../domain/sample/random.ts';
import { startStripeForProcesses } from '../../../support/fake-stripe/for-processes.ts';
import type { TopologyOptions } from '../../../support/topology/topology.ts';
import { type FireGround, openFireGround } from '../fire/ground.ts';
import { judgeFire, openWork, untilSettled } from '../fire/judge.ts';
import { createUploader, smallRecording } from '../fire/uploader.ts';
import { createSender } from '../stripe/sender.ts';
import { createTraffic, EVENTS_OF_A_LIFE } from '../stripe/traffic.ts';
import { type Backup, backUp, differences, restore } from './backup.ts';

export interface RestoreOptions {
  readonly tree: string;
  readonly temporal: TopologyOptions['temporal'];
  readonly uploads: number;
  readonly events: number;
  readonly seed: number;
  readonly say: (what: string) => void;
}

export interface RestoreRun {
  readonly good: boolean;
  readonly figures: object;
}

/**
 * A backup is made while everything runs; then the installation is gone, and another one begins with the backup alone: another
 * Postgres, another Temporal that is empty. What was open goes on by itself; then everybody sends again what they had sent.
 */
export async function runRestore(options: RestoreOptions): Promise<RestoreRun> {
  const { say } = options;
  const folder = await mkdtemp(path.join(tmpdir(), 'cairn-backup-'));
  const outside = await startStripeForProcesses();
  const topology = { tree: options.tree, temporal: options.temporal, workers: 1, say, settings: outside.settings };
  try {
    const first = await openFireGround({ ...topology, stripe: outside.stripe });
    const before = await liveAndBackUp(first, options, folder).finally(() => first.close({ keepHome: false }));
    const { backup, names, codecKeys } = before;
    say(`the first installation is gone; ${JSON.stringify(backup.open)} were open in the backup`);
    const unequal: string[] = [];
    const second = await openFireGround({
      ...topology,
      codecKeys,
      stripe: outside.stripe,
      restored: async (empty) => {
        await restore(backup, empty);
        unequal.push(...(await differences(backup, empty)));
        return first.apiKeys;
      },
    });
    try {
      const after = await goOn(second, options, names);
      const wasOpen = backup.open.uploads > 0 && backup.open.events > 0;
      if (!wasOpen) say('nothing was open in the backup: this run says nothing of that');
      const good = unequal.length === 0 && after.good && wasOpen;
      return { good, figures: { tables: backup.tables.size, openInBackup: backup.open, unequal, ...after } };
    } finally {
      await second.close({ keepHome: false });
    }
  } finally {
    await outside.stripe.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** While half of everything is on its way; Stripe is slow, so that events are open. */
const STRIPE_ANSWERS_AFTER_MS = 500;
const IN_FLIGHT = 16;

async function liveAndBackUp(
  ground: FireGround,
  { uploads, events, seed }: RestoreOptions,
  folder: string,
): Promise<{ backup: Backup; names: readonly string[]; codecKeys: string }> {
  const { topology, stripe, apiKeys } = ground;
  const nextUrl = inTurn(topology.apis);
  const [uploader, sender] = [createUploader(nextUrl), createSender(nextUrl)];
  const traffic = createTraffic(stripe.world, {
    lives: Math.ceil(events / EVENTS_OF_A_LIFE),
    random: createRandom(seed),
  });
  stripe.watch(async (moment) => {
    if (moment === 'executed') await pause(STRIPE_ANSWERS_AFTER_MS);
    return undefined;
  });
  const upload = (i: number) => {
    return uploader.send({ apiKey: apiKeys[i % apiKeys.length] ?? '', bytes: smallRecording(seed, i) });
  };
  const sent = { uploads: 0, events: 0 };
  const uploading = inLanes(IN_FLIGHT, () => (sent.uploads < uploads ? upload(sent.uploads++) : undefined));
  const delivering = inLanes(IN_FLIGHT, () => {
    const event = traffic.next();
    sent.events += event ? 1 : 0;
    return event && sender.deliver(event);
  });
  while (sent.uploads < uploads / 2 || sent.events < events / 2) await pause(10);
  const backup = await backUp(topology, folder);
  await Promise.all([uploading, delivering]);
  stripe.watch(undefined);
  return { backup, names: traffic.names, codecKeys: topology.codecKeys };
}

async function goOn(ground: FireGround, { uploads, seed, say }: RestoreOptions, names: readonly string[]) {
  const openDoneMs = await untilSettled(ground, 60);
  const left = await openWork(ground.topology.db);
  say(`${left} of what was open is left ${Math.round(openDoneMs)} ms after the start`);
  const nextUrl = inTurn(ground.topology.apis);
  const [uploader, sender] = [createUploader(nextUrl), createSender(nextUrl)];
  const events = [...ground.stripe.world.events];
  let next = 0;
  await inLanes(IN_FLIGHT, () => {
    const i = next++;
    const apiKey = ground.apiKeys[i % ground.apiKeys.length] ?? '';
    if (i < uploads) return uploader.send({ apiKey, bytes: smallRecording(seed, i) });
    const event = events[i - uploads];
    return event && sender.deliver(event);
  });
  say('everything was sent again');
  await untilSettled(ground, 60);
  const { uploads: rows, events: ends, ...verdict } = await judgeFire(ground, uploader, sender, names);
  // What is sent again begins again: whether it would have gone on by itself is told before. What ended before the backup has no
  // workflow here.
  const good = left === 0 && rows.good && ends.good && verdict.visibility.notCompleted === 0;
  return { ...verdict, openDoneMs: Math.round(openDoneMs), leftOpen: left, uploads: rows, events: ends, good };
}

function inTurn(urls: readonly string[]): () => string {
  let turn = 0;
  return () => urls[turn++ % urls.length] ?? '';
}

async function inLanes(width: number, next: () => Promise<void> | undefined): Promise<void> {
  const lane = async () => {
    for (let work = next(); work; work = next()) await work;
  };
  await Promise.all(Array.from({ length: width }, lane));
}

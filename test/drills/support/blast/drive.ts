import { setTimeout as pause } from 'node:timers/promises';
import type { Running } from '../../../../platform/embedded/processes.ts';
import { type Asker, createAsker } from './ask.ts';
import { type Begun, PARTS, TRIES } from './features.ts';
import type { BlastGround } from './ground.ts';
import { type Living, type Outage, wayOf } from './outages.ts';
import { deliver, type Known, newEvent, prepare, type Trial, upload } from './prepare.ts';
import { cellOf, FEATURE_NAMES, type Feature } from './table.ts';

/** What was seen in one outage, for every feature. */
export interface Seen {
  readonly outage: Outage;
  readonly outcomes: Readonly<Record<string, string>>;
  readonly slowest: { readonly what: string; readonly ms: number };
  readonly tookS: number;
}

export interface Driven {
  readonly seen: readonly Seen[];
  /** What was to be done by itself afterwards, and was not: outage and feature. */
  readonly owed: readonly string[];
  /** From the end of the last outage until all of it was done. */
  readonly settledS: number;
  /** How API and worker end on SIGTERM, in the end, while the collector hangs. */
  readonly ends: readonly string[];
}

/** A feature that has not come to its outcome by then has another one. */
const OUTCOME_WITHIN_MS = 30_000;
/** After an outage everything is as before within this. */
const WELL_WITHIN_MS = 60_000;
const SETTLED_WITHIN_MS = 150_000;

/** One outage after the other on one installation; in each every feature is tried at the same time. */
export async function driveOutages(
  ground: BlastGround,
  outages: readonly Outage[],
  say: (what: string) => void,
): Promise<Driven> {
  const ask = createAsker(ground);
  const api = await ground.cluster.startApi();
  const living: Living = { worker: await ground.cluster.startWorker() };
  const known = await prepare(ground, ask, outages.length);
  await untilWell(ask);
  say('all is well');
  const seen: Seen[] = [];
  const left: Left[] = [];
  for (const [i, outage] of outages.entries()) {
    const before = known[i];
    if (!before) throw new Error('nothing is known for this outage');
    const tried = await driveOne(ground, outage, living, before);
    seen.push(tried.seen);
    left.push(...tried.left);
    const { slowest, tookS } = tried.seen;
    say(`${outage.dependency} ${outage.way}: ${tookS} s, the slowest answer ${slowest.ms} ms (${slowest.what})`);
    for (const line of differencesOf(tried.seen)) say(line);
    await untilWell(ask);
  }
  const overAt = performance.now();
  const owed = await settle(left);
  const settledS = Math.round((performance.now() - overAt) / 100) / 10;
  return { seen, owed, settledS, ends: await endWithoutCollector(ground, ask, [api, living.worker]) };
}

async function endWithoutCollector(
  { networks }: BlastGround,
  ask: Asker,
  processes: readonly Running[],
): Promise<readonly string[]> {
  networks.collector.suffer('hang');
  await ask('/v1/account'); // so that there is a span to be sent
  for (const { pid } of processes) process.kill(pid, 'SIGTERM');
  return Promise.all(processes.map(({ ended }) => ended));
}

/** What waited for one outage may be done in the next, by the path that is left then. */
const DONE = ['works', 'is: inline'];

interface Left {
  readonly what: string;
  isDone(): Promise<boolean>;
}

async function driveOne(ground: BlastGround, outage: Outage, living: Living, known: Known) {
  const startedAt = performance.now();
  const way = wayOf(outage);
  const ask = createAsker(ground);
  const closers: (() => void)[] = [];
  await way.take(ground, living);
  try {
    const name = `${outage.dependency}${outage.way.replaceAll(' ', '')}`;
    const event = newEvent(ground, name);
    const sent = upload(ask, name);
    const delivered = deliver(ask, event);
    const trial: Trial = { ground, ask, known, sent, event, delivered, whenOver: (close) => void closers.push(close) };
    const tried = await tryAll(trial, outage);
    const slowest = [...ask.times].sort((one, other) => other.ms - one.ms)[0] ?? { what: 'none', ms: 0 };
    const tookS = Math.round((performance.now() - startedAt) / 100) / 10;
    return { seen: { outage, outcomes: tried.outcomes, slowest, tookS }, left: tried.left };
  } finally {
    for (const close of closers) close();
    await way.giveBack(ground, living);
  }
}

async function tryAll(trial: Trial, outage: Outage) {
  const expected = (feature: Feature) => cellOf(outage.dependency, feature).outcome;
  const begun = new Map<Feature, Begun>();
  const outcomes: Record<string, string> = {};
  await Promise.all(
    FEATURE_NAMES.map(async (feature) => {
      const one = await TRIES[feature](trial);
      begun.set(feature, one);
      if (expected(feature) !== 'waits') outcomes[feature] = await lookUntil(one, expected(feature));
    }),
  );
  const left: Left[] = [];
  for (const [feature, one] of begun) {
    // Looked at last, when everything else has come to its end: what is done by now has not waited.
    outcomes[feature] ??= (await looked(one)) ?? 'waits';
    const what = `${outage.dependency} ${outage.way}: ${feature}`;
    const isDone = async () => DONE.includes((await looked(one)) ?? '');
    if (outcomes[feature] === 'waits') left.push({ what, isDone });
    if (one.later) left.push({ what, isDone: one.later });
  }
  return { outcomes, left };
}

async function lookUntil(begun: Begun, expected: string): Promise<string> {
  let last: string | undefined;
  for (const deadline = performance.now() + OUTCOME_WITHIN_MS; performance.now() < deadline; await pause(250)) {
    last = await looked(begun);
    if (last === expected) return last;
  }
  return last ?? 'nothing came of it';
}

/** Whoever looks into the database, while that is away, sees nothing yet. */
async function looked(begun: Begun): Promise<string | undefined> {
  return begun.look().catch(() => undefined);
}

async function untilWell(ask: Asker): Promise<void> {
  for (const deadline = performance.now() + WELL_WITHIN_MS; ; await pause(200)) {
    const answer = await ask('/health', { as: 'nobody' });
    const parts: { name: string; status: string }[] = answer.status === 200 ? Object(answer.body.parts) : [];
    const unwell = parts.filter(({ name, status }) => PARTS.includes(name) && status !== 'healthy');
    if (parts.length > 0 && unwell.length === 0) return;
    if (performance.now() > deadline) throw new Error(`not well after an outage: ${answer.text}`);
  }
}

async function settle(left: readonly Left[]): Promise<readonly string[]> {
  let open = left;
  for (const deadline = performance.now() + SETTLED_WITHIN_MS; ; await pause(500)) {
    const still: Left[] = [];
    for (const one of open) if (!(await one.isDone().catch(() => false))) still.push(one);
    open = still;
    if (open.length === 0 || performance.now() > deadline) return open.map(({ what }) => what);
  }
}

/** No answer of the API takes longer, whatever is away. */
export const ANSWERS_WITHIN_MS = 10_000;

/** Lines for what was not as the table has it. */
export function differencesOf({ outage, outcomes }: Seen): readonly string[] {
  return FEATURE_NAMES.flatMap((feature) => {
    const { outcome } = cellOf(outage.dependency, feature);
    if (outcomes[feature] === outcome) return [];
    return `${outage.dependency} ${outage.way}, ${feature}: ${outcomes[feature]}, not ${outcome}`;
  });
}

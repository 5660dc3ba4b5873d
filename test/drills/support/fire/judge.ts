import { setTimeout as pause } from 'node:timers/promises';
import { finalRead } from '../final-read.ts';
import { judgeStripe, openEvents, type StripeVerdict } from '../stripe/judge.ts';
import type { Sender } from '../stripe/sender.ts';
import { judge, sum, type Verdict } from '../verdict.ts';
import type { FireGround } from './ground.ts';
import { sweepLeftovers } from './leftovers.ts';
import type { Uploader } from './uploader.ts';

export interface FireVerdict {
  readonly lost: number;
  readonly doubled: number;
  readonly ghosts: number;
  readonly uploads: Verdict;
  readonly events: StripeVerdict;
  readonly visibility: Visibility;
  /** Files of killed processes that were nobody's, and were removed. */
  readonly leftoversRemoved: number;
  readonly good: boolean;
}

/** Temporal's own count of what it did. */
interface Visibility {
  readonly uploads: number;
  readonly events: number;
  /** Of these two, failed, terminated, timed out or still running. */
  readonly notCompleted: number;
  /** Calls at Stripe that were carried out twice under one idempotency key. */
  readonly callsTwice: number;
}

/** The ledgers of both drivers beside rows, effects, blobs, Temporal's visibility and the calls at Stripe. */
export async function judgeFire(
  ground: FireGround,
  uploader: Uploader,
  sender: Sender,
  names: readonly string[],
): Promise<FireVerdict> {
  const { topology, client, stripe } = ground;
  const { db, blobDir } = topology;
  const leftoversRemoved = await sweepLeftovers(ground);
  const end = await finalRead({ db, blobDir, client }, 60);
  const uploads = judge(uploader.ledger.entries, end, { finalWithinS: Number.POSITIVE_INFINITY });
  const events = await judgeStripe({ cluster: { db }, stripe }, sender, names);
  const visibility = {
    uploads: await countOf(ground, `WorkflowType = 'processUpload'`),
    events: await countOf(ground, `WorkflowType = 'stripeEvent'`),
    notCompleted: await countOf(
      ground,
      `WorkflowType in ('processUpload', 'stripeEvent') and ExecutionStatus != 'Completed'`,
    ),
    callsTwice: callsTwice(ground),
  };
  const lost = sum(uploads.lost) + events.lost;
  const doubled = sum(uploads.doubled) + events.doubled + visibility.callsTwice;
  const ghosts = sum(uploads.ghosts) + events.ghosts;
  const good =
    uploads.good &&
    events.good &&
    visibility.notCompleted + visibility.callsTwice === 0 &&
    visibility.events === events.events;
  return { lost, doubled, ghosts, uploads, events, visibility, leftoversRemoved, good };
}

async function countOf({ client }: FireGround, query: string): Promise<number> {
  return (await client.workflow.count(query)).count;
}

function callsTwice({ stripe }: FireGround): number {
  const keys = stripe.calls.flatMap(({ executed, idempotencyKey }) =>
    executed && idempotencyKey ? [idempotencyKey] : [],
  );
  return keys.length - new Set(keys).size;
}

/** Resolves when nothing is open, or nothing has ended for so long; with how long that took. */
export async function untilSettled({ topology: { db } }: FireGround, patienceS: number): Promise<number> {
  const startedAt = performance.now();
  let before = -1;
  for (let changedAt = startedAt; performance.now() - changedAt < patienceS * 1_000; await pause(100)) {
    const open = await openWork(db);
    if (open === 0) break;
    if (open !== before) changedAt = performance.now();
    before = open;
  }
  return performance.now() - startedAt;
}

/** Uploads and events that are not done. */
export async function openWork(db: FireGround['topology']['db']): Promise<number> {
  return (await openUploads(db)) + (await openEvents(db));
}

async function openUploads(db: FireGround['topology']['db']): Promise<number> {
  const { rows } = await db.query<{ open: number }>(
    `select count(*)::int as open from uploads where finished_at is null`,
  );
  return rows[0]?.open ?? 0;
}

import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from '../../../../db/pool.ts';
import type { FakeStripe } from '../../../support/fake-stripe/server.ts';
import { differencesOf } from '../../../support/stripe-shuffle.ts';
import type { Sender } from './sender.ts';

export interface StripeVerdict {
  readonly events: number;
  readonly acknowledged: number;
  /** Acknowledged, and not done in the end. */
  readonly lost: number;
  /** With more than one end. */
  readonly doubled: number;
  /** Rows that nobody sent. */
  readonly ghosts: number;
  /** Customers whose state here is not that at Stripe. */
  readonly wrong: readonly string[];
  /** Answers of 5xx but for 503, and of 4xx: none of these events was faulty. */
  readonly refused: Readonly<Record<string, number>>;
  readonly answers: Readonly<Record<string, number>>;
  readonly good: boolean;
}

/** Waits until nothing is open any more, or nothing has ended for so long, and compares what is here with what was sent. */
export async function judgeStripe(
  { cluster, stripe }: { readonly cluster: { readonly db: Pool }; readonly stripe: FakeStripe },
  sender: Sender,
  names: readonly string[],
): Promise<StripeVerdict> {
  await settled(cluster.db);
  const rows = await cluster.db.query<{ id: string; state: string; ends: number }>(
    `select e.id, e.state, count(d.event_id)::int as ends
       from stripe_events e left join drill_ends d on d.event_id = e.id group by e.id, e.state`,
  );
  const here = new Map(rows.rows.map((row) => [row.id, row]));
  const sent = new Set(sender.sent.map(({ eventId }) => eventId));
  const acknowledged = new Set(sender.sent.flatMap(({ eventId, ackMs }) => (ackMs === undefined ? [] : [eventId])));
  const lost = [...acknowledged].filter((id) => here.get(id)?.state !== 'processed').length;
  const doubled = rows.rows.filter(({ ends }) => ends > 1).length;
  const ghosts = rows.rows.filter(({ id }) => !sent.has(id)).length;
  const wrong: string[] = [];
  for (const name of names) {
    const differences = await differencesOf(cluster.db, stripe, name);
    if (differences.length > 0) wrong.push(`${name}: ${differences.join(' ')}`);
  }
  const answers = Object.fromEntries(sender.answers);
  const refused = Object.fromEntries(Object.entries(answers).filter(([answer]) => /^(?:4|50[^3]|5[1-9])/.test(answer)));
  const wrongs = lost + doubled + ghosts + wrong.length + Object.keys(refused).length + (sent.size - acknowledged.size);
  const counts = { events: sent.size, acknowledged: acknowledged.size, lost, doubled, ghosts };
  return { ...counts, wrong, refused, answers, good: wrongs === 0 };
}

const QUIET_MS = 120_000;

async function settled(db: Pool): Promise<void> {
  let before = -1;
  for (let since = performance.now(); performance.now() - since < QUIET_MS; await pause(500)) {
    const open = await openEvents(db);
    if (open === 0) return;
    if (open !== before) since = performance.now();
    before = open;
  }
}

export async function openEvents(db: Pool): Promise<number> {
  const { rows } = await db.query<{ open: number }>(
    `select count(*)::int as open from stripe_events where state in ('received', 'processing')`,
  );
  return rows[0]?.open ?? 0;
}

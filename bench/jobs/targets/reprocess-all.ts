import { setTimeout as pause } from 'node:timers/promises';
import { REPROCESS_RATE_PER_MINUTE, type ReprocessView } from '../../../api/ops/reprocess-orders.ts';
import { createKey } from '../../../cli/keys.ts';
import type { Pool } from '../../../db/pool.ts';
import { POINTS } from '../recordings.ts';
import type { ReprocessedAll } from '../site.ts';

/** An operator who waits for an order looks now and then: what that costs the API is part of the order's cost. */
const LOOK_EVERY_MS = 100;
/** Nothing of it has ended for this long: it hangs. */
const PATIENCE_MS = 60_000;

type Ask = (method: 'GET' | 'POST', path: string, body?: object) => Promise<Response>;

/** Has everything processed again, as an operator does, at a rate that is none; resolves when the order says that it is done. */
export function createReprocessAll({ url, db }: { url: string; db: Pool }): () => Promise<ReprocessedAll> {
  return async () => {
    const { key } = await createKey(db, { kind: 'operator', name: 'bench' });
    const ask: Ask = (method, path, body) =>
      fetch(`${url}/v1/ops/reprocess-orders${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      });
    const ratePerMinute = REPROCESS_RATE_PER_MINUTE.most;
    const wanted = { filter: { state: 'ready' }, dryRun: false, ratePerMinute, reason: 'the bench measures it' };
    const { orderId } = await answerOf<{ orderId: number }>(await ask('POST', '', wanted), 202);
    const order = await ended(ask, orderId);
    return { jobs: order.ready, prove: () => proveAll(db, order) };
  };
}

async function ended(ask: Ask, orderId: number): Promise<ReprocessView> {
  for (let last = { open: -1, atMs: performance.now() }; ; await pause(LOOK_EVERY_MS)) {
    const order = await answerOf<ReprocessView>(await ask('GET', `/${orderId}`), 200);
    if (order.endedAt !== null) return order;
    const open = order.selected - order.ready;
    if (open !== last.open) last = { open, atMs: performance.now() };
    if (performance.now() - last.atMs > PATIENCE_MS) throw new Error(`the order hangs: ${JSON.stringify(order)}`);
  }
}

/** The order counts all of them as made again, and so say the rows: each once more, by it, with all points. */
async function proveAll(db: Pool, order: ReprocessView): Promise<void> {
  const { rows } = await db.query<{ all: number; madeAgain: number }>(
    `select count(*)::int as all,
            (count(*) filter (where u.state = 'ready' and u.failure is null and u.run = 2 and u.reprocess_order = $1
               and u.processed_by = 'bulk' and t.run = 2 and t.processed_by = 'bulk'
               and (t.statistics ->> 'points')::int = $2))::int as "madeAgain"
       from uploads u join accounts a on a.id = u.account_id left join tracks t on t.id = u.track_id where a.kind = 'person'`,
    [order.id, POINTS],
  );
  const { all, madeAgain } = rows[0] ?? { all: 0, madeAgain: -1 };
  const { state, selected, begun, ready, failed, superseded, handedOver, passedOver, open } = order;
  const others = failed + superseded + handedOver + passedOver + open;
  const isWhole = state === 'done' && [selected, begun, ready, madeAgain].every((count) => count === all);
  if (!isWhole || others !== 0) {
    throw new Error(`of ${all} uploads ${madeAgain} were made again by the order: ${JSON.stringify(order)}`);
  }
}

async function answerOf<Answer>(answer: Response, wanted: number): Promise<Answer> {
  const text = await answer.text();
  if (answer.status !== wanted) throw new Error(`answered ${answer.status}: ${text.slice(0, 300)}`);
  return JSON.parse(text);
}

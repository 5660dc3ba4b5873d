import type { Client, WorkflowHandle } from '@temporalio/client';
import { startStripeOrder } from '../../api/dispatch/start-stripe-order.ts';
import { orderAtStripe } from '../../api/ops/stripe-orders.ts';
import { stripeOrderId } from '../../contracts/ids.ts';
import type { Workflows } from '../../contracts/workflows.ts';
import { connect } from '../../db/pool.ts';
import type { StripeOrderPath } from './paths.ts';

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

/** An order that is not there ends at once; one that is there is refused, where the worker has no key of Stripe's. */
export async function historyOfStripeOrder(
  client: Client,
  each: StripeOrderPath,
  databaseUrl: string,
): Promise<History> {
  const orderId = each === 'refused' ? await order(databaseUrl) : Number.MAX_SAFE_INTEGER - Date.now();
  await startStripeOrder(client, { orderId, run: 1, lostRuns: 0, kind: 'resync', customerId: null });
  const handle = client.workflow.getHandle<Workflows['stripeOrder']>(stripeOrderId(orderId, 1));
  const { outcome } = await handle.result();
  if ((outcome === 'failed') !== (each === 'refused'))
    throw new Error(`the order of the path ${each} ended as ${outcome}`);
  return handle.fetchHistory();
}

async function order(databaseUrl: string): Promise<number> {
  const db = connect(databaseUrl, { max: 1 });
  const by = { actor: 'cli:capture', reason: 'a history is to be kept' };
  const { orderId } = await orderAtStripe(db, { kind: 'resync', terms: { customerId: 'cus_capture' } }, by).finally(
    () => db.end(),
  );
  return orderId;
}

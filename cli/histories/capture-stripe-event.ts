import { createHash, randomUUID } from 'node:crypto';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { startStripeEvent } from '../../api/dispatch/start-stripe-event.ts';
import { stripeEventId } from '../../contracts/ids.ts';
import type { Workflows } from '../../contracts/workflows.ts';
import { connect } from '../../db/pool.ts';
import { storeStripeEvent } from '../../db/stripe-events.ts';
import type { StripeEventPath } from './paths.ts';

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

/** An event that is not there ends at once; one that is there is dead at once, where the worker has no key of Stripe's. */
export async function historyOfStripeEvent(
  client: Client,
  each: StripeEventPath,
  databaseUrl: string,
): Promise<History> {
  const eventId = `evt_${randomUUID().replaceAll('-', '')}`;
  const type = 'cairn.capture';
  if (each === 'dead') await store(databaseUrl, eventId, type);
  const nobody = { objectId: null, customerId: null, accountId: null, traceParent: null };
  await startStripeEvent(client, { eventId, run: 1, lostRuns: 0, type, ...nobody });
  const handle = client.workflow.getHandle<Workflows['stripeEvent']>(stripeEventId(eventId, 1));
  const { outcome } = await handle.result();
  if ((outcome === 'dead') !== (each === 'dead')) throw new Error(`the event of the path ${each} ended as ${outcome}`);
  return handle.fetchHistory();
}

async function store(databaseUrl: string, id: string, type: string): Promise<void> {
  const db = connect(databaseUrl, { max: 1 });
  const nothing = {
    stripeAccount: null,
    apiVersion: null,
    objectType: null,
    objectId: null,
    customerId: null,
    traceParent: null,
  };
  const contentSha256 = createHash('sha256').update(id).digest();
  const event = { ...nothing, id, type, livemode: false, created: new Date(), body: Buffer.from(id), contentSha256 };
  await storeStripeEvent(db, event).finally(() => db.end());
}

import type { Client } from '@temporalio/client';
import type { Pool } from '../../db/pool.ts';
import type { Log } from '../../platform/log.ts';
import { watchCapacity } from './capacity.ts';
import { type Dispatching, dispatching } from './line.ts';
import { reprocessLine } from './reprocesses.ts';
import { startBulkReprocess } from './start-bulk-reprocess.ts';
import { startStripeEvent } from './start-stripe-event.ts';
import { startStripeOrder } from './start-stripe-order.ts';
import { startUpload } from './start-upload.ts';
import { startUploads } from './start-uploads.ts';
import { startWebhook } from './start-webhook.ts';
import { stripeEventLine } from './stripe-events.ts';
import { stripeOrderLine } from './stripe-orders.ts';
import { uploadLine } from './uploads.ts';
import { webhookLine } from './webhooks.ts';

export interface LinesDeps {
  readonly db: Pool;
  readonly client: Client;
  readonly log: Log;
  /** Whether tracks are to have way types. */
  readonly wayTypes: boolean;
  /** Uploads in one batch at most. */
  readonly uploadBatch: number;
}

/** Everything that is started from rows; a new kind of work adds its line. */
export function dispatchedLines({ db, client, log, wayTypes, uploadBatch }: LinesDeps): readonly Dispatching[] {
  const uploads = uploadLine(db, {
    log,
    capacity: watchCapacity(db),
    batchAtMost: wayTypes ? 1 : uploadBatch, // a map matcher is waited for by each upload alone
    start: (unit) => {
      const [upload] = unit;
      return upload.batch === null
        ? startUpload(client, upload, { wayTypes })
        : startUploads(client, upload.batch, unit);
    },
  });
  const stripeEvents = stripeEventLine(db, { log, start: (event) => startStripeEvent(client, event) });
  const stripeOrders = stripeOrderLine(db, { log, start: (order) => startStripeOrder(client, order) });
  const reprocesses = reprocessLine(db, { log, start: (order) => startBulkReprocess(client, order) });
  const webhooks = webhookLine(db, { log, start: (message) => startWebhook(client, message) });
  return [
    dispatching(uploads, log),
    dispatching(stripeEvents, log),
    dispatching(stripeOrders, log),
    dispatching(reprocesses, log),
    dispatching(webhooks, log),
  ];
}

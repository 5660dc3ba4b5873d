import { Gauge, type Registry } from 'prom-client';
import type { Pool } from '../../db/pool.ts';
import { readWebhookGauges, type WebhookGauges } from '../../db/webhook-lists.ts';
import { createSnapshot } from './snapshot.ts';

const FRESH = { freshForMs: 3_000, patienceMs: 1_500 };

/** How the site takes what it is told, from the rows; no value while the database is away. */
export function measureWebhooks(registers: Registry[], { db }: { db: Pool }): void {
  const snapshot = createSnapshot(() => readWebhookGauges(db), FRESH);
  const gauge = (name: string, help: string, of: (now: WebhookGauges) => number) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        const now = await snapshot();
        this.set(now ? of(now) : Number.NaN);
      },
    });
  gauge(
    'cairn_webhooks_pending',
    'Messages to the site that it has not taken yet, counted up to 10,000.',
    (now) => now.pending,
  );
  gauge('cairn_webhooks_parked', 'Messages to the site that were given up, counted up to 10,000.', (now) => now.parked);
  gauge(
    'cairn_webhooks_failing_seconds',
    'Since the first failure that no success has followed; 0 without one.',
    (now) => {
      return now.failingS;
    },
  );
  gauge('cairn_webhook_endpoint_gone', 'Whether the endpoint was disabled because it answered 410.', (now) => now.gone);
}

import { Gauge, Histogram, type Registry } from 'prom-client';
import type { Db } from '../../db/pool.ts';
import { readEndedEvents, readStripeGauges, type StripeGauges } from '../../db/stripe-gauges.ts';
import { SILENCE_HOURS } from '../../domain/billing/silence.ts';
import { createSnapshot } from './snapshot.ts';

const FRESH = { freshForMs: 3_000, patienceMs: 1_500 };

/** How it stands with Stripe's events, from the rows; no value while the database is away. */
export function measureStripeEvents(registers: Registry[], { db }: { db: Db }): void {
  const snapshot = createSnapshot(() => readStripeGauges(db, SILENCE_HOURS), FRESH);
  const gauge = (name: string, help: string, of: (now: StripeGauges) => number | null) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        const now = await snapshot();
        this.set((now && of(now)) ?? Number.NaN);
      },
    });
  gauge('cairn_stripe_events_open', 'Events that are not at their end, counted up to 10,000.', (now) => now.open);
  gauge('cairn_stripe_events_open_oldest_seconds', 'Since the oldest of them was to begin; 0 without any.', (now) => {
    return now.oldestOpenS;
  });
  gauge(
    'cairn_stripe_last_delivery_age_seconds',
    'Since a new event was delivered; no number without any in 15 days.',
    (now) => now.lastS,
  );
  gauge(
    'cairn_stripe_usual_deliveries',
    `New events of the same ${SILENCE_HOURS} hours one and two weeks ago, the fewer of both, counted up to 100.`,
    (now) => now.usual,
  );
  new Gauge({
    name: 'cairn_stripe_events_dead',
    help: 'Events that nobody tries any more, counted up to 10,000: because Stripe refused the key, and for other reasons.',
    labelNames: ['because'],
    registers,
    async collect() {
      const now = await snapshot();
      this.set({ because: 'key-refused' }, now?.deadOfKey ?? Number.NaN);
      this.set({ because: 'other' }, now?.deadOfOthers ?? Number.NaN);
    },
  });
  measureDurations(registers, db);
}

/** An outage of Stripe's may last days, an event that is well seconds. */
const BUCKETS_S = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 1_800, 3_600, 21_600, 86_400];

function measureDurations(registers: Registry[], db: Db): void {
  let since: string | undefined;
  const look = createSnapshot(async () => {
    const ended = await readEndedEvents(db, since);
    since = ended.seenUpTo;
    for (const durationS of ended.durationsS) histogram.observe(durationS);
  }, FRESH);
  const histogram = new Histogram({
    name: 'cairn_stripe_event_duration_seconds',
    help: 'From the arrival of an event to its end, of the whole installation since this process began to look, some 12 s late: take one process, not the sum.',
    buckets: BUCKETS_S,
    registers,
    collect: async () => void (await look()),
  });
}

import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { PIPELINE_VERSION } from '../../contracts/track.ts';
import { createRegistry } from '../../platform/metrics.ts';
import { type DatabaseMetricsDeps, measureDatabase } from './database.ts';
import { measureProcess, type ProcessMetricsDeps } from './process.ts';
import { measureSchedules, type ScheduleMetricsDeps } from './schedules.ts';
import { countStripeDeliveries, type StripeDeliveryMetrics } from './stripe-deliveries.ts';
import { measureStripeEvents } from './stripe-events.ts';
import { measureWebhooks } from './webhooks.ts';

export interface Metrics extends StripeDeliveryMetrics {
  readonly registry: Registry;
  /** Observed by plugins/request-metrics.ts. */
  readonly requestDuration: Histogram<'method' | 'route' | 'status'>;
  /** Uploads that this process has made durable, or recognised. */
  readonly received: Counter<'outcome'>;
}

/** From a health probe to an upload of 25 MB on a slow line; `Prefer: wait` may last 30 s. */
const DURATION_BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

/**
 * Everything that `GET /metrics` says. Labels hold names out of our own tables only, never what a caller sent: so there is no
 * personal data, and the number of series has a bound.
 */
export function createMetrics(deps: DatabaseMetricsDeps & ProcessMetricsDeps & ScheduleMetricsDeps): Metrics {
  const registry = createRegistry();
  const registers = [registry];
  const requestDuration = new Histogram({
    name: 'cairn_http_request_duration_seconds',
    help: 'Requests by method, route (its pattern) and class of status; from the first byte to the end of the answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: DURATION_BUCKETS_S,
    registers,
  });
  const received = new Counter({
    name: 'cairn_uploads_received_total',
    help: 'Uploads made durable (accepted), and those of a recording that was there (duplicate).',
    labelNames: ['outcome'],
    registers,
  });
  for (const outcome of ['accepted', 'duplicate']) received.inc({ outcome }, 0);
  new Gauge({
    name: 'cairn_build_info',
    help: 'Always 1; its labels say what is running.',
    labelNames: ['build', 'pipeline_version', 'node'],
    registers,
  }).set({ build: deps.build, pipeline_version: PIPELINE_VERSION, node: process.version }, 1);
  measureProcess(registers, deps);
  measureDatabase(registers, deps);
  measureSchedules(registers, deps);
  measureWebhooks(registers, deps);
  measureStripeEvents(registers, deps);
  return { registry, requestDuration, received, ...countStripeDeliveries(registers) };
}

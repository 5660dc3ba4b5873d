import { collectDefaultMetrics, Registry } from 'prom-client';

/** A registry of its own for each process (and each app of a test), with what Node tells about itself: CPU, heap, loop lag. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

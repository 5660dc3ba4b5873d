import { setTimeout as pause } from 'node:timers/promises';
import type { DrillTemporal } from './temporal.ts';

/** In `back-mid-fallback` every second flap is a kill and a start. */
const FLAP_EVERY_MS = 10_000;
const AWAY_MS = 1_000;

/**
 * A Temporal that nobody uses is killed and started as the real one will be, until `flapping` is aborted. Its start takes a
 * second of both cores, which in production would be another machine's: so the healthy figures bear it too, and what is left
 * between them and the outage's is Cairn's own.
 */
export async function flapUnused(temporal: DrillTemporal, flapping: AbortSignal): Promise<void> {
  while (!flapping.aborted) {
    await temporal.kill();
    await pause(AWAY_MS);
    await temporal.start();
    await pause(FLAP_EVERY_MS - AWAY_MS, undefined, { signal: flapping }).catch(() => {});
  }
  await temporal.kill();
}

// Loaded by `node --import` before anything else. JavaScript, and a guard: Temporal's workflow threads inherit our
// command line, cannot load TypeScript there, and need no telemetry of their own.
import { existsSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  const built = new URL('./telemetry.js', import.meta.url);
  await import(existsSync(built) ? built.href : new URL('./telemetry.ts', import.meta.url).href);
}

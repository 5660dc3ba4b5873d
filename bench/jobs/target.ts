import type { Site } from './site.ts';

/** Of those that need one. The dev server only tells whether everything runs: no figure counts that was taken on it. */
export type TemporalKind = 'server' | 'dev-server';

/** One of those that are measured. */
export interface Target {
  /** What it needs and is not here; undefined when it can be opened. */
  missing(temporal: TemporalKind): Promise<string | undefined>;
  /** All of it new and empty, but for its worker, which is not started yet. */
  open(temporal: TemporalKind): Promise<Site>;
}

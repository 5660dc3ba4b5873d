/** How an upload stands in the end, and what was done to it since the order was given. */
export interface EndOfUpload {
  readonly account: string;
  readonly sha256: string;
  readonly state: string;
  readonly run: number;
  /** From its acceptance, or the beginning of its run, to its end; null while it is open. */
  readonly openMs: number | null;
  readonly trackRun: number | null;
  readonly trackWrites: number;
  readonly ends: number;
  readonly stolenClaims: number;
}

export interface OrderEnd {
  readonly state: string;
  readonly selected: number;
  readonly begun: number;
  readonly ready: number;
  readonly failed: number;
  readonly superseded: number;
  readonly handedOver: number;
}

export interface BulkVerdict {
  readonly bulk: Readonly<Record<'lost' | 'doubled', number>>;
  readonly singles: Readonly<Record<'lost' | 'doubled', number>>;
  /** What the order says of itself and is not so. */
  readonly miscounted: number;
  readonly good: boolean;
}

/** `acknowledged`: hashes of the single uploads that were answered with 2xx. Pure, so that it can be tried on made-up ends. */
export function judgeBulk(
  uploads: readonly EndOfUpload[],
  order: OrderEnd,
  asked: { tracks: number; acknowledged: readonly string[] },
): BulkVerdict {
  const bulk = uploads.filter(({ account }) => account.startsWith('bulk-'));
  const singles = uploads.filter(({ account }) => !account.startsWith('bulk-'));
  const done = bulk.filter((upload) => upload.state === 'ready' && upload.run === 2 && upload.trackRun === 2);
  const kept = new Set(singles.filter(({ state }) => state === 'ready').map(({ sha256 }) => sha256));
  const { state, selected, begun, ready, failed, superseded, handedOver } = order;
  const told = state === 'done' ? [selected, begun, ready + failed + superseded + handedOver] : [-1];
  const verdict = {
    bulk: { lost: asked.tracks - done.length, doubled: doubledOf(bulk) },
    singles: {
      lost: asked.acknowledged.filter((sha256) => !kept.has(sha256)).length,
      doubled: doubledOf(singles) + singles.length - new Set(singles.map(({ sha256 }) => sha256)).size,
    },
    miscounted: told.filter((count) => count !== asked.tracks).length,
  };
  const faults = [...Object.values(verdict.bulk), ...Object.values(verdict.singles), verdict.miscounted];
  return { ...verdict, good: faults.every((count) => count === 0) };
}

function doubledOf(uploads: readonly EndOfUpload[]): number {
  return uploads.filter(({ trackWrites, ends, stolenClaims }) => trackWrites > 1 || ends > 1 || stolenClaims > 0)
    .length;
}

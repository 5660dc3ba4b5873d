import type { Pool } from '../../db/pool.ts';
import { openUploadsOf } from '../../db/upload-dispatch.ts';

/** Workflows of uploads that this process has started and that have not ended: what comes beyond waits, and goes together. */
export interface InFlight {
  /** How many more may begin now, of `atMost` at once. */
  room(atMost: number): Promise<number>;
  began(uploadIds: readonly string[]): void;
}

/** What takes longer is large, or nobody works on it: neither is a reason to keep others waiting. */
const COUNTS_FOR_MS = 5_000;

export function createInFlight(db: Pick<Pool, 'query'>): InFlight {
  let begun: readonly Begun[] = [];
  return {
    room: async (atMost) => {
      if (begun.length >= atMost) begun = await stillOpen(db, begun);
      return Math.max(0, atMost - begun.length);
    },
    began: (uploadIds) => {
      begun = [...begun, { uploadIds, atMs: performance.now() }];
    },
  };
}

interface Begun {
  readonly uploadIds: readonly string[];
  readonly atMs: number;
}

async function stillOpen(db: Pick<Pool, 'query'>, begun: readonly Begun[]): Promise<readonly Begun[]> {
  const young = begun.filter(({ atMs }) => performance.now() - atMs < COUNTS_FOR_MS);
  const open = new Set(
    await openUploadsOf(
      db,
      young.flatMap(({ uploadIds }) => uploadIds),
    ),
  );
  return young.filter(({ uploadIds }) => uploadIds.some((id) => open.has(id)));
}

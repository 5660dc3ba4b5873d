import type { Pool } from '../../db/pool.ts';
import { openAndDueUploads } from '../../db/upload-dispatch.ts';

/** Workflows of uploads that this process has started and that have not ended: what comes beyond waits, and goes together. */
export interface InFlight {
  /** Whether one more may begin now. */
  hasRoom(rules: { workers: number; goTogether: boolean }): Promise<boolean>;
  began(uploadIds: readonly string[]): void;
}

/** Workflows in flight per worker: one is read while another is saved. */
const PER_WORKER = 2;
/**
 * Beside one that has just begun the second is worth its cost for so many: fewer wait until that one has ended, which takes less than
 * 100 ms, or has taken longer. Else whoever sends one upload after the other would have each worked on by itself, and wait for that.
 */
const MANY = 10;
const JUST_BEGUN_MS = 150;
/** What takes longer is large, or nobody works on it: neither is a reason to keep others waiting. */
const COUNTS_FOR_MS = 5_000;

export function createInFlight(db: Pick<Pool, 'query'>, nowMs = () => performance.now()): InFlight {
  let begun: readonly Begun[] = [];
  return {
    hasRoom: async ({ workers, goTogether }) => {
      const atMost = workers * PER_WORKER;
      const atEase = goTogether ? workers : atMost; // so many may begin whatever waits
      if (begun.length < atEase) return true;
      const now = nowMs();
      const { open, due } = await lookAt(
        db,
        begun.filter(({ atMs }) => now - atMs < COUNTS_FOR_MS),
      );
      begun = open;
      if (begun.length >= atMost) return false;
      return due >= MANY || begun.filter(({ atMs }) => now - atMs < JUST_BEGUN_MS).length < atEase;
    },
    began: (uploadIds) => {
      begun = [...begun, { uploadIds, atMs: nowMs() }];
    },
  };
}

interface Begun {
  readonly uploadIds: readonly string[];
  readonly atMs: number;
}

/** Those of them that have not ended, and how many uploads wait, of `MANY` at most. */
async function lookAt(
  db: Pick<Pool, 'query'>,
  begun: readonly Begun[],
): Promise<{ open: readonly Begun[]; due: number }> {
  const ids = begun.flatMap(({ uploadIds }) => uploadIds);
  const { open, due } = await openAndDueUploads(db, { ids, dueAtMost: MANY });
  const isOpen = new Set(open);
  return { open: begun.filter(({ uploadIds }) => uploadIds.some((id) => isOpen.has(id))), due };
}

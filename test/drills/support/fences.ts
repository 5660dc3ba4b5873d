import { cp, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Edit, Fence } from './fence.ts';
import { FENCES_OF_FAULTS } from './fences-of-faults.ts';

/** The guards that drills take away, one at a time, to show that they would notice. */
export const FENCES: Readonly<Record<string, Fence>> = {
  claim: {
    about: 'a claim is had though the lease of somebody else still runs',
    edits: [
      {
        file: 'db/upload-claims.ts',
        find: 'and (u.claim_owner is null or u.claim_owner = c.owner or u.claim_expires_at < now())',
        replace: '',
      },
    ],
  },
  token: {
    about: 'a result is written whether or not the claim was taken over meanwhile',
    edits: [
      {
        file: 'db/upload-claims.ts',
        find: `where u.claim_token = held.token and u.state = 'processing' for update`,
        replace: 'where held.token > 0 for update',
      },
      {
        file: 'db/uploads.ts',
        find: "u.claim_token = made.token and u.state = 'processing' returning",
        replace: 'made.token > 0 returning',
      },
    ],
  },
  finished: {
    about: 'a finished upload is claimed again',
    edits: [
      {
        file: 'db/upload-claims.ts',
        find: "u.id = c.id and u.run = c.run and u.state in ('received', 'processing')",
        replace: 'u.id = c.id and u.run = c.run',
      },
    ],
  },
  inline: {
    about: 'nothing is processed in the API process',
    edits: [
      {
        file: 'api/inline-path.ts',
        find: 'state.reason ? await uploadsForInline(deps.db, search) : []',
        replace: 'state.reason === undefined ? await uploadsForInline(deps.db, { ...search, limit: 0 }) : []',
      },
    ],
  },
  'dispatch-row': {
    about: 'the row forgets that a workflow is to be started as soon as that was tried once',
    edits: [
      {
        file: 'db/upload-dispatch.ts',
        find: 'set dispatch_at = now() + make_interval(secs => $2), batch',
        replace: 'set dispatch_at = null::timestamptz + make_interval(secs => $2), batch',
      },
      {
        file: 'db/upload-dispatch.ts',
        find: "u.run = taken.run and u.state in ('received', 'processing')`",
        replace: "u.run = taken.run and u.state in ('received', 'processing') and false`",
      },
    ],
  },
  'stripe-fence': {
    about: "an answer of Stripe's is written whether or not one that was asked for later is there",
    edits: [{ file: 'db/stripe-objects.ts', find: 'where known.fetch_seq < excluded.fetch_seq', replace: '' }],
  },
  'stripe-claim': {
    about: 'the end of an event is written whether or not somebody else has claimed it since, or ended it',
    edits: [
      {
        file: 'db/stripe-events.ts',
        find: "where id = $1 and run = $2 and claim_token = $3 and state = 'processing'",
        replace: 'where id = $1 and run = $2 and $3::bigint > 0',
      },
    ],
  },
  'look-again': {
    about: 'what Temporal had taken is not offered to it again when it comes back',
    edits: [
      {
        file: 'api/dispatcher.ts',
        find: 'for (const line of lines) await line.offerAll(CATCH_UP);',
        replace: 'await Promise.resolve(lines && CATCH_UP);',
      },
    ],
  },
  'bulk-items': {
    about: 'nobody finds what an attempt of a bulk reprocess that died had begun',
    edits: [
      {
        file: 'activities/reprocess/batch.ts',
        find: 'queue: [...(await openItems(db, claim))],',
        replace: 'queue: (await openItems(db, claim)).slice(0, 0),',
      },
    ],
  },
  'no-worker': {
    about: 'nobody asks when a worker of the queue was last seen, nor how long its tasks wait',
    edits: [
      {
        file: 'domain/schedules/findings.ts',
        find: 'if (sinceMs === null || nowMs - sinceMs > VERDICT_LIMITS.workerAbsentMs.value) {',
        replace: 'if (sinceMs === null && VERDICT_LIMITS.workerAbsentMs.value < 0) {',
      },
      {
        file: 'domain/schedules/findings.ts',
        find: 'if (findings.length === 0 && backlogAgeMs.known && backlogAgeMs.value > graceS * 1_000) {',
        replace: 'if (findings.length < 0 && backlogAgeMs.known && backlogAgeMs.value > graceS * 1_000) {',
      },
    ],
  },
  'ledger-proof': {
    about: 'a slot ran when Temporal started a run for it, whatever the ledger says became of that',
    edits: [
      {
        file: 'domain/schedules/gaps.ts',
        find: "if (fates.length > 0) return 'failed';",
        replace: 'if (fates.length > 0) return null;',
      },
    ],
  },
  'newer-covers': {
    about: 'any later success covers a slot, the backfill of an older one too',
    edits: [
      {
        file: 'domain/schedules/gaps.ts',
        find: 'run.slotMs >= slotMs && run.openedAtMs >= slotMs',
        replace: 'run.openedAtMs >= slotMs',
      },
    ],
  },
  'seen-pauses': {
    about: 'what is paused outside Cairn is not written down when it is first seen',
    edits: [{ file: 'api/watchdog.ts', find: 'await deps.noteSeen(audit);', replace: '' }],
  },
  'minutes-are-seconds': {
    about: "no guard: retries of Stripe's events come sixty times sooner, so that a drill of minutes is one of hours",
    edits: [
      { file: 'activities/step-failures.ts', find: 'firstMs: 10_000', replace: 'firstMs: 166' },
      { file: 'activities/step-failures.ts', find: 'mostMs: 300_000', replace: 'mostMs: 5_000' },
      { file: 'workflows/stripe-event.ts', find: "initialInterval: '1s'", replace: "initialInterval: '166ms'" },
      { file: 'workflows/stripe-event.ts', find: "maximumInterval: '5 minutes'", replace: "maximumInterval: '5s'" },
      { file: 'services/stripe-failures.ts', find: 'openMs: 10_000', replace: 'openMs: 166' },
    ],
  },
  'outages-are-no-bugs': {
    about: "Stripe's outages count as bugs of ours, which are given up after ten tries",
    edits: [
      { file: 'activities/billing/stripe-event-steps.ts', find: '  if (isOutage(error)) {', replace: '  if (false) {' },
    ],
  },
  'monotonic-loops': {
    about: 'whether a loop is dead is told by the clock that people set',
    edits: [
      {
        file: 'platform/loops.ts',
        find: '    tickedAtMs: performance.now(),',
        replace: '    tickedAtMs: Date.now(),',
      },
      {
        file: 'platform/loops.ts',
        find: 'state.tickedAtMs = performance.now();',
        replace: 'state.tickedAtMs = Date.now();',
      },
      {
        file: 'platform/loops.ts',
        find: 'return performance.now() - tickedAtMs;',
        replace: 'return Date.now() - tickedAtMs;',
      },
    ],
  },
  ...FENCES_OF_FAULTS,
};

export interface Tree {
  readonly folder: string;
  remove(): Promise<void>;
}

/** A copy of the project without these fences. Throws when one of their texts is not there exactly once. */
export async function treeWithout(root: string, names: readonly string[]): Promise<Tree> {
  const edits = names.flatMap((name) => fenceOf(name).edits);
  const folder = await mkdtemp(path.join(tmpdir(), 'cairn-drill-tree-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await cp(root, folder, { recursive: true, filter: (source) => !NOT_COPIED.test(path.relative(root, source)) });
    await symlink(await realpath(path.join(root, 'node_modules')), path.join(folder, 'node_modules'));
    for (const edit of edits) {
      const file = path.join(folder, edit.file);
      await writeFile(file, edited(await readFile(file, 'utf8'), edit));
    }
    return { folder, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Installed, generated, or of other work. */
const NOT_COPIED = /^(?:node_modules|dist|coverage|test-output|\.git|\.cache|\.cairn[^/]*)(?:\/|$)/;

export function fenceOf(name: string): Fence {
  const fence = FENCES[name];
  if (!fence) throw new Error(`there is no fence ${name}; there are ${Object.keys(FENCES).join(', ')}`);
  return fence;
}

export function edited(text: string, { file, find, replace }: Edit): string {
  const pieces = text.split(find);
  if (pieces.length !== 2) throw new Error(`found ${pieces.length - 1} times in ${file}, not once: ${find}`);
  return pieces.join(replace);
}

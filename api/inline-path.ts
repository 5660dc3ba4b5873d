import { randomUUID } from 'node:crypto';
import { createInlineSteps } from '../activities/inline-steps.ts';
import type { RecordingReader } from '../activities/read-recording.ts';
import { WORKER_SILENCE_S } from '../contracts/processes.ts';
import { QUEUES } from '../contracts/queues.ts';
import { REJECTIONS } from '../contracts/rejections.ts';
import { LARGE_BYTES, type ProcessUploadInput, type UploadSteps } from '../contracts/uploads.ts';
import type { Pool } from '../db/pool.ts';
import { uploadsForInline } from '../db/upload-inline.ts';
import { liveWorkers } from '../db/workers.ts';
import { failureOf } from '../domain/upload/failure-of.ts';
import { processUpload } from '../domain/upload/process-upload.ts';
import type { Log } from '../platform/log.ts';
import type { Loops } from '../platform/loops.ts';

export interface InlinePathDeps {
  readonly db: Pool;
  readonly loops: Loops;
  readonly log: Log;
  readonly reader: Pick<RecordingReader, 'read'>;
  readonly build: string;
  /** Whether tracks are to have way types; the inline path leaves them out, and the track says so. */
  readonly wayTypes?: boolean;
  readonly temporal: { status(): 'reachable' | 'away' | 'unknown' };
}

export const INLINE_REASONS = ['temporal away', 'no worker alive'] as const;
export type InlineReason = (typeof INLINE_REASONS)[number];

export interface InlinePath {
  status(): InlineStatus;
}

export interface InlineStatus {
  /** Why uploads would be processed here right now. */
  readonly reason: InlineReason | undefined;
  /** Uploads brought to an end here since the start, in all and by the reason. */
  readonly processed: number;
  readonly processedFor: Readonly<Record<InlineReason, number>>;
}

const LOOK_EVERY_MS = 1_000;
/** A turn is one batch; a file may take 20 s (see activities/read-recording.ts), and a file may wait for another. */
const DEAD_AFTER_MS = 120_000;
/** The API's first duty is to accept. */
const FILES_AT_ONCE = 2;
/** The engine gets a chance first; and an upload of just now has hardly been dispatched. */
const DUE_FOR_S = 3;
const ATTEMPTS_AT_MOST = 5;

/**
 * Processes uploads in the API process while Temporal, or every worker, is away: the same order, the same steps, the same
 * fenced claims, so that nothing is done twice to effect when the engine comes back in the middle.
 */
export function startInlinePath(deps: InlinePathDeps): InlinePath {
  const state = newState();
  const steps = createInlineSteps({ ...deps, processId: randomUUID() });
  const loop = deps.loops.start({
    name: 'inline path',
    everyMs: LOOK_EVERY_MS,
    deadAfterMs: DEAD_AFTER_MS,
    turn: async () => {
      const { reason, bytesAtLeast } = await needNow(deps);
      state.reason = reason;
      const search = { limit: FILES_AT_ONCE, dueForS: DUE_FOR_S, attemptsAtMost: ATTEMPTS_AT_MOST, bytesAtLeast };
      const uploads = state.reason ? await uploadsForInline(deps.db, search) : [];
      report(deps.log, state, uploads.length > 0);
      const ended = await Promise.all(uploads.map((upload) => processInline(deps, steps, upload)));
      count(state, ended.filter(Boolean).length);
      if (ended.some(Boolean)) loop.nudge(); // there may be more, and the reason is asked again before each batch
    },
  });
  return { status: () => state };
}

interface InlineState extends InlineStatus {
  reason: InlineReason | undefined;
  processed: number;
  readonly processedFor: Record<InlineReason, number>;
  working: boolean;
}

function newState(): InlineState {
  const processedFor = { 'temporal away': 0, 'no worker alive': 0 };
  return { reason: undefined, processed: 0, processedFor, working: false };
}

function count(state: InlineState, uploads: number): void {
  state.processed += uploads;
  if (state.reason) state.processedFor[state.reason] += uploads;
}

/** One line when an episode begins (with the first upload, not at every start before the worker is up), one at its end. */
function report(log: Log, state: InlineState, found: boolean): void {
  const { reason, processed } = state;
  if (found && !state.working) log.warn({ reason }, 'inline path begins');
  if (!reason && state.working) log.info({ processed }, 'inline path rests');
  state.working = reason !== undefined && (found || state.working);
}

interface Need {
  readonly reason: InlineReason | undefined;
  /** Smaller uploads are left to the engine. */
  readonly bytesAtLeast: number;
}

/** A worker counts for the queues that it polls, if its build is current: where none reads large files, those alone are read here. */
async function needNow({ db, temporal }: InlinePathDeps): Promise<Need> {
  if (temporal.status() === 'away') return { reason: 'temporal away', bytesAtLeast: 0 };
  const workers = await liveWorkers(db, WORKER_SILENCE_S);
  const polled = new Set(workers.flatMap(({ serves, queues }) => (serves ? queues : [])));
  if (!polled.has(QUEUES.interactive)) return { reason: 'no worker alive', bytesAtLeast: 0 };
  if (!polled.has(QUEUES.heavy)) return { reason: 'no worker alive', bytesAtLeast: LARGE_BYTES + 1 };
  return { reason: undefined, bytesAtLeast: 0 };
}

/** True when the upload came to an end here. */
async function processInline(deps: InlinePathDeps, steps: UploadSteps, upload: ProcessUploadInput): Promise<boolean> {
  const { uploadId } = upload;
  try {
    const { outcome } = await processUpload(steps, { ...upload, ...(deps.wayTypes && { wayTypes: true }) });
    deps.log.info({ uploadId, outcome }, 'upload processed inline');
    return true;
  } catch (error) {
    const { code } = failureOf(error);
    const level = REJECTIONS[code].kind === 'transient' && code !== 'processing/outage' ? 'info' : 'warn';
    deps.log[level]({ uploadId, code, err: error }, 'upload left open');
    return false;
  }
}

import type { RecordingFormat } from '../contracts/recordings.ts';
import { Rejection, type RejectionCode, type RejectionFacts } from '../contracts/rejections.ts';
import type { TrackStatistics } from '../contracts/track.ts';
import { LIMITS } from '../domain/limits/limits.ts';
import type { TrackSettings } from '../domain/track/settings.ts';
import { createProcessPool, type ProcessPool } from '../platform/process-pool.ts';
import type { GivesWay } from '../platform/process-pool-fork.ts';
import { BlobStoreUnavailable } from '../services/blob-store.ts';

/** What a child process is asked: read this original and derive everything from its visible part. */
export interface ReadJob {
  readonly blobKey: string;
  readonly encoding: 'identity' | 'gzip';
  readonly format: RecordingFormat;
  readonly receivedAtMs: number;
  readonly settings: TrackSettings;
  /** SHA-256 of the columns that are there already: the same ones are not sent again. */
  readonly keptColumnsSha256?: string;
}

/** The other thing it is asked: derive everything anew from the kept columns. */
export interface ShapeJob {
  /** gzip of the normal form, of the whole recording. */
  readonly columnsGzip: Uint8Array;
  readonly settings: TrackSettings;
}

export type ChildJob = { readonly read: ReadJob } | { readonly shape: ShapeJob };

/** The answer, ready to be saved: the parent only passes bytes on. */
export interface ReadRecording extends Shape {
  /** Null: they are those that are kept. */
  readonly columnsGzip: Uint8Array | null;
  /** Of the normal form, before its gzip. */
  readonly columnsSha256: string;
}

/** What is derived and seen. */
export interface Shape {
  readonly statistics: TrackStatistics;
  readonly seriesJson: string;
}

/** Refusals and outages cross the process border as values: a thrown class would lose its type on the way. */
export type ReadReply =
  | { readonly read: ReadRecording }
  | { readonly shape: Shape }
  | { readonly away: string }
  | { readonly refused: RejectionCode; readonly facts: RejectionFacts };

export interface RecordingReader {
  /** Throws `Rejection` for what is wrong with the file, `BlobStoreUnavailable`, and plain errors for bugs of ours. */
  read(job: ReadJob): Promise<ReadRecording>;
  /** Throws plain errors alone: what was read once has no faults of its own any more. */
  shape(job: ShapeJob): Promise<Shape>;
  close(): Promise<void>;
}

export interface ReaderOptions {
  readonly blobDir: string;
  readonly processes: number;
  /** To whom the processors are left. */
  readonly giveWay?: GivesWay;
}

/**
 * Memory of one child. The heap holds little (columns and bytes lie outside it): 100 MB of input, its inflated bytes,
 * 1,000,000 points in 8 columns of which each grows by doubling, and Node itself.
 */
const CHILD_HEAP_MB = 256;
const CHILD_RSS_MB = 768;

export function createRecordingReader(options: ReaderOptions): RecordingReader {
  const pool = createProcessPool<ChildJob, ReadReply>({
    entry: new URL(`./read-recording-child${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
    setup: { blobDir: options.blobDir },
    size: options.processes,
    heapMb: CHILD_HEAP_MB,
    rssMb: CHILD_RSS_MB,
    giveWay: options.giveWay ?? 'to-nobody',
    timeMs: LIMITS.parseTimeMs.value,
  });
  return {
    read: (job) => readWith(pool, job),
    shape: (job) => shapeWith(pool, job),
    close: () => pool.close(),
  };
}

async function shapeWith(pool: ProcessPool<ChildJob, ReadReply>, shape: ShapeJob): Promise<Shape> {
  const outcome = await pool.run({ shape });
  if (outcome.kind === 'done' && 'shape' in outcome.result) return outcome.result.shape;
  throw new Error(`shaping a track broke: ${outcome.kind === 'broken' ? outcome.detail : outcome.kind}`);
}

async function readWith(pool: ProcessPool<ChildJob, ReadReply>, read: ReadJob): Promise<ReadRecording> {
  const outcome = await pool.run({ read });
  switch (outcome.kind) {
    case 'done':
      if ('refused' in outcome.result) throw new Rejection(outcome.result.refused, outcome.result.facts);
      if ('away' in outcome.result) throw new BlobStoreUnavailable(outcome.result.away);
      if ('shape' in outcome.result) throw new Error('a child answered another question');
      return outcome.result.read;
    case 'time-limit':
      throw new Rejection('processing/time-limit', { limit: 'parseTimeMs', limitValue: LIMITS.parseTimeMs.value });
    case 'memory-limit':
      throw new Rejection('processing/memory-limit', { limit: 'parseMemoryMb', limitValue: CHILD_RSS_MB });
    case 'stalled': // not the file's fault: another try may find a machine that is less busy
      throw new Rejection('processing/outage');
    case 'broken':
      throw new Error(`reading a recording broke: ${outcome.detail}`);
  }
}

import { REJECTIONS, type RejectionCode } from '../../contracts/rejections.ts';

/** What a reader of the contract must know of an operation besides its schemas. A test fails for an operation without it. */
export interface OperationContract {
  /** What becomes of it while a part is away: `works`, or `503` and the code, and what differs. */
  readonly degraded: Degraded;
  /** The refusals that are its own; those of keys and of any request are added (see describe.ts). */
  readonly refusals: readonly RejectionCode[];
  readonly examples: OperationExamples;
  /** Of operations whose body or answer is a stream. */
  readonly streaming?: Readonly<Record<string, string>>;
}

export interface Degraded {
  readonly postgres: string;
  readonly temporal: string;
  readonly workers: string;
  readonly blobStore: string;
}

export interface OperationExamples {
  /** By the name of the parameter. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** By the media type of the body. */
  readonly bodies?: Readonly<Record<string, unknown>>;
  /** By status. 204 has none. */
  readonly answers: Readonly<Record<number, unknown>>;
}

/** Reads and writes rows, and nothing else. */
export const ROWS_ONLY: Degraded = {
  postgres: '503 service/database-unavailable, with Retry-After.',
  temporal: 'works',
  workers: 'works',
  blobStore: 'works',
};

/** Asks nobody. */
export const ALWAYS: Degraded = { postgres: 'works', temporal: 'works', workers: 'works', blobStore: 'works' };

export function codes(isWanted: (code: RejectionCode) => boolean): readonly RejectionCode[] {
  return Object.keys(REJECTIONS)
    .filter((code): code is RejectionCode => code in REJECTIONS)
    .filter(isWanted);
}

/** A refused recording is an answer only with `Prefer: wait`; what processing finds is 422. */
export const FOUND_BY_PROCESSING = codes(
  (code) => /^(gpx|fit|tcx|processing)\//.test(code) && REJECTIONS[code].status === 422,
);

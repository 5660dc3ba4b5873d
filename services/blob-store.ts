import type { Readable } from 'node:stream';

/**
 * Where originals are kept: content-addressed, write-once. A key is the SHA-256 of the stored bytes in lower-case hex,
 * so the same bytes are one blob however often they come, and a damaged blob can be told.
 */
export interface BlobStore {
  /**
   * Streams `source` in, hashing; the blob is durable (or was there already) when this resolves. When `source` throws,
   * nothing is kept and its error is passed on. Throws `BlobStoreUnavailable` when the store is away or full.
   */
  put(source: AsyncIterable<Uint8Array>): Promise<StoredBlob>;
  /**
   * The same in two moves, for whoever must look at the key before the blob is there for all. Whether the store is away or full may
   * be told by `publish` alone.
   */
  stage(source: AsyncIterable<Uint8Array>): Promise<StagedBlob>;
  /** The whole blob. Throws `BlobMissing`. */
  get(key: BlobKey): Promise<Uint8Array>;
  /** Bytes `start` to `end` (exclusive) as a stream. Throws `BlobMissing` on opening. */
  range(key: BlobKey, start: number, end: number): Promise<Readable>;
  head(key: BlobKey): Promise<{ bytes: number } | undefined>;
  /** False when there was none. */
  delete(key: BlobKey): Promise<boolean>;
  list(): AsyncIterable<{ key: BlobKey; bytes: number; storedAt: Date }>;
  /**
   * Takes away what was staged, last written to before then, and neither published nor discarded: whoever staged it is dead.
   * At most `limit`; how many.
   */
  removeAbandoned(old: { before: Date; limit: number }): Promise<number>;
}

export type BlobKey = string;

export interface StoredBlob {
  readonly key: BlobKey;
  readonly bytes: number;
}

/** Bytes that are hashed, and written or still being written where they are in nobody's way. Ends with `discard`, published or not. */
export interface StagedBlob {
  readonly key: BlobKey;
  readonly bytes: number;
  /** Durable, and visible under its key, when this resolves. Once only. Throws `BlobStoreUnavailable`. */
  publish(): Promise<void>;
  /** Takes away what was not published. Never throws. */
  discard(): Promise<void>;
}

export class BlobMissing extends Error {
  override readonly name = 'BlobMissing';
}

export class BlobStoreUnavailable extends Error {
  override readonly name = 'BlobStoreUnavailable';
}

const KEY = /^[0-9a-f]{64}$/;

/** Throws on anything that is not a key: no path is ever built from other text. */
export function checkBlobKey(key: BlobKey): BlobKey {
  if (!KEY.test(key)) throw new Error('not a blob key');
  return key;
}

import type { RecordingFormat } from '../../contracts/recordings.ts';
import { Rejection } from '../../contracts/rejections.ts';
import { DETECT_BYTES, type DetectedFormat, detectFormat } from '../../domain/intake/detect-format.ts';
import { LIMITS } from '../../domain/limits/limits.ts';
import type { BlobStore, StagedBlob } from '../../services/blob-store.ts';
import { createInflater, type Inflater } from './inflater.ts';

/** A file that looks like a recording and is staged in the blob store, where nobody sees it before `blob.publish()`. */
export interface ReceivedFile {
  readonly blob: StagedBlob;
  readonly blobKey: string;
  readonly storedBytes: number;
  readonly encoding: 'identity' | 'gzip';
  readonly inflatedBytes: number;
  /** SHA-256 of the inflated recording, lower-case hex: the same whether it came compressed or not. */
  readonly contentSha256: string;
  readonly format: RecordingFormat;
}

/**
 * Streams a file into the blob store while counting, hashing and looking at its first bytes, compressed or not. It is
 * never parsed here. Refusals (`Rejection`) come at the earliest byte that shows them, and then nothing is kept.
 */
export async function receiveFile(blobs: BlobStore, source: AsyncIterable<Uint8Array>): Promise<ReceivedFile> {
  const inspection = createInspection();
  const blob = await blobs.stage(inspected(source, inspection));
  const { encoding, format } = inspection.seen();
  const inflated = encoding === 'gzip' ? inspection.inflated() : { bytes: blob.bytes, sha256: blob.key };
  return {
    blob,
    blobKey: blob.key,
    storedBytes: blob.bytes,
    encoding,
    format,
    inflatedBytes: inflated.bytes,
    contentSha256: inflated.sha256,
  };
}

async function* inspected(source: AsyncIterable<Uint8Array>, inspection: Inspection): AsyncIterable<Uint8Array> {
  let wireBytes = 0;
  try {
    for await (const chunk of source) {
      wireBytes += chunk.length;
      checkWireBytes(wireBytes);
      await inspection.accept(chunk);
      yield chunk;
    }
    await inspection.end();
  } finally {
    inspection.close();
  }
}

/** Throws `upload/too-large`. Also asked before the first byte, of what `Content-Length` announces. */
export function checkWireBytes(bytes: number): void {
  const limit = LIMITS.wireBytes.value;
  if (bytes <= limit) return;
  const detail = `The file is over ${limit / 1_000_000} MB.`;
  throw new Rejection('upload/too-large', { detail, limit: 'wireBytes', limitValue: limit });
}

interface Inspection {
  accept(chunk: Uint8Array): Promise<void>;
  end(): Promise<void>;
  close(): void;
  seen(): { encoding: 'identity' | 'gzip'; format: RecordingFormat };
  inflated(): { bytes: number; sha256: string };
}

/** Looks at the first bytes once there are enough of them (or no more), then inflates behind them when it must. */
function createInspection(): Inspection {
  let head: Uint8Array = new Uint8Array();
  let outer: DetectedFormat | undefined;
  let inflater: Inflater | undefined;
  const decide = async () => {
    outer = detectFormat(head);
    if (outer.kind !== 'gzip') return void recordingFormat(outer);
    inflater = createInflater({ onHead: (inner) => void recordingFormat(inner, 'inside the gzip') });
    await inflater.write(head);
  };
  return {
    accept: async (chunk) => {
      if (inflater) return inflater.write(chunk);
      if (outer) return;
      head = joined(head, chunk);
      if (head.length >= DETECT_BYTES) await decide();
    },
    end: async () => {
      if (!outer) await decide();
      await inflater?.end();
    },
    close: () => inflater?.close(),
    seen: () => {
      if (!outer) throw new Error('asked what was seen before the end of the file');
      if (!inflater) return { encoding: 'identity', format: recordingFormat(outer) };
      return { encoding: 'gzip', format: recordingFormat(inflater.head()) };
    },
    inflated: () => {
      if (!inflater) throw new Error('asked for inflated bytes of a file that is not compressed');
      return inflater.result();
    },
  };
}

function recordingFormat(detected: DetectedFormat, where = ''): RecordingFormat {
  switch (detected.kind) {
    case 'gpx':
    case 'fit':
    case 'tcx':
      return detected.kind;
    case 'empty':
      throw new Rejection('upload/empty-file');
    case 'gzip':
      throw new Rejection('upload/nested-gzip');
    case 'unsupported':
      throw new Rejection('upload/unsupported-type', {
        detail: detected.looksLike
          ? `This looks like: ${detected.looksLike} ${where}`.trim()
          : 'The type of the file is not known.',
      });
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

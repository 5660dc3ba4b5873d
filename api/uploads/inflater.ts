import { createHash } from 'node:crypto';
import { createGunzip } from 'node:zlib';
import { Rejection } from '../../contracts/rejections.ts';
import { DETECT_BYTES, type DetectedFormat, detectFormat } from '../../domain/intake/detect-format.ts';
import { LIMITS } from '../../domain/limits/limits.ts';

/** Inflates on the side, keeping nothing but a count, a hash and the first bytes. One call at a time. */
export interface Inflater {
  /** Resolves when these bytes are inflated; throws `Rejection` as soon as a limit is passed or the data is damaged. */
  write(chunk: Uint8Array): Promise<void>;
  end(): Promise<void>;
  close(): void;
  head(): DetectedFormat;
  result(): { bytes: number; sha256: string };
}

export function createInflater(options: { onHead: (inner: DetectedFormat) => void }): Inflater {
  const gunzip = createGunzip();
  const hash = createHash('sha256');
  const state: State = { wireBytes: 0, bytes: 0, head: Buffer.alloc(0), headSeen: false, refusal: undefined };
  let pending: Pending | undefined;
  const refuse = (error: unknown) => {
    state.refusal ??= error;
    pending?.reject(state.refusal);
  };
  gunzip.on('error', (error: Error) => refuse(corrupt(error)));
  gunzip.on('end', () => pending?.resolve());
  gunzip.on('data', (chunk: Buffer) => {
    try {
      state.bytes += chunk.length;
      checkInflated(state);
      hash.update(chunk);
      if (!state.headSeen) lookAtHead(state, chunk, options.onHead);
    } catch (error) {
      refuse(error);
      gunzip.destroy();
    }
  });
  /** One call: over when it says so itself, when gzip's end was read (zero bytes may follow it), or when it is refused. */
  const call = (begin: (done: () => void) => void) =>
    new Promise<void>((resolve, reject) => {
      if (state.refusal !== undefined) return reject(state.refusal);
      if (gunzip.readableEnded) return resolve();
      pending = { resolve, reject };
      begin(resolve);
    });
  return {
    write: (chunk) => {
      state.wireBytes += chunk.length;
      return call((done) => gunzip.write(chunk, (error) => (error ? refuse(corrupt(error)) : done())));
    },
    end: async () => {
      await call(() => gunzip.end());
      if (!state.headSeen) options.onHead(detectFormat(state.head));
    },
    close: () => void gunzip.destroy(),
    head: () => detectFormat(state.head),
    result: () => ({ bytes: state.bytes, sha256: hash.digest('hex') }),
  };
}

interface State {
  wireBytes: number;
  bytes: number;
  head: Buffer;
  headSeen: boolean;
  refusal: unknown;
}

interface Pending {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

function corrupt(error: Error): Rejection {
  return new Rejection('upload/corrupt-gzip', { detail: `gzip: ${error.message}.` });
}

function lookAtHead(state: State, chunk: Buffer, onHead: (inner: DetectedFormat) => void): void {
  state.head = Buffer.concat([state.head, chunk.subarray(0, DETECT_BYTES)]);
  if (state.head.length < DETECT_BYTES) return;
  state.headSeen = true;
  onHead(detectFormat(state.head));
}

function checkInflated({ bytes, wireBytes }: State): void {
  const { inflatedBytes, inflateRatio, inflateRatioFreeBytes } = LIMITS;
  if (bytes > inflatedBytes.value) {
    const detail = `It inflates to over ${inflatedBytes.value / 1_000_000} MB.`;
    throw new Rejection('upload/inflates-too-far', { detail, limit: 'inflatedBytes', limitValue: inflatedBytes.value });
  }
  if (bytes > inflateRatioFreeBytes.value && bytes > wireBytes * inflateRatio.value) {
    const detail = `It inflates over ${inflateRatio.value} times.`;
    throw new Rejection('upload/inflates-too-far', { detail, limit: 'inflateRatio', limitValue: inflateRatio.value });
  }
}

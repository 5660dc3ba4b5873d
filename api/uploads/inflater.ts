import { createHash } from 'node:crypto';
import { createGunzip } from 'node:zlib';
import { Rejection } from '../../contracts/rejections.ts';
import { DETECT_BYTES, type DetectedFormat, detectFormat } from '../../domain/intake/detect-format.ts';
import { LIMITS } from '../../domain/limits/limits.ts';

/** Inflates on the side, keeping nothing but a count, a hash and the first bytes. */
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
  const state = { wireBytes: 0, bytes: 0, head: Buffer.alloc(0), headSeen: false };
  let refuse: (error: unknown) => void = () => {};
  const refused = new Promise<never>((_, reject) => {
    refuse = reject;
  });
  refused.catch(() => {}); // it is raced below; a refusal between two writes must not count as unhandled
  gunzip.on('error', (error: Error) =>
    refuse(new Rejection('upload/corrupt-gzip', { detail: `gzip: ${error.message}.` })),
  );
  gunzip.on('data', (chunk: Buffer) => {
    try {
      state.bytes += chunk.length;
      checkInflated(state.bytes, state.wireBytes);
      hash.update(chunk);
      if (!state.headSeen) lookAtHead(state, chunk, options.onHead);
    } catch (error) {
      refuse(error);
      gunzip.destroy();
    }
  });
  return {
    write: (chunk) => {
      state.wireBytes += chunk.length;
      return Promise.race([refused, new Promise<void>((resolve) => gunzip.write(chunk, () => resolve()))]);
    },
    end: async () => {
      const ended = new Promise<void>((resolve) => gunzip.once('end', resolve));
      gunzip.end();
      await Promise.race([refused, ended]);
      if (!state.headSeen) options.onHead(detectFormat(state.head));
    },
    close: () => void gunzip.destroy(),
    head: () => detectFormat(state.head),
    result: () => ({ bytes: state.bytes, sha256: hash.digest('hex') }),
  };
}

function lookAtHead(
  state: { head: Buffer; headSeen: boolean },
  chunk: Buffer,
  onHead: (inner: DetectedFormat) => void,
): void {
  state.head = Buffer.concat([state.head, chunk.subarray(0, DETECT_BYTES)]);
  if (state.head.length < DETECT_BYTES) return;
  state.headSeen = true;
  onHead(detectFormat(state.head));
}

function checkInflated(bytes: number, wireBytes: number): void {
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

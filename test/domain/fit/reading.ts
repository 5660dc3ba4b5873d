import { Rejection } from '../../../contracts/rejections.ts';
import { readFit } from '../../../domain/fit/read-fit.ts';
import type { Track } from '../../../domain/track/track.ts';

const RECEIVED_AT_MS = Date.UTC(2026, 10, 21);

export function read(bytes: Uint8Array): Track {
  return readFit(bytes, { receivedAtMs: RECEIVED_AT_MS });
}

/** The refusal; fails the test when the file is read, or when anything else is thrown. */
export function refusalOf(bytes: Uint8Array): Rejection {
  try {
    read(bytes);
  } catch (error) {
    if (error instanceof Rejection) return error;
    throw error;
  }
  throw new Error('the file was read');
}

export function codeAndOffset(bytes: Uint8Array): [string, number | undefined] {
  const { code, facts } = refusalOf(bytes);
  return [code, facts.offset];
}

export const warningsOf = (track: Track) => Object.fromEntries(track.warnings.map((w) => [w.code, w.count ?? 0]));

/** Values with NaN as null, as they are easier to read. */
export const list = (values: Float64Array | Float32Array | null | undefined) =>
  values ? Array.from(values, (value) => (Number.isNaN(value) ? null : value)) : null;

/** Seconds after `startS` (FIT seconds). */
export const seconds = (track: Track, startS: number) =>
  list(track.timeMs)?.map((ms) => (ms === null ? null : (ms - Date.UTC(1989, 11, 31)) / 1000 - startS));

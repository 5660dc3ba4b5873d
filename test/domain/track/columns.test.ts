import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readGpx } from '../../../domain/gpx/read-gpx.ts';
import { generateGpx } from '../../../domain/sample/generate-gpx.ts';
import { decodeColumns, encodeColumns } from '../../../domain/track/columns.ts';
import { randomSegments, trackOf } from './track-of.ts';

describe('the stored normal form', () => {
  test('gives back the same track, bit for bit', () => {
    fc.assert(
      fc.property(randomSegments, fc.string(), (segments, name) => {
        const track = trackOf(segments, { name, warnings: [{ code: 'gpx/x', detail: 'ä', count: 2 }] });
        expect(decodeColumns(encodeColumns(track))).toEqual(track);
      }),
    );
  });

  test('keeps all sensors of a read recording', () => {
    const sensors = ['heartRate', 'cadence', 'power', 'temperature'] as const;
    const track = readGpx(generateGpx({ points: 501, sensors, segments: 3 }), { receivedAtMs: Date.UTC(2026, 10, 21) });
    expect(decodeColumns(encodeColumns(track))).toEqual(track);
  });

  test('is read from a buffer that is part of a larger one, at any alignment', () => {
    const track = trackOf([[{ lat: 1, lon: 2, t: 3, ele: 4 }]]);
    const bytes = encodeColumns(track);
    const larger = Buffer.alloc(bytes.length + 20, 0xff);
    for (let at = 0; at < 9; at++) {
      larger.set(bytes, at);
      expect(decodeColumns(larger.subarray(at, at + bytes.length))).toEqual(track);
    }
  });

  test('is the same bytes for the same track', () => {
    const track = trackOf([[{ lat: 1, lon: 2, t: 3 }]]);
    expect(encodeColumns(track)).toEqual(encodeColumns(track));
  });

  test('is little-endian behind its mark and version', () => {
    const bytes = encodeColumns(trackOf([[{ lat: 1, lon: 2 }]]));
    expect(String.fromCharCode(...bytes.subarray(0, 4))).toBe('CRNT');
    expect([...bytes.subarray(4, 8)]).toEqual([1, 0, 0, 0]);
    expect(bytes.length % 8).toBe(0);
    expect(new DataView(bytes.buffer).getFloat64(bytes.length - 8, true)).toBe(2);
  });

  test('refuses what it did not write', () => {
    const bytes = encodeColumns(trackOf([[{ lat: 1, lon: 2 }]]));
    const other = bytes.slice();
    other[4] = 9;
    for (const bad of [
      new Uint8Array(),
      bytes.subarray(0, 20),
      bytes.subarray(0, bytes.length - 8),
      other,
      bytes.subarray(1),
    ]) {
      expect(() => decodeColumns(bad)).toThrow();
    }
  });
});

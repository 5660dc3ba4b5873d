import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Rejection } from '../../../contracts/rejections.ts';
import { deriveRecording } from '../../../domain/derive-recording.ts';
import { LIMITS } from '../../../domain/limits/limits.ts';
import {
  aboutFile,
  lapOf,
  records,
  START_S,
  semicircles,
  sessionOf,
  smallFit,
  timerEvent,
  walk,
} from '../../support/fit.ts';
import { fitFile, localMessage } from '../../support/fit-bytes.ts';
import { codeAndOffset, read, refusalOf } from './reading.ts';

const derive = (bytes: Uint8Array) => deriveRecording(bytes, { format: 'fit', receivedAtMs: Date.UTC(2026, 10, 21) });
const damageOf = (bytes: Uint8Array) => read(bytes).warnings.find(({ code }) => code === 'fit/damaged');

/** Header, file_id, start, definition of the walk: what stands before the first point, and the length of a point. */
const WHOLE = smallFit();
const FIRST_POINT = 14 + aboutFile().length + timerEvent(0, 'start').length + walk(0, 0).length;
const POINT_BYTES = walk(0, 1).length - walk(0, 0).length;

describe('a torn tail', () => {
  test('cut anywhere behind the first point, the points before the cut are read and the rest is named', () => {
    for (let end = FIRST_POINT + POINT_BYTES; end < WHOLE.length; end++) {
      const torn = WHOLE.subarray(0, end);
      const points = Math.min(60, Math.floor((end - FIRST_POINT) / POINT_BYTES));
      expect(read(torn).lat, `cut at ${end}`).toHaveLength(points);
      const damage = damageOf(torn);
      expect((damage?.offset ?? 0) + (damage?.count ?? 0)).toBe(WHOLE.length);
      expect(damage?.offset).toBeLessThanOrEqual(end);
      expect(damage?.offset).toBeGreaterThan(end - 40);
    }
  });

  test('cut before the first point there is nothing to save', () => {
    for (let end = 1; end < FIRST_POINT + POINT_BYTES; end++) {
      const { code, facts } = refusalOf(WHOLE.subarray(0, end));
      expect(['fit/truncated', 'fit/bad-header'], `cut at ${end}`).toContain(code);
      expect(facts.offset).toBeLessThanOrEqual(end);
    }
    expect(codeAndOffset(WHOLE.subarray(0, 100))[0]).toBe('fit/truncated');
  });

  test('a recorder that broke off before it wrote the length', () => {
    const data = [...aboutFile(), ...walk(0, 9)];
    const torn = fitFile(data.slice(0, -3), { announcedBytes: 0, fileCrc: 'none' });
    expect(read(torn).lat).toHaveLength(8);
    expect(damageOf(torn)).toMatchObject({ offset: 14 + data.length - POINT_BYTES, count: POINT_BYTES - 3 });
  });

  test('a length that was put right over a message cut short', () => {
    const torn = fitFile([...aboutFile(), ...walk(0, 9)].slice(0, -3), { fileCrc: 'wrong' });
    expect(read(torn).lat).toHaveLength(8);
    expect(damageOf(torn)?.offset).toBe(torn.length - 2 - POINT_BYTES + 3);
  });

  test.each([0x00, 0xff])('empty blocks (0x%s) behind the last message', (filler) => {
    const data = [...aboutFile(), ...walk(0, 9)];
    const empty = new Array<number>(500).fill(filler);
    for (const fileCrc of ['none', 'wrong'] as const) {
      const torn = fitFile([...data, ...empty], { fileCrc });
      expect(read(torn).lat.length).toBeGreaterThanOrEqual(8);
      expect(damageOf(torn)?.offset).toBeLessThanOrEqual(14 + data.length);
    }
  });

  test('something behind the end, or a second file that is torn', () => {
    const first = smallFit({ points: 20 });
    const rubbish = Buffer.concat([first, Buffer.from('rubbish')]);
    expect(damageOf(rubbish)).toMatchObject({ offset: first.length, count: 7 });
    const torn = Buffer.concat([first, WHOLE.subarray(0, -50)]);
    expect(damageOf(torn)?.offset).toBeGreaterThan(first.length);
    expect(read(torn).lat).toHaveLength(80);
  });
});

describe('damage in the middle is refused', () => {
  const good = [...aboutFile(), ...walk(0, 5)];

  test('a message of an undefined type, at its byte', () => {
    const bytes = fitFile([...good, 0x0d, 1, 2, 3, ...walk(5, 9)]);
    expect(codeAndOffset(bytes)).toEqual(['fit/undefined-message', 14 + good.length]);
  });

  test('a definition of neither byte order, at its byte', () => {
    const bytes = fitFile([...good, 0x40, 0, 2, 20, 0, 0, ...walk(5, 9)]);
    expect(codeAndOffset(bytes)).toEqual(['fit/bad-definition', 14 + good.length]);
  });

  test('a whole file with another checksum', () => {
    expect(codeAndOffset(smallFit({ fileCrc: 'wrong' }))).toEqual(['fit/bad-checksum', WHOLE.length - 2]);
    const flipped = Buffer.from(WHOLE);
    flipped.writeUInt8(flipped.readUInt8(FIRST_POINT + 8) ^ 4, FIRST_POINT + 8);
    expect(codeAndOffset(flipped)).toEqual(['fit/bad-checksum', WHOLE.length - 2]);
  });

  test('a file of a chain that is cut or empty in the middle', () => {
    const cut = fitFile([...good].slice(0, -3));
    expect(codeAndOffset(Buffer.concat([cut, WHOLE]))[0]).toBe('fit/bad-definition');
    const empty = fitFile([...good, ...new Array<number>(200).fill(0xff)], { fileCrc: 'wrong' });
    expect(codeAndOffset(Buffer.concat([empty, WHOLE]))).toEqual(['fit/bad-checksum', 14 + good.length]);
  });
});

describe('files that are no recording', () => {
  test('say what they are', () => {
    expect(refusalOf(fitFile(aboutFile({ type: 5 })))).toMatchObject({ code: 'fit/not-an-activity' });
    expect(refusalOf(fitFile(aboutFile({ type: 5 }))).facts.detail).toBe('This is a workout.');
    expect(codeAndOffset(fitFile(aboutFile()))[0]).toBe('fit/no-points');
    expect(codeAndOffset(fitFile([]))).toEqual(['fit/no-points', 16]);
    expect(codeAndOffset(Buffer.from('not FIT, but long enough'))).toEqual(['fit/bad-header', 0]);
  });
});

describe('limits', () => {
  const repeated = (bytes: readonly number[], times: number) =>
    fitFile(Array.from({ length: times * bytes.length }, (_, i) => bytes[i % bytes.length] ?? 0));
  const limitOf = (bytes: Uint8Array) => refusalOf(bytes).facts.limit;

  test('on laps, sessions, timer events and definitions', () => {
    const overLimit = (name: 'fitLaps' | 'fitSessions' | 'fitTimerEvents' | 'fitDefinitions') => LIMITS[name].value + 1;
    expect(limitOf(repeated(lapOf({ from: 0, to: 1 }), overLimit('fitLaps')))).toBe('fitLaps');
    expect(limitOf(repeated(sessionOf({ from: 0, to: 1 }), overLimit('fitSessions')))).toBe('fitSessions');
    expect(limitOf(repeated(timerEvent(0, 'start'), overLimit('fitTimerEvents')))).toBe('fitTimerEvents');
    expect(limitOf(repeated(walk(0, 0), overLimit('fitDefinitions')))).toBe('fitDefinitions');
  });

  test('on files of a chain', () => {
    const chain = Buffer.concat(
      Array.from({ length: LIMITS.fitParts.value + 1 }, () => fitFile([...aboutFile(), ...walk(0, 1)])),
    );
    expect(limitOf(chain)).toBe('fitParts');
  });

  test('on points and messages, however short they are', () => {
    const short = [{ number: 200, type: 'uint8' as const }];
    const definitions = [...localMessage(0, 20, short).definition, ...localMessage(1, 500, short).definition];
    const many = (local: number, count: number) => {
      const announcedBytes = definitions.length + count * 2;
      const head = fitFile(definitions, { announcedBytes, fileCrc: 'none' });
      return Buffer.concat([head, Buffer.alloc(count * 2, Buffer.from([local, 7])), Buffer.alloc(2)]);
    };
    expect(refusalOf(many(0, LIMITS.points.value + 1))).toMatchObject({
      code: 'fit/too-many-points',
      facts: { limit: 'points', limitValue: 1_000_000 },
    });
    const tooMany = many(1, LIMITS.fitMessages.value + 1);
    expect(limitOf(tooMany)).toBe('fitMessages');
    // The last hundred are records, which are taken many at once.
    tooMany.fill(Buffer.from([0, 7]), tooMany.length - 2 - 200, tooMany.length - 2);
    expect(refusalOf(tooMany).facts).toMatchObject({ limit: 'fitMessages', offset: tooMany.length - 4 });
  });

  test('descriptions that change sixteen definitions again and again', () => {
    const wide = Array.from({ length: 16 }, (_, local) => {
      const fields = Array.from({ length: 250 }, (_, number) => ({ number, type: 'uint8' as const, developer: 1 }));
      return localMessage(local, 20, fields).definition;
    });
    const description = localMessage(0, 206, [
      { number: 0, type: 'uint8' },
      { number: 1, type: 'uint8' },
      { number: 2, type: 'uint8' },
    ]);
    const hostile = fitFile([
      ...wide.flat(),
      ...description.definition,
      ...Array.from({ length: 20_000 }, () => description.data(1, 1, 2)).flat(),
    ]);
    const startedAt = performance.now();
    expect(limitOf(hostile)).toBe('fitDefinitions');
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });
});

/** Everything derived, or a refusal inside the file; anything else is a fault of ours. */
function expectTyped(bytes: Uint8Array): void {
  try {
    const { statistics, series } = derive(bytes);
    expect(JSON.parse(JSON.stringify({ statistics, series }))).toEqual({ statistics, series });
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    expect(error.code).toMatch(/^(fit|upload)\//);
    expect(error.facts.offset).toBeGreaterThanOrEqual(0);
    expect(error.facts.offset).toBeLessThanOrEqual(bytes.length);
  }
}

describe('any damage ends in a track or in a typed refusal inside the file', () => {
  const developers = localMessage(6, 20, [
    { number: 253, type: 'uint32' },
    { number: 0, type: 'sint32' },
    { number: 1, type: 'sint32' },
    { number: 3, type: 'float64', developer: 0 },
  ]);
  const rich = fitFile([
    ...aboutFile({ name: 'Zürich' }),
    ...sessionOf({ from: 0, to: 9 }),
    ...sessionOf({ from: 9, to: 30, sport: 1 }),
    ...timerEvent(0, 'start'),
    ...walk(0, 9),
    ...developers.definition,
    ...developers.data(START_S + 10, semicircles(47), semicircles(11), 1e300),
    ...timerEvent(12, 'stop', 1),
    ...timerEvent(15, 'start'),
    ...walk(15, 20),
    ...records(['heart_rate'], 3).definition,
    ...records(['heart_rate'], 3).compressed(7, 99),
    ...lapOf({ from: 0, to: 20 }),
  ]);

  test('each single byte, in a file with its checksum and in one without', { timeout: 60_000 }, () => {
    for (let at = 0; at < rich.length; at++) {
      const bytes = Buffer.from(rich);
      bytes.writeUInt8(bytes.readUInt8(at) ^ (at % 3 === 0 ? 0xff : 1 << (at % 8)), at);
      expectTyped(bytes);
      expectTyped(bytes.fill(0, bytes.length - 2));
    }
  });

  test('several bytes, cuts and swaps', () => {
    const change = fc.record({ at: fc.nat(rich.length - 1), byte: fc.nat(255), cut: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 5 }), fc.boolean(), (changes, isChecked) => {
        let bytes = Buffer.from(rich);
        for (const { at, byte, cut } of changes) {
          if (at >= bytes.length) continue;
          bytes.writeUInt8(byte, at);
          bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + cut)]);
        }
        expectTyped(isChecked ? bytes : bytes.fill(0, Math.max(0, bytes.length - 2)));
      }),
      { numRuns: 300, seed: 20_261_121 },
    );
  });
});

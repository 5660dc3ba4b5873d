import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Rejection } from '../../../contracts/rejections.ts';
import { LIMITS } from '../../../domain/limits/limits.ts';
import { activity, lap, smallTcx, tcx, tcxOf, tcxWalk, trackpoint, wholeTcx } from '../../support/tcx.ts';
import { byteAt, utf8, utf16 } from '../gpx/gpx-text.ts';
import { codeAndOffset, read, refusalOf } from './reading.ts';

const WHOLE = smallTcx({ points: 4 });

describe('a refusal names its code and the exact byte', () => {
  test.each([
    ['an element closed by another name', WHOLE.replace('</Lap>', '</Map>'), 'tcx/malformed', '</Map>'],
    ['an unknown entity', smallTcx({ notes: 'a &nbsp; b' }), 'tcx/malformed', '&nbsp;'],
    [
      'a DOCTYPE',
      `<!DOCTYPE t [<!ENTITY x SYSTEM "file:///etc/passwd">]>${WHOLE.slice(39)}`,
      'tcx/doctype-forbidden',
      '<!DOCTYPE',
    ],
    ['the same names in a foreign namespace', '<TrainingCenterDatabase xmlns="urn:x"/>', 'tcx/not-tcx', '<Training'],
    [
      'version 1',
      '\n<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v1"/>',
      'tcx/not-tcx',
      '<Training',
    ],
    ['an encoding that is not read', WHOLE.replace('UTF-8', 'UTF-7'), 'tcx/bad-encoding', 'UTF-7'],
    ['too many levels', tcx('<a>'.repeat(64)), 'tcx/too-deep', '<a></'],
    ['a name without end', tcx(`<${'a'.repeat(300)}/>`), 'tcx/name-too-long', '<aaa'],
    ['a text without end', smallTcx({ notes: 'a'.repeat(70_000) }), 'tcx/text-too-long', 'aaa'],
    [
      'attributes without end',
      tcx(`<a${Array.from({ length: 70 }, (_, i) => ` b${i}=""`).join('')}/>`),
      'tcx/too-many-attributes',
      '<a b0',
    ],
  ])('%s', (_, document, code, marker) => {
    expect(codeAndOffset(document)).toEqual([code, byteAt(document, marker)]);
  });

  test('a file without points says what it holds instead', () => {
    expect(refusalOf(tcxOf(lap([]))).facts.detail).toBe('No trackpoints: the file holds only 1 lap without any.');
    expect(codeAndOffset(tcx('<Workouts/>'))).toEqual(['tcx/no-points', utf8(tcx('<Workouts/>')).length]);
  });
});

describe('limits', () => {
  test('on laps, activities, pauses and points, at the start tag that is one too many', () => {
    const limitOf = (document: string) => {
      const { code, facts } = refusalOf(document);
      return [code, facts.limit, facts.limitValue];
    };
    expect(limitOf(tcxOf('<Lap/>'.repeat(10_001)))).toEqual(['tcx/too-many-laps', 'tcxLaps', LIMITS.tcxLaps.value]);
    const activities = `<Activities>${'<Activity/>'.repeat(1_001)}</Activities>`;
    expect(limitOf(tcx(activities))).toEqual(['tcx/too-many-laps', 'tcxSessions', 1_000]);
    const point = trackpoint({ atS: 0 });
    const pauses = tcxOf(`<Lap><Track>${point}</Track>${`<Track>${point}</Track>`.repeat(50_001)}</Lap>`);
    expect(limitOf(pauses)).toEqual(['tcx/too-many-laps', 'tcxPauses', 50_000]);
    const many = tcxOf(lap(['<Trackpoint/>'.repeat(LIMITS.points.value + 1)]));
    expect(limitOf(many)).toEqual(['tcx/too-many-points', 'points', LIMITS.points.value]);
    expect(refusalOf(many).facts.offset).toBe(many.lastIndexOf('<Trackpoint/>'));
  });
});

describe('a file that ends too early', () => {
  test('is truncated wherever it is cut, at its last byte', () => {
    const whole = utf8(wholeTcx());
    for (let end = 1; end < whole.length; end++) {
      expect(codeAndOffset(whole.subarray(0, end)), `cut at ${end}`).toEqual(['tcx/truncated', end]);
    }
    const wide = utf16(WHOLE, 'le');
    for (let end = 4; end < wide.length; end += 3) {
      expect(codeAndOffset(wide.subarray(0, end))).toEqual(['tcx/truncated', end]);
    }
  });
});

test('any damage ends in a track or in a typed refusal inside the file', () => {
  const laps = lap([tcxWalk(0, 9), tcxWalk(20, 25)]);
  const sample = utf8(tcx(`<Activities>${activity(laps)}${activity(laps, { sport: 'Running' })}</Activities>`));
  const change = fc.record({ at: fc.nat(sample.length - 1), byte: fc.nat(255), cut: fc.integer({ min: 0, max: 3 }) });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      let bytes = Uint8Array.from(sample);
      for (const { at, byte, cut } of changes) {
        if (at >= bytes.length) continue;
        bytes[at] = byte;
        if (cut > 0) bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + cut)]);
      }
      try {
        expect(read(bytes).lat.length).toBeGreaterThan(0);
      } catch (error) {
        if (!(error instanceof Rejection)) throw error;
        expect(error.code).toMatch(/^tcx\//);
        expect(error.facts.offset).toBeGreaterThanOrEqual(0);
        expect(error.facts.offset).toBeLessThanOrEqual(bytes.length);
      }
    }),
    { numRuns: 400, seed: 20_261_121 },
  );
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteAt, codeAndOffset, gpx, latin1, trkpt, utf8, utf16 } from './gpx-text.ts';

/** The reader decodes pieces of this size; faults around their borders are the ones to go wrong. */
const PIECE = 65_536;
const BAD_POINT = '<trkpt lat="91" lon="0"/>';

describe('offsets are bytes of the file', () => {
  test('after characters of two, three and four bytes', () => {
    const document = gpx(BAD_POINT, '<name>äöü – Ötztal 山 𝄞𝄞</name>');
    expect(codeAndOffset(document)).toEqual(['gpx/bad-coordinate', byteAt(document, BAD_POINT)]);
  });

  test('with CRLF line ends, which the parser turns into LF', () => {
    const document = gpx(`\r\n\r\n<trkpt\r\n lat="91"\r\n lon="0"/>\r\n`);
    expect(codeAndOffset(document)).toEqual(['gpx/bad-coordinate', byteAt(document, '<trkpt')]);
  });

  test('in UTF-16 of both orders, with a mark and without', () => {
    const text = gpx(BAD_POINT, '<name>ä 𝄞</name>').replace('UTF-8', 'UTF-16');
    const at = text.indexOf(BAD_POINT) * 2;
    for (const order of ['le', 'be'] as const) {
      expect(codeAndOffset(utf16(text, order))).toEqual(['gpx/bad-coordinate', at + 2]);
      expect(codeAndOffset(utf16(text, order, false))).toEqual(['gpx/bad-coordinate', at]);
    }
  });

  test('in a single-byte encoding', () => {
    const text = gpx(BAD_POINT, '<name>ä</name>').replace('UTF-8', 'ISO-8859-1');
    expect(codeAndOffset(latin1(text))).toEqual(['gpx/bad-coordinate', text.indexOf(BAD_POINT)]);
  });

  test('after a UTF-8 byte order mark', () => {
    const document = `\uFEFF${gpx(BAD_POINT)}`;
    expect(codeAndOffset(document)).toEqual(['gpx/bad-coordinate', byteAt(document, BAD_POINT)]);
  });

  test.each([
    ['a bad point', BAD_POINT, 0, 'gpx/bad-coordinate'],
    ['a wrong closing tag', '<ele>1</elf>', 6, 'gpx/malformed'],
    ['an unknown entity', '<ele>&what;</ele>', 5, 'gpx/malformed'],
    ['an element twice', '<ele a="1" a="2"/>', 0, 'gpx/malformed'],
  ])('%s at every place around the border of a piece', (_, fault, into, code) => {
    for (const filler of ['x', 'ä', '山', '𝄞', '\r\n']) {
      for (let shift = -fault.length - 4; shift <= 4; shift++) {
        const start = gpx('').indexOf('</trkseg>');
        const room = PIECE + shift - utf8(gpx('').slice(0, start)).length - 7;
        const pad = fillerOf(filler, room);
        const document = gpx(`<!--${pad}-->${fault}`);
        const offset = utf8(document.slice(0, document.indexOf(fault) + into)).length;
        expect(codeAndOffset(document), `${JSON.stringify(filler)} ${shift}`).toEqual([code, offset]);
      }
    }
  });

  test('wherever a fault stands in a long file of mixed characters', () => {
    const character = fc.constantFrom('a', 'é', '山', '𝄞', '\r\n', '\n', '&amp;');
    fc.assert(
      fc.property(
        fc.array(character, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 0, max: 2200 }),
        (text, times) => {
          const points = trkpt(1, 2, `<name>${text.join('')}</name>`).repeat(times);
          const document = gpx(points + BAD_POINT);
          expect(codeAndOffset(document)).toEqual(['gpx/bad-coordinate', byteAt(document, BAD_POINT)]);
        },
      ),
      { numRuns: 40 },
    );
  });
});

/** About `bytes` bytes of a filler, the rest in dots. */
function fillerOf(filler: string, bytes: number): string {
  const each = utf8(filler).length;
  return filler.repeat(Math.floor(bytes / each)) + '.'.repeat(bytes % each);
}

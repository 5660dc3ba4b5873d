import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Rejection } from '../../../contracts/rejections.ts';
import { generateGpx } from '../../../domain/sample/generate-gpx.ts';
import { byteAt, codeAndOffset, gpx, read, refusalOf, trkpt, utf8, utf16 } from './gpx-text.ts';

const POINT = trkpt(47, 11);

describe('a refusal names its code and the exact byte', () => {
  test.each([
    ['an element closed by another name', gpx(`${POINT}<a></b>`), 'gpx/malformed', '</b>'],
    ['a closing tag too many', `${gpx(POINT)}</gpx>`, 'gpx/malformed', undefined],
    ['text after the root', `${gpx(POINT)}\n  tail`, 'gpx/malformed', 'tail'],
    ['CDATA after the root', `${gpx(POINT)}\n<![CDATA[ ]]>`, 'gpx/malformed', '<![CDATA['],
    ['text before the root', 'hello <gpx/>', 'gpx/malformed', 'hello'],
    ['a second root', `${gpx(POINT)}<second/>`, 'gpx/malformed', '<second'],
    ['an attribute twice', gpx(`<trkpt lat="1" lon="2" lat="3"/>`), 'gpx/malformed', '<trkpt'],
    ['an attribute without quotes', gpx(`<trkpt lat=1 lon="2"/>`), 'gpx/malformed', '1 lon='],
    ['an unknown entity', gpx(`<name>a &nbsp; b</name>`), 'gpx/malformed', '&nbsp;'],
    ['a reference to a forbidden character', gpx(`<name>&#0;</name>`), 'gpx/malformed', '&#0;'],
    ['a bare ampersand', gpx(`<name>a & b</name>;`), 'gpx/malformed', '& b'],
    ['a bare ampersand without any semicolon behind it', gpx(`<name>a & b</name>`), 'gpx/malformed', '& b'],
    ['a bare ampersand before good references', gpx(`<name>&lt; a & b &amp; c;</name>`), 'gpx/malformed', '& b'],
    ['a bare ampersand in an attribute', gpx(`<a b="&#0065;&"/>${POINT}`), 'gpx/malformed', '&"/>'],
    ['a bare ampersand far from the end', gpx(`<name>a & b</name>${POINT.repeat(5_000)}`), 'gpx/malformed', '& b'],
    ['a control character', gpx(`<name>a\u0001b</name>`), 'gpx/malformed', '\u0001'],
    ['a NUL', gpx(`<name>a\u0000b</name>`), 'gpx/malformed', '\u0000'],
    ['< inside an attribute', gpx(`<trkpt lat="<" lon="2"/>`), 'gpx/malformed', '<" lon'],
    ['two dashes inside a comment', gpx(`<!-- a -- b -->`), 'gpx/malformed', ' b -->'],
    [
      'a DOCTYPE',
      `<?xml version="1.0"?>\n<!-- x --><!DOCTYPE gpx>${gpx(POINT).slice(39)}`,
      'gpx/doctype-forbidden',
      '<!DOCTYPE',
    ],
    ['a DOCTYPE without end', '<!DOCTYPE gpx [', 'gpx/doctype-forbidden', '<!DOCTYPE'],
    ['a DOCTYPE inside the root', gpx(`<!DOCTYPE gpx>`), 'gpx/doctype-forbidden', '<!DOCTYPE'],
    ['another vocabulary', '<kml xmlns="http://www.opengis.net/kml/2.2"></kml>', 'gpx/not-gpx', '<kml'],
    ['gpx of a foreign namespace', ' <gpx xmlns="urn:other"></gpx>', 'gpx/not-gpx', '<gpx'],
    [
      'a latitude that is no number',
      gpx(`${POINT}<trkpt lat="abc" lon="2"/>`),
      'gpx/bad-coordinate',
      '<trkpt lat="abc"',
    ],
  ])('%s', (_, document, code, marker) => {
    const offset = marker === undefined ? utf8(document).length - '</gpx>'.length : byteAt(document, marker);
    expect(codeAndOffset(document)).toEqual([code, offset]);
  });

  test.each([
    ['', '2'],
    [' ', '2'],
    ['90.0001', '2'],
    ['-90.1', '0'],
    ['1', '180.5'],
    ['1,5', '2'],
    ['0x10', '2'],
    ['NaN', '2'],
    ['Infinity', '2'],
    ['1e3', '2'],
    ['1e999', '2'],
    ['--1', '2'],
    ['1 2', '2'],
    ['.', '2'],
    ['1e', '2'],
    ['１', '2'],
  ])('the coordinate lat="%s" lon="%s"', (lat, lon) => {
    const document = gpx(`\n  ${trkpt(lat, lon)}`);
    expect(codeAndOffset(document)).toEqual(['gpx/bad-coordinate', byteAt(document, '<trkpt')]);
  });

  test('a missing coordinate, also after a point that had one', () => {
    const document = gpx(`${POINT}<trkpt lon="2"></trkpt>`);
    expect(codeAndOffset(document)).toEqual(['gpx/bad-coordinate', byteAt(document, '<trkpt lon="2"')]);
  });

  test('a file without points says what it holds instead', () => {
    const refusal = refusalOf('<gpx><wpt lat="1" lon="2"/><wpt lat="1" lon="2"/></gpx>');
    expect(refusal).toMatchObject({ code: 'gpx/no-points', offset: 55 });
    expect(refusal.detail).toContain('only 2 waypoints');
    expect(refusalOf('<gpx/>').code).toBe('gpx/no-points');
  });

  test('billion laughs are refused before they are read', () => {
    const entities = Array.from({ length: 10 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('');
    const document = `<?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY l0 "lol">${entities}]><gpx>&l10;</gpx>`;
    expect(codeAndOffset(document)).toEqual(['gpx/doctype-forbidden', 21]);
  });

  test('external entities are refused and never looked up', () => {
    const document = `<!DOCTYPE gpx [<!ENTITY x SYSTEM "file:///etc/passwd">]><gpx>&x;</gpx>`;
    expect(codeAndOffset(document)).toEqual(['gpx/doctype-forbidden', 0]);
    expect(codeAndOffset(utf16(document, 'be'))).toEqual(['gpx/doctype-forbidden', 2]);
  });
});

describe('a file that ends too early', () => {
  test('is truncated wherever it is cut, at its last byte', () => {
    const whole = utf8(
      gpx(`<!-- ä --><trkpt lat="47.5" lon="11"><ele>1</ele><name><![CDATA[é]]>&amp;</name></trkpt>`, '<name>𝄞</name>'),
    );
    for (let end = 1; end < whole.length; end++) {
      expect(codeAndOffset(whole.subarray(0, end)), `cut at ${end}`).toEqual(['gpx/truncated', end]);
    }
    expect(read(whole).lat).toHaveLength(1);
  });

  test('in UTF-16 too, also inside a character', () => {
    const whole = utf16(gpx(trkpt(47.5, 11), '<name>𝄞</name>'), 'le');
    for (let end = 4; end < whole.length; end++)
      expect(codeAndOffset(whole.subarray(0, end))).toEqual(['gpx/truncated', end]);
  });

  test('but a broken character after the root is an encoding fault', () => {
    const whole = utf8(gpx(POINT));
    const bytes = new Uint8Array([...whole, 0xc3]);
    expect(codeAndOffset(bytes)).toEqual(['gpx/bad-encoding', whole.length]);
  });
});

test('any damage ends in a track or in a typed refusal inside the file', () => {
  const sample = generateGpx({ points: 40, sensors: ['heartRate', 'power'], name: 'Zugspitze – Höllental 𝄞' });
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
        expect(error.code).toMatch(/^gpx\//);
        expect(error.facts.offset).toBeGreaterThanOrEqual(0);
        expect(error.facts.offset).toBeLessThanOrEqual(bytes.length);
      }
    }),
    { numRuns: 400, seed: 20_261_121 },
  );
});

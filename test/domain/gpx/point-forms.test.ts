import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createGpxDocument } from '../../../domain/gpx/gpx-document.ts';
import { gpxVocabulary } from '../../../domain/gpx/scan-gpx.ts';
import { generateGpx } from '../../../domain/sample/generate-gpx.ts';
import { PLAIN_LIMITS, scanXml, type XmlVocabulary } from '../../../domain/xml/scan-xml.ts';
import { outcomeOf } from './both-readers.ts';
import { TOKENS, withToken } from './damage.ts';
import { gpx, RECEIVED_AT_MS, trkpt, utf8 } from './gpx-text.ts';
import { recording } from './random-xml.ts';

/** `FUZZ_RUNS=1000000` for a long one by hand; `FUZZ_SEED` repeats one. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 2000);
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_121);

/** The last point comes in the form of the first. */
const WALK = generateGpx({ points: 3, sensors: ['heartRate', 'cadence'] });
const LAST_POINT = Buffer.from(WALK).lastIndexOf('<trkpt');
const WALK_END = Buffer.from(WALK).indexOf('</trkseg>');

const SENSORS = '<x:hr>90</x:hr><x:cadence>80</x:cadence><ele>5</ele>';
const NAMESPACES = ['urn:a', 'http://www.cluetrust.com/XML/GPXDATA/1/0', 'urn:b'];
const NUMBERS = [
  '1',
  '-1',
  '+1',
  '-0',
  '-0.0',
  '.5',
  '5.',
  '1e2',
  ' 7 ',
  '007',
  '-',
  '0.1',
  '99999.9',
  '100000.1',
].concat([
  '123456789',
  '1234567890',
  '0.1234567890',
  '0.12345678901234',
  '0.123456789012345',
  '9007199254740993',
  '1&#46;5',
]);
const TIMES = [
  ...['', '.5', '.25', '.125', '.1239', '.123456789', '.1234567890123', '.', '.x'].map(
    (f) => `2026-05-01T06:00:00${f}Z`,
  ),
  ...['2026-05-01T23:59:60Z', '2026-05-01T24:00:00Z', '2026-02-30T00:00:00Z', '1970-01-01T00:00:00Z'],
  ...['2026-05-01T06:00:00', '2026-05-01T06:00:00+02:00', ' 2026-05-01T06:00:00Z', '2026-05-01T06:00:00z', 'Z'],
];

describe('an element that comes again in the same form is read without the scanner, and', () => {
  test('no byte in it may be another one', () => {
    for (let at = LAST_POINT; at < WALK_END; at++) {
      for (const byte of [...utf8('<>/"\'= a0&\n'), 0, 0x80, (WALK[at] ?? 0) ^ 1, (WALK[at] ?? 0) ^ 0x20]) {
        const changed = Uint8Array.from(WALK);
        changed[at] = byte;
        expect(outcomeOf(changed), `${byte} at ${at}`).not.toBe('differs');
      }
    }
  });

  test('nothing may be added to it, taken away or cut off', () => {
    for (let at = LAST_POINT; at < WALK_END; at++) {
      const without = Uint8Array.from([...WALK.subarray(0, at), ...WALK.subarray(at + 1)]);
      expect(outcomeOf(without), `without byte ${at}`).not.toBe('differs');
      expect(outcomeOf(WALK.subarray(0, at)), `cut at ${at}`).toBe('both refuse it');
      if (at % 5 > 0) continue;
      for (const token of TOKENS)
        expect(outcomeOf(withToken(WALK, at, token)), `${token} at ${at}`).not.toBe('differs');
    }
  });

  // What the bytes of markup do not show: each of these is right where it comes first, and not where it comes again.
  test.each([
    ['a latitude beyond the pole', trkpt('90.1', 2)],
    ['a longitude beyond the date line', trkpt(1, '-180.1')],
    ['a latitude that is no number', trkpt('1.2.3', 2)],
    ['no longitude', '<trkpt lat="1"></trkpt>'],
    ['an attribute twice', '<trkpt lat="1" lon="2" lat="3"></trkpt>'],
    ['an element that is left open', '<trkpt lat="1" lon="2"><a></trkpt>'],
    ['the end tag of another element', '<trkpt lat="1" lon="2"></wpt>'],
  ])('%s is refused', (_, point) => {
    expect(outcomeOf(utf8(gpx(`${trkpt(1, 2)}${trkpt(1, 2)}${point}${trkpt(1, 2)}`)))).toBe('both refuse it');
  });

  test.each<[string, readonly string[]]>([
    ['namespace', NAMESPACES.map((uri) => trkpt(1, 2, `<extensions xmlns:x="${uri}">${SENSORS}</extensions>`))],
    ['namespace around it', NAMESPACES.map((uri) => `</trkseg><trkseg xmlns:x="${uri}">${trkpt(1, 2, SENSORS)}`)],
    ['own namespace', NAMESPACES.map((uri) => `<trkpt xmlns:x="${uri}" lat="1" lon="2">${SENSORS}</trkpt>`)],
    ['place', ['', 'a', ''].map((name) => (name ? `<a>${trkpt(1, 2, SENSORS)}</a>` : trkpt(1, 2, SENSORS)))],
    ['kind', ['trkpt', 'wpt', 'trkpt'].map((name) => `<${name} lat="1" lon="2"><ele>3</ele></${name}>`)],
    ['quotes', [`<trkpt lat="1" lon="2"/>`, `<trkpt lat='1' lon='2'/>`, `<trkpt lat="1" lon='2'/>`]],
    ['order', [`<trkpt lat="1" lon="2"/>`, `<trkpt lon="1" lat="2"/>`, `<trkpt lat="1" lon="2"/>`]],
    ['values between', [1, 2, 3].map((n) => trkpt(1, 2, `<b c="${n}">${n} &amp; </b>${n}<hr>9${n}</hr><c/>`))],
    ['points inside', [1, 2, 3].map((n) => trkpt(n, 2, trkpt(n, 3, '<ele>1</ele>')))],
    ['asides', [1, 2, 3].map((n) => trkpt(n, 2, `<!-- ${n} --><ele>${n}<?p ?></ele><hr><![CDATA[9${n}]]></hr>`))],
    ['empty values', ['', ' ', '4'].map((ele) => trkpt(1, 2, `<ele>${ele}</ele><time></time>`))],
    ['empty elements', [1, 2, 3].map((n) => trkpt(1, 2, `<ele/>${n}<time/>2026-05-01T06:00:00Z<hr>9${n}</hr>`))],
    ['repeated elements', [1, 2, 3].map((n) => trkpt(1, 2, `<ele>${n}</ele><ele>-${n}.5</ele><time>${n}</time>`))],
    ['impossible values', [0, 90, 301].map((hr) => trkpt(1, 2, `<hr>${hr}</hr><ele>${hr}000</ele>`))],
    ['numbers', NUMBERS.map((number) => trkpt(1, 2, `<ele>${number}</ele>`))],
    ['times', TIMES.map((time) => trkpt(1, 2, `<time>${time}</time>`))],
    ['long texts', [1, 127, 128, 129, 2000].map((n) => trkpt(1, 2, `<b>${'x'.repeat(n)}</b>`))],
    ['spaces between', [0, 1, 1023, 1024, 5000].map((n) => `${trkpt(1, 2)}${' '.repeat(n)}${trkpt(3, 4)}<a/>`)],
    ['texts between', ['', 'a', ' b ', '&lt;'].map((text) => `${trkpt(1, 2)}${text}${trkpt(3, 4)}`)],
  ])('what it means follows its %s', (_, points) => {
    for (let turn = 0; turn < points.length; turn++) {
      const turned = [...points.slice(turn), ...points.slice(0, turn)];
      expect(outcomeOf(utf8(gpx(turned.concat(turned).join('\n'))))).toBe('both read it');
    }
  });

  test('what is too long for the scanner is not foreseen either', () => {
    const long = (bytes: number) => `${trkpt(1, 2, '<b>x</b>')}${trkpt(1, 2, `<b>${'x'.repeat(bytes)}</b>`)}`;
    expect(outcomeOf(utf8(gpx(long(16_000))))).toBe('both read it');
    expect(outcomeOf(utf8(gpx(long(17_000))))).toBe('only the strict reader reads it');
  });

  test('agree on random recordings of a few forms', () => {
    const property = fc.property(recording, (text) => outcomeOf(utf8(text)) !== 'differs');
    fc.assert(property, { numRuns: Math.ceil(RUNS / 5), seed: SEED });
  });
});

test('points of a form that is known do not pass the scanner, whatever stands in them', () => {
  const point = (n: number) => trkpt(n, n, `\n<ele>${n}.5</ele><b c="${n}">${'x'.repeat(n)}</b><hr>9${n}</hr>`);
  const bytes = utf8(gpx([1, 2, 3, 4].map(point).join('\n')));
  const document = createGpxDocument(RECEIVED_AT_MS);
  const vocabulary = gpxVocabulary(document, bytes);
  const opened: string[] = [];
  const open: XmlVocabulary['open'] = (name, from) => {
    opened.push(name.text);
    return vocabulary.open(name, from);
  };
  expect(scanXml(bytes, 0, { ...vocabulary, open }, PLAIN_LIMITS)).toBe(true);
  expect(opened).toEqual(['gpx', 'trk', 'trkseg', 'trkpt', 'ele', 'b', 'hr']);
  expect(Array.from(document.tracks.heartRate?.subarray(0, 4) ?? [])).toEqual([91, 92, 93, 94]);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { generateGpx } from '../../../domain/sample/generate-gpx.ts';
import { createRandom } from '../../../domain/sample/random.ts';
import { corpusFiles, corpusIsHere } from '../../support/corpus.ts';
import { outcomeOf } from './both-readers.ts';
import { damaged, TOKENS, withToken } from './damage.ts';
import { gpx, latin1, trkpt, utf8, utf16 } from './gpx-text.ts';
import { xmlDocument } from './random-xml.ts';

/** `FUZZ_RUNS=1000000` for a long one by hand; `FUZZ_SEED` repeats one. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 2000);
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_121);

const EVERYTHING = utf8(
  `<?xml version="1.0" encoding="UTF-8" standalone='yes'?>\r\n<?style x?><!-- head --><gpx version="1.1" creator="a &amp; b"
 xmlns="http://www.topografix.com/GPX/1/1" xmlns:t='http://www.garmin.com/xmlschemas/TrackPointExtension/v1'>
<metadata><name><![CDATA[A <day>]]> out</name></metadata><wpt lat="1" lon="2"><ele>3</ele></wpt>
<trk><name> Ötztal &#x26; 山 𝄞 </name><type>hiking</type><trkseg>${trkpt(47.1, 11.2, '<ele>812.5</ele><time>2026-05-01T06:00:00Z</time><extensions><t:TrackPointExtension><t:hr>120</t:hr></t:TrackPointExtension><power>200</power></extensions>')}
${trkpt('-0.000', '+179.123456789012345', '<ele/><time>2026-05-01T06:00:01.250Z</time><cad>\r\n80 </cad>')}</trkseg></trk>
<rte><rtept lat=".5" lon="5."/></rte></gpx><?end?>\n<!-- tail -->`,
);

describe('the scanner and the strict reader', () => {
  test('both read a document with everything in it, a generated one and one with a byte order mark', () => {
    const walk = generateGpx({ points: 300, segments: 3, sensors: ['heartRate', 'cadence', 'power', 'temperature'] });
    for (const bytes of [EVERYTHING, walk, utf8(`\uFEFF${gpx(trkpt(1, 2))}`)]) {
      expect(outcomeOf(bytes)).toBe('both read it');
    }
  });

  test.each([
    ['UTF-16', utf16(gpx(trkpt(1, 2)).replace('UTF-8', 'UTF-16'), 'le')],
    ['ISO 8859-1', latin1(gpx(trkpt(1, 2)).replace('UTF-8', 'ISO-8859-1'))],
    ['a name beyond ASCII', utf8(gpx(`${trkpt(1, 2)}<é/>`))],
    ['a child where text is wanted', utf8(gpx(trkpt(1, 2), '<name>a<b/>c</name>'))],
    ['a comment beyond its bounds', utf8(gpx(`${trkpt(1, 2)}<!--${'x'.repeat(20_000)}-->`))],
    ['more names than it keeps', utf8(gpx(trkpt(1, 2) + Array.from({ length: 600 }, (_, i) => `<n${i}/>`).join('')))],
  ])('the scanner leaves %s to the strict reader', (_, bytes) => {
    expect(outcomeOf(bytes)).toBe('only the strict reader reads it');
  });

  test.runIf(corpusIsHere)('both read every accepted UTF-8 file of the corpus', async () => {
    const outcomes = (await corpusFiles('gpx')).map(({ name, bytes }) => ({ name, outcome: outcomeOf(bytes) }));
    expect(outcomes.filter(({ outcome }) => outcome === 'differs')).toEqual([]);
    expect(outcomes.filter(({ outcome }) => outcome === 'only the strict reader reads it')).toEqual([]);
  });

  test('agree on every single byte left out, and on every cut', () => {
    for (let at = 0; at < EVERYTHING.length; at++) {
      const without = Uint8Array.from([...EVERYTHING.subarray(0, at), ...EVERYTHING.subarray(at + 1)]);
      expect(outcomeOf(without), `without byte ${at}`).not.toBe('differs');
      expect(outcomeOf(EVERYTHING.subarray(0, at)), `cut at ${at}`).not.toBe('differs');
    }
  });

  test('agree on whatever XML treats specially, at every sort of place', () => {
    const places =
      `~<?xml version="1.0"?>~<!--~--><gpx~ creator~=~"~"~>~<trk><name>~a~</name~>~<trkseg><trkpt lat="1~" lon="2"~>
      <ele>~5~</ele><time>2026-05-01T06:00:00~Z</time><![CDATA[~]]><?p ~?>~]]~</trkpt></trkseg></trk></gpx>~`.split(
        '~',
      );
    for (let place = 1; place < places.length; place++) {
      const before = utf8(places.slice(0, place).join(''));
      const whole = Uint8Array.from([...before, ...utf8(places.slice(place).join(''))]);
      for (const token of TOKENS) {
        const outcome = outcomeOf(withToken(whole, before.length, token));
        expect(outcome, `${JSON.stringify(token)} before ${places[place]}`).not.toBe('differs');
      }
    }
  });

  test('agree on damaged documents', () => {
    const random = createRandom(SEED);
    const outcomes = new Map<string, number>();
    const starts = [
      EVERYTHING,
      generateGpx({ points: 8, sensors: ['heartRate'], eol: '\r\n' }),
      utf8(gpx(trkpt(1, 2))),
    ];
    for (let run = 0; run < RUNS; run++) {
      let bytes = starts[run % starts.length] ?? EVERYTHING;
      for (let times = Math.floor(random() * 3); times >= 0; times--) bytes = damaged(bytes, random);
      const outcome = outcomeOf(bytes);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (outcome === 'differs')
        throw new Error(`run ${run}: ${JSON.stringify(Buffer.from(bytes).toString('latin1'))}`);
    }
    if (process.env.FUZZ_RUNS) console.log(Object.fromEntries(outcomes));
    // A fuzz in which one side never says yes, or never no, would prove nothing.
    expect(outcomes.get('both read it')).toBeGreaterThan(RUNS / 20);
    expect(outcomes.get('both refuse it')).toBeGreaterThan(RUNS / 20);
  });

  test('agree on random XML', () => {
    const property = fc.property(xmlDocument, (text) => outcomeOf(utf8(text)) !== 'differs');
    fc.assert(property, { numRuns: Math.ceil(RUNS / 10), seed: SEED });
  });
});

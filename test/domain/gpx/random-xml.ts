import fc from 'fast-check';

const NAMES = [
  'trkpt',
  'trkpt',
  'trkpt',
  'ele',
  'time',
  'name',
  'hr',
  'x:hr',
  'extensions',
  'trkseg',
  'trk',
  'a',
  ':',
  'a.b-c_1',
];

const ATTRIBUTES = [
  ...[
    'lat="1.5"',
    "lon='-2'",
    'lat="1" lon="2"',
    'lon="181"',
    'lat = "1"',
    'xmlns="urn:a"',
    'xmlns=""',
    'xmlns:x="urn:b"',
  ],
  ...[
    'xmlns:x="http://www.cluetrust.com/XML/GPXDATA/1/0"',
    'a="&gt;"',
    'a="&#10;"',
    'a=">"',
    `a='"'`,
    'b="x\ty"',
    'xmlns:="q"',
  ],
];

const TEXTS = [
  ...[
    '1',
    '12.5',
    ' 7\n',
    '2026-05-01T06:00:00Z',
    '2026-05-01T06:00:00.999999Z',
    '0000-01-01T00:00:00Z',
    '-',
    '1.2.3',
    '+4',
  ],
  ...[
    '&amp;',
    '&#49;',
    ']]',
    '>',
    ']] >',
    '<![CDATA[3]]>',
    '<![CDATA[<a>]]]]>',
    '<!-- - -->',
    '<!---->',
    '<?p?>',
    '<?p a?b??>',
  ],
  ...[
    '\r',
    '\r\n',
    'é𝄞',
    '9007199254740993',
    '123456789012345',
    '0.000000000000001',
    '000000000000000.1',
    '99999999999.9999',
  ],
];

/** Documents of a grammar that is XML most of the time and GPX some of the time. */
export const xmlDocument: fc.Arbitrary<string> = fc
  .letrec<Record<'node' | 'element', string>>((tie) => ({
    element: fc
      .record({
        name: fc.constantFrom(...NAMES),
        attributes: fc.array(fc.constantFrom(...ATTRIBUTES), { maxLength: 4 }),
        inside: fc.array(tie('node'), { maxLength: 5 }),
        gap: fc.constantFrom('', ' ', '\r\n'),
      })
      .map(({ name, attributes, inside, gap }) => {
        const start = `<${name}${attributes.map((attribute) => ` ${attribute}`).join('')}${gap}`;
        return inside.length === 0 ? `${start}/>` : `${start}>${inside.join('')}</${name}${gap}>`;
      }),
    node: fc.oneof({ depthSize: 'medium' }, fc.constantFrom(...TEXTS), tie('element')),
  }))
  .element.map(
    (content) => `<gpx xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>${content}</trkseg></trk></gpx>`,
  );

/** Elements of a point in which `~` stands for a value. */
const FORMS = [
  ...['<ele>~</ele>', '<time>~</time>', '<hr>~</hr>', '<x:hr>~</x:hr>', '<a>~</a>', '<a b="~"/>', '<ele/>', '~', ' '],
  ...['<extensions><x:hr>~</x:hr>\n<power>~</power></extensions>', '<a><hr>~</hr></a>', '<trkpt lat="~" lon="1"/>'],
  ...['<a xmlns:x="http://www.cluetrust.com/XML/GPXDATA/1/0"><x:hr>~</x:hr></a>', '<ele>~<b/></ele>', '<hr></hr>'],
];

const NUMBERS = ['1', '-2.5', '12.3456789', '0', '-0', '91', '120', '2026-05-01T06:00:01Z', '2026-05-01T06:00:00.5Z'];
const FIRST_VALUES = ['1', '-2.5', '47.1234567', '-0', '90', '90.5', 'x', '12.34567890123456'];

/** Recordings as watches write them: each point in one of a few forms, whatever the values. */
export const recording: fc.Arbitrary<string> = fc
  .record({
    forms: fc.array(fc.array(fc.constantFrom(...FORMS), { maxLength: 4 }), { minLength: 1, maxLength: 3 }),
    points: fc.array(
      fc.record({
        form: fc.nat({ max: 2 }),
        coordinates: fc.tuple(mostly(FIRST_VALUES, 2), mostly(FIRST_VALUES, 2)),
        values: fc.array(mostly([...NUMBERS, ...TEXTS], NUMBERS.length), { minLength: 8, maxLength: 8 }),
        between: mostly(['', '\n', ' <a/> ', '</trkseg><trkseg>', '<!-- -->', 'x'], 2),
      }),
      { minLength: 2, maxLength: 8 },
    ),
  })
  .map(({ forms, points }) => {
    const texts = points.map(({ form, coordinates: [lat, lon], values, between }) => {
      let next = 0;
      const inside = (forms[form % forms.length] ?? []).join('').replace(/~/g, () => values[next++ % 8] ?? '');
      return `<trkpt lat="${lat}" lon="${lon}">${inside}</trkpt>${between}`;
    });
    return `<gpx xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>${texts.join('')}</trkseg></trk></gpx>`;
  });

/** One of the first `usual` nine times out of ten. */
function mostly(values: readonly string[], usual: number): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...values.slice(0, usual)) },
    { weight: 1, arbitrary: fc.constantFrom(...values) },
  );
}

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

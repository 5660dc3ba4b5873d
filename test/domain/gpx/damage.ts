/** One careless or malicious change to a file. `random` gives numbers in [0, 1). */
export function damaged(bytes: Uint8Array, random: () => number): Uint8Array {
  const anywhere = Math.floor(random() * (bytes.length + 1));
  // Between two tags much is allowed, so half of the changes go there: many damaged files must still be good ones.
  const at = random() < 0.5 ? anywhere : bytes.indexOf(GREATER, anywhere) + 1;
  const kind = Math.floor(random() * 7);
  if (kind === 0) return spliced(bytes, at, 1, [Math.floor(random() * 256)]);
  if (kind === 1) return spliced(bytes, at, 0, [Math.floor(random() * 256)]);
  if (kind === 2) return spliced(bytes, at, 1 + Math.floor(random() * 12), []);
  if (kind === 3) return bytes.slice(0, at);
  if (kind === 4) return spliced(bytes, at, 1, [(bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8))]);
  if (kind === 5) {
    const from = Math.floor(random() * bytes.length);
    return spliced(bytes, at, 0, bytes.subarray(from, from + Math.floor(random() * 60)));
  }
  const token = TOKENS[Math.floor(random() * TOKENS.length)] ?? '';
  return withToken(bytes, at, token);
}

export function withToken(bytes: Uint8Array, at: number, token: (typeof TOKENS)[number]): Uint8Array {
  return spliced(bytes, at, 0, typeof token === 'string' ? new TextEncoder().encode(token) : token);
}

function spliced(bytes: Uint8Array, at: number, remove: number, insert: Iterable<number>): Uint8Array {
  return Uint8Array.from([...bytes.subarray(0, at), ...insert, ...bytes.subarray(at + remove)]);
}

const GREATER = 0x3e;

/** What XML treats specially, and what readers get wrong. */
export const TOKENS: readonly (string | readonly number[])[] = [
  ...['<', '>', '&', '"', "'", '/', '=', '?', '!', '-', ']', ':', ';', ' ', '\t', '\n', '\r', '\r\n', '\0', '\u0001'],
  ...['<!--', '-->', '--', '<!-->', '<!--->', '<![CDATA[', ']]>', ']]', '<?', '?>', '<?p ', '<?xml ', '<?XML?>'],
  ...['&amp;', '&lt;', '&#65;', '&#x41;', '&#X41;', '&#0;', '&#xD;', '&#xFFFE;', '&#x110000;', '&#55296;', '&;', '&x;'],
  ...[
    '<!DOCTYPE gpx>',
    '<a/>',
    '<a>',
    '</a>',
    '</ >',
    '<a b="1"/>',
    '<a b="1" b="2"/>',
    '<a b=1/>',
    '<a b/>',
    '</gpx>',
  ],
  ...[
    ' lat="1"',
    ' lon="x"',
    ' xmlns=""',
    ' xmlns:x="urn:x"',
    ' xmlns="http://www.topografix.com/GPX/1/0"',
    ' x:y="z"',
  ],
  ...['<name>a</name>', '<ele>-0</ele>', '<ele> 5 </ele>', '<ele>.5</ele>', '<ele>5.</ele>', '<ele>1e2</ele>'],
  ...[
    '<ele>1234567890.12345</ele>',
    '<ele>0.1234567890123456789</ele>',
    '<ele>1<!-- c -->2</ele>',
    '<ele><![CDATA[7]]></ele>',
  ],
  ...['<time>2026-02-30T00:00:00Z</time>', '<time>2026-02-28T24:00:00Z</time>', '<time>2026-01-01T00:00:60.5Z</time>'],
  ...[
    '<time>2026-01-01T00:00:00.1239Z</time>',
    '<time>2026-01-01T00:00:00</time>',
    '<time>1970-01-01T00:00:00Z</time>',
  ],
  ...[
    '<time>2026-01-01T01:00:00+01:00</time>',
    '<time>\n2026-01-01T00:00:00Z</time>',
    '<time/>',
    '<hr>0</hr>',
    '<hr>99</hr>',
  ],
  ...[
    '<trkpt lat="1" lon="2"/>',
    '<trkpt lat="91" lon="2"/>',
    '<trkpt lat="&#49;" lon="\t2"/>',
    '<trkseg>',
    '</trkseg>',
  ],
  ...['é', '山', '𝄞', '\u0085', '\u2028', '\uFEFF', '\uFFFD', '\uFFFE', '\u007F', '<é/>', '<x:hr>80</x:hr>', '<rte/>'],
  ...[
    [0xff],
    [0xc0, 0x80],
    [0xed, 0xa0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0xe5, 0xb1],
    [0xef, 0xbf, 0xbf],
    [0xef, 0xbb, 0xbf],
  ],
];

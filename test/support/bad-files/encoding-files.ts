import { accepted, type BadFile, ofClass, refused, warned, type Xml } from './bad-file.ts';

export function encodingFiles({ dialect, document }: Xml): BadFile[] {
  const bad = (name: string, content: Uint8Array) => refused(name, content, `${dialect}/bad-encoding`);
  const declared = (encoding: string, note = 'n') =>
    document({ note }).replace(/<\?xml[^>]*\?>/, `<?xml version="1.0" encoding="${encoding}"?>`);
  /** The bytes stand inside a text, with good ones on both sides. */
  const withBytes = (...bytes: number[]) => {
    const [before = '', after = ''] = document({ note: 'a\u0001b' }).split('\u0001');
    return Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]);
  };
  const utf16 = (text: string, order: 'le' | 'be' = 'le', mark = true) => {
    const bytes = Buffer.from(mark ? `\uFEFF${text}` : text, 'utf16le');
    return order === 'le' ? bytes : bytes.swap16();
  };
  const utf32 = (text: string, isBigEndian: boolean) => {
    const units = Array.from(`\uFEFF${text}`, (character) => character.codePointAt(0) ?? 0);
    return Buffer.concat(
      units.map((unit) => Buffer.from(isBigEndian ? [0, 0, unit >> 8, unit & 0xff] : [unit & 0xff, unit >> 8, 0, 0])),
    );
  };
  return ofClass('encodings', [
    bad('UTF-7', Buffer.from(declared('UTF-7', '+ADw-'))),
    bad('EBCDIC, declared', Buffer.from(declared('IBM037'))),
    bad('an encoding that does not exist', Buffer.from(declared('x-none'))),
    bad('UTF-16 declared, but not in it', Buffer.from(declared('UTF-16'))),
    bad('UTF-16 with half a pair', utf16(declared('UTF-16', 'a\uD800b'))),
    bad('overlong NUL', withBytes(0xc0, 0x80)),
    bad('an overlong slash', withBytes(0xc0, 0xaf)),
    bad('an overlong slash of three bytes', withBytes(0xe0, 0x80, 0xaf)),
    bad('CESU-8', withBytes(0xed, 0xa0, 0x80, 0xed, 0xb0, 0x80)),
    bad('beyond Unicode', withBytes(0xf4, 0x90, 0x80, 0x80)),
    bad('a lone continuation byte', withBytes(0x80)),
    bad('a sequence cut short', withBytes(0xe5, 0xb1)),
    bad('bytes that no UTF-8 has', withBytes(0xff, 0xfe)),
    bad('ISO 8859-1 that says UTF-8', Buffer.from(declared('UTF-8', 'Zürich'), 'latin1')),
    bad('US-ASCII with more in it', Buffer.from(declared('US-ASCII', 'Zürich'))),
    refused('a NUL in a text', withBytes(0), `${dialect}/malformed`),
    refused('UTF-16 with an odd byte', utf16(declared('UTF-16')).subarray(0, -1), `${dialect}/truncated`),
    refused('UTF-32, little-endian', utf32(declared('UTF-32'), false), 'upload/unsupported-type'),
    refused('UTF-32, big-endian', utf32(declared('UTF-32'), true), 'upload/unsupported-type'),
    refused(
      'EBCDIC',
      Buffer.from([0x4c, 0x6f, 0xa7, 0x94, 0x93, 0x40, 0xa5, dialect.charCodeAt(0)]),
      'upload/unsupported-type',
    ),
    accepted('UTF-16, little-endian', utf16(declared('UTF-16', 'Zürich'))),
    accepted('UTF-16, big-endian', utf16(declared('UTF-16', 'Zürich'), 'be')),
    accepted('UTF-16 without a mark', utf16(declared('UTF-16', 'Zürich'), 'le', false)),
    accepted('ISO 8859-1', Buffer.from(declared('ISO-8859-1', 'Zürich'), 'latin1')),
    warned('UTF-16 that says ISO 8859-1', utf16(declared('ISO-8859-1')), `${dialect}/encoding-contradiction`),
  ]);
}

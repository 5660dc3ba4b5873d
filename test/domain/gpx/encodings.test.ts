import { describe, expect, test } from 'vitest';
import { codeAndOffset, gpx, latin1, read, trkpt, utf8, utf16, warningsOf } from './gpx-text.ts';

const NAME = 'Höllental 山 𝄞';
const text = (encoding: string, name = NAME) =>
  gpx(trkpt(47.5, 11)).replace('UTF-8', encoding).replace('<trk>', `<trk><name>${name}</name>`);

describe('encodings that are read', () => {
  test.each([
    ['UTF-8', utf8(text('utf-8'))],
    ['UTF-8 with a mark', utf8(`\uFEFF${text('UTF-8')}`)],
    ['UTF-8 without a declaration', utf8(text('').replace(/<\?.*\?>/, ''))],
    ['UTF-16LE with a mark', utf16(text('UTF-16'), 'le')],
    ['UTF-16BE with a mark', utf16(text('utf-16'), 'be')],
    ['UTF-16LE by its zero bytes', utf16(text('UTF-16'), 'le', false)],
    ['UTF-16BE by its zero bytes', utf16(text('UTF-16BE'), 'be', false)],
    ['UTF-16 without a declaration', utf16(text('').replace(/<\?.*\?>/, ''), 'le')],
  ])('%s', (_, bytes) => {
    expect(read(bytes)).toMatchObject({ name: NAME, warnings: [] });
  });

  test('ISO 8859-1 and windows-1252, both as windows-1252', () => {
    expect(read(latin1(text('ISO-8859-1', 'Höllental'))).name).toBe('Höllental');
    expect(read(latin1(text('windows-1252', 'a \x80\x85 b'))).name).toBe('a €… b');
  });

  test('US-ASCII', () => {
    expect(read(utf8(text('US-ASCII', 'plain'))).name).toBe('plain');
  });

  test('a byte order mark is believed against the declaration, with a warning', () => {
    expect(warningsOf(read(utf16(text('UTF-8'), 'le')))).toHaveProperty('gpx/encoding-contradiction');
    expect(warningsOf(read(utf8(`\uFEFF${text('ISO-8859-1')}`)))).toHaveProperty('gpx/encoding-contradiction');
  });
});

describe('encodings that are refused', () => {
  test.each(['UTF-7', 'UTF-32', 'Shift_JIS', 'IBM037', 'rot13'])('%s, at its name in the declaration', (encoding) => {
    const document = text(encoding, 'plain');
    expect(codeAndOffset(document)).toEqual(['gpx/bad-encoding', document.indexOf(encoding)]);
  });

  test('a declared UTF-16 whose bytes are not', () => {
    const document = text('UTF-16', 'plain');
    expect(codeAndOffset(document)).toEqual(['gpx/bad-encoding', document.indexOf('UTF-16')]);
  });

  test.each([
    ['UTF-32LE with a mark', [0xff, 0xfe, 0, 0, 0x3c, 0, 0, 0]],
    ['UTF-32BE with a mark', [0, 0, 0xfe, 0xff, 0, 0, 0, 0x3c]],
    ['UTF-32LE', [0x3c, 0, 0, 0]],
    ['UTF-32BE', [0, 0, 0, 0x3c]],
    ['EBCDIC', [0x4c, 0x6f, 0xa7, 0x94]],
  ])('%s', (_, bytes) => {
    expect(codeAndOffset(Uint8Array.from(bytes))).toEqual(['gpx/bad-encoding', 0]);
  });

  test.each([
    ['a lone continuation byte', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['an overlong NUL', [0xe0, 0x80, 0x80]],
    ['a surrogate (CESU-8)', [0xed, 0xa0, 0x80]],
    ['a character past the last', [0xf4, 0x90, 0x80, 0x80]],
    ['a lead byte of none', [0xff]],
    ['a sequence that breaks off', [0xe5, 0xb1, 0x20]],
    ['a Latin-1 letter', [0xf6, 0x6c]],
  ])('%s in UTF-8, at its first byte', (_, bad) => {
    for (const before of ['', 'ä山𝄞', 'x'.repeat(65_350), 'ä'.repeat(32_690)]) {
      const [head = '', tail = ''] = text('UTF-8', `${before}|`).split('|');
      const bytes = Uint8Array.from([...utf8(head), ...bad, ...utf8(tail)]);
      expect(codeAndOffset(bytes)).toEqual(['gpx/bad-encoding', utf8(head).length]);
    }
  });

  test('an XML fault before the broken byte is told first', () => {
    const bytes = Uint8Array.from([...utf8('<gpx><a></b>'), 0xff]);
    expect(codeAndOffset(bytes)).toEqual(['gpx/malformed', 8]);
  });

  test('half a surrogate pair in UTF-16', () => {
    const bytes = utf16(text('UTF-16', 'a\uD834b'), 'be');
    expect(codeAndOffset(bytes)).toEqual(['gpx/bad-encoding', 2 + 2 * text('UTF-16', 'a\uD834b').indexOf('\uD834')]);
  });

  test('a letter beyond ASCII where ASCII is declared', () => {
    const document = text('US-ASCII', 'Höllental');
    expect(codeAndOffset(latin1(document))).toEqual(['gpx/bad-encoding', document.indexOf('ö')]);
  });
});

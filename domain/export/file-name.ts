/**
 * `Content-Disposition` of a download (RFC 6266): an ASCII name for old clients, and the whole one in UTF-8 (RFC 8187).
 * The name is that of the track with its day in front, without anything that a file system, a shell or a reader's eye
 * (control characters, text direction marks) could be fooled by.
 */
export function attachment(track: { name: string | null; startedAt: string | null }, extension: string): string {
  const day = track.startedAt?.slice(0, 10) ?? '';
  const stem = [day, harmless(track.name ?? '')].filter((part) => part !== '').join(' ') || 'track';
  const ascii = `${asciiOf(stem)}.${extension}`;
  const whole = `${stem}.${extension}`;
  return ascii === whole
    ? `attachment; filename="${ascii}"`
    : `attachment; filename="${ascii}"; filename*=UTF-8''${extValue(whole)}`;
}

/** File systems hold 255 bytes; a character has up to 4, and the day and the extension come besides. */
const CHARACTERS_AT_MOST = 55;

function harmless(name: string): string {
  const spaced = name
    .toWellFormed()
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\uFFFD]/gu, ' ')
    .replace(UNSAFE, '-')
    .replace(/\s+/g, ' ');
  const cut = [...spaced].slice(0, CHARACTERS_AT_MOST).join('');
  return cut.replace(/^[\s.-]+|[\s.]+$/g, '');
}

/** Letters without their accents; what is left that is not ASCII becomes an underscore. */
function asciiOf(text: string): string {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '');
  return plain.replace(/[^\x20-\x7e]+/g, '_').replace(UNSAFE, '-'); // a fullwidth slash has become a plain one
}

/** What some file system, shell or header parser gives a meaning to. */
const UNSAFE = /[/\\:*?"<>|%;~]/g;

/** RFC 8187: percent-encoded UTF-8, but for its `attr-char`s. */
function extValue(text: string): string {
  return encodeURIComponent(text).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

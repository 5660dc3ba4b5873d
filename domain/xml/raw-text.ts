/** The text of an element without children, from its raw bytes: references, CDATA sections and line ends resolved. */
export function textOf(bytes: Uint8Array, from: number, to: number): string {
  const raw = UTF8.decode(bytes.subarray(from, to));
  if (!/[&<\r]/.test(raw)) return raw;
  return raw.replace(/\r\n?/g, '\n').replace(ASIDES, (_, cdata?: string, reference?: string) => {
    return cdata ?? (reference === undefined ? '' : (characterOf(reference) ?? ''));
  });
}

/** An attribute value from its raw bytes: each tab and line end is a space (XML 1.0, 3.3.3), references are resolved. */
export function attributeValueOf(bytes: Uint8Array, from: number, to: number): string {
  const raw = UTF8.decode(bytes.subarray(from, to));
  if (!/[&\t\r\n]/.test(raw)) return raw;
  return raw.replace(/\r\n|[\t\r\n]/g, ' ').replace(/&([^;]*);/g, (_, reference: string) => {
    return characterOf(reference) ?? '';
  });
}

/** What `&reference;` stands for; null when it stands for nothing that XML allows. */
export function characterOf(reference: string): string | null {
  if (!reference.startsWith('#')) return PREDEFINED.get(reference) ?? null;
  const isNumber = /^#(x[0-9a-fA-F]+|[0-9]+)$/.test(reference);
  const code = reference.startsWith('#x') ? Number.parseInt(reference.slice(2), 16) : Number(reference.slice(1));
  return isNumber && isCharacter(code) ? String.fromCodePoint(code) : null;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const ASIDES = /<!\[CDATA\[([\s\S]*?)\]\]>|<!--[\s\S]*?-->|<\?[\s\S]*?\?>|&([^;]*);/g;

const PREDEFINED: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** XML 1.0, production 2. */
function isCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x09 || code === 0x0a || code === 0x0d;
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff);
}

import { formatKey, parseKey } from '../../../domain/keys/key-text.ts';

export type Headers = Readonly<Record<string, string>>;

export const bearer = (key: string): Headers => ({ authorization: `Bearer ${key}` });

/** The same key with one part changed and the checksum made right again. */
export function forged(key: string, change: { secret?: string; id?: string; kind?: 'operator' | 'site' }): string {
  const parts = parseKey(key);
  if (!parts) throw new Error('not a key');
  return formatKey({ ...parts, ...change });
}

export function mistyped(key: string): string {
  return key.slice(0, -1) + (key.endsWith('0') ? '1' : '0');
}

export function naming(externalId: string, key: string): Headers {
  return { ...bearer(key), 'cairn-account': externalId };
}

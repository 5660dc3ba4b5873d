/** Keys of the payload codec by id. New payloads are sealed with `current`; the others still open old ones. */
export interface CodecKeyring {
  readonly current: string;
  readonly keys: ReadonlyMap<string, Uint8Array>;
}

const KEY_BYTES = 32;

/** Reads `id:<base64>,id:<base64>`, the current key first. Throws with a sentence that holds no key. */
export function parseCodecKeys(text: string): CodecKeyring {
  const keys = new Map<string, Uint8Array>();
  for (const [i, part] of text.split(',').entries()) {
    const [id, base64, ...rest] = part.trim().split(':');
    if (!id || !/^[\w.-]{1,40}$/.test(id) || !base64 || rest.length > 0) throw new Error('must be `id:<base64>` pairs');
    const key = Buffer.from(base64, 'base64');
    const which = `key (number ${i + 1})`; // not its id: whoever swaps the two has put the key there
    if (key.length !== KEY_BYTES) throw new Error(`holds a ${which} that is not ${KEY_BYTES} bytes`);
    if (new Set(key).size < 8) throw new Error(`holds a ${which} that is not random`);
    if (keys.has(id)) throw new Error(`holds a ${which} whose id was there before`);
    keys.set(id, key);
  }
  const [current] = keys.keys();
  if (current === undefined) throw new Error('must hold a key');
  return { current, keys };
}

import { sealedWith } from './codec.ts';

/** The ids of all keys that payloads anywhere in a message of Temporal's are sealed with. Nothing is opened, no key is needed. */
export function keyIdsIn(message: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  collect(message, found);
  return found;
}

function collect(value: unknown, found: Set<string>): void {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
  const keyId = 'metadata' in value ? sealedWith({ metadata: Object(value.metadata) }) : undefined;
  if (keyId !== undefined) found.add(keyId);
  for (const part of Object.values(value)) collect(part, found);
}

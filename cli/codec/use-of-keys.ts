import type { Client } from '@temporalio/client';
import type { Db } from '../../db/pool.ts';
import { sealedSecrets } from '../../db/sealed-secrets.ts';
import type { CodecKeyring } from '../../platform/temporal/keyring.ts';
import { sealedInTemporal } from './sealed-in-temporal.ts';

/** How many there are, and the first few of them. */
export interface Tally {
  readonly count: number;
  readonly examples: readonly string[];
}

/** One key of the codec, and what is sealed with it. */
export interface UseOfKey {
  readonly id: string;
  /** Whether `CAIRN_CODEC_KEYS` has it here, and whether it seals what is new. */
  readonly configured: boolean;
  readonly current: boolean;
  readonly sealed: Readonly<Record<SealedKind, Tally>>;
}

export const SEALED_KINDS = ['open', 'ended', 'schedule', 'secret'] as const;
export type SealedKind = (typeof SEALED_KINDS)[number];

/** Looks at all that is sealed in Temporal and in the database. `looked` is told how many runs and schedules there were so far. */
export async function useOfKeys(
  at: { readonly client: Client; readonly db: Db; readonly codecKeys: CodecKeyring },
  looked: (count: number) => void = () => {},
): Promise<readonly UseOfKey[]> {
  const { client, db, codecKeys } = at;
  const uses = new Map([...codecKeys.keys.keys()].map((id) => [id, emptyUse()]));
  const add = (keyId: string, kind: SealedKind, id: string) => {
    const use = uses.get(keyId) ?? emptyUse();
    uses.set(keyId, { ...use, [kind]: oneMore(use[kind], id) });
  };
  for (const { name, keyId } of await sealedSecrets(db)) add(keyId, 'secret', name);
  let count = 0;
  for await (const page of sealedInTemporal(client)) {
    for (const { kind, id, keyIds } of page) for (const keyId of keyIds) add(keyId, kind, id);
    count += page.length;
    looked(count);
  }
  return [...uses].map(([id, sealed]) => {
    return { id, configured: codecKeys.keys.has(id), current: id === codecKeys.current, sealed };
  });
}

/** What would no longer open without the key; empty when it can go. Ended runs count unless they may become unreadable. */
export function losses(
  uses: readonly UseOfKey[],
  keyId: string,
  { ignoreEnded }: { readonly ignoreEnded: boolean },
): readonly (readonly [SealedKind, Tally])[] {
  const sealed = uses.find(({ id }) => id === keyId)?.sealed ?? emptyUse();
  const kinds = SEALED_KINDS.filter((kind) => !(ignoreEnded && kind === 'ended'));
  return kinds.flatMap((kind) => (sealed[kind].count > 0 ? [[kind, sealed[kind]] as const] : []));
}

const EXAMPLES = 5;

function oneMore({ count, examples }: Tally, id: string): Tally {
  return { count: count + 1, examples: examples.length < EXAMPLES ? [...examples, id] : examples };
}

function emptyUse(): Record<SealedKind, Tally> {
  const none = { count: 0, examples: [] };
  return { open: none, ended: none, schedule: none, secret: none };
}

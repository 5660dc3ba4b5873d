import type { Client } from '@temporalio/client';
import { SCHEDULE_PREFIX, temporalScheduleId } from '../contracts/ids.ts';
import { SCHEDULE_IDS, type ScheduleId } from '../contracts/schedules.ts';
import { canonicalJson, HASH_MEMO, hashOf, type Terms, termsOf } from './declared.ts';
import type { Manifest } from './manifest.ts';
import { findRegistered, type Registered } from './registered.ts';

/**
 * `missing`: declared, and Temporal does not have it. `changed`: the declaration is newer than what is registered. `drifted`:
 * somebody changed it on the server. `orphan`: it is ours by name or memo, and nobody declares it.
 */
export type DifferenceState = 'unchanged' | 'missing' | 'changed' | 'drifted' | 'orphan';

export interface Difference {
  /** As Temporal knows it. */
  readonly temporalId: string;
  /** Null: an orphan. */
  readonly schedule: ScheduleId | null;
  readonly state: DifferenceState;
  /** What is not as it should be. */
  readonly terms: readonly DifferingTerm[];
  readonly paused: boolean;
  readonly note?: string;
}

export interface DifferingTerm {
  readonly term: string;
  readonly declared: unknown;
  readonly registered: unknown;
}

/** The id of the codec key that new payloads are sealed with. */
export interface DiffContext {
  readonly client: Client;
  readonly manifest: Manifest;
  readonly sealingKey: string;
}

/** What is declared against what is registered, the declared ones first. Asks the server itself, not only its memory of us. */
export async function diffSchedules(context: DiffContext): Promise<readonly Difference[]> {
  const differences: Difference[] = [];
  for (const id of SCHEDULE_IDS) differences.push((await diffOne(context, id)).difference);
  return [...differences, ...(await orphansOf(context.client))];
}

export function isInSync(differences: readonly Difference[]): boolean {
  return differences.every(({ state }) => state === 'unchanged');
}

export async function diffOne(
  { client, manifest, sealingKey }: DiffContext,
  schedule: ScheduleId,
): Promise<{ readonly difference: Difference; readonly registered: Registered | undefined }> {
  const temporalId = temporalScheduleId(schedule);
  const registered = await findRegistered(client, temporalId);
  if (!registered) {
    return { difference: { temporalId, schedule, state: 'missing', terms: [], paused: false }, registered };
  }
  const declared = termsOf(schedule, manifest[schedule]);
  const { paused, note } = registered;
  const terms = [...differingTerms(declared, registered.terms), ...markDiffers(declared, registered, sealingKey)];
  const state = terms.length === 0 ? 'unchanged' : isAsWeMadeIt(registered) ? 'changed' : 'drifted';
  return { difference: { temporalId, schedule, state, terms, paused, ...(note && { note }) }, registered };
}

/** What the mark in its memo says is what it is: nobody but us has touched it. */
function isAsWeMadeIt({ terms, hash }: Registered): boolean {
  return hashOf(terms) === hash;
}

function differingTerms(declared: Terms, registered: Terms): readonly DifferingTerm[] {
  const was: Readonly<Record<string, unknown>> = { ...registered };
  return Object.entries(declared)
    .filter(([term, value]) => canonicalJson(value) !== canonicalJson(was[term]))
    .map(([term, value]) => ({ term, declared: value, registered: was[term] }));
}

/** Terms may be as they should be and the mark not (made by hand), or sealed with a key that is to go. */
function markDiffers(declared: Terms, { terms, hash, sealedWith }: Registered, key: string): readonly DifferingTerm[] {
  const isMarked = hash === hashOf(declared) || hash === hashOf(terms);
  return [
    ...(isMarked ? [] : [{ term: HASH_MEMO, declared: hashOf(declared), registered: hash ?? null }]),
    ...(sealedWith === key ? [] : [{ term: 'codecKey', declared: key, registered: sealedWith ?? null }]),
  ];
}

/** From Temporal's list, which may be some seconds behind. */
export async function orphansOf(client: Client): Promise<readonly Difference[]> {
  const declared = new Set<string>(SCHEDULE_IDS.map(temporalScheduleId));
  const orphans: Difference[] = [];
  for await (const { scheduleId: temporalId, memo, state } of client.schedule.list()) {
    const isOurs = temporalId.startsWith(SCHEDULE_PREFIX) || memo?.[HASH_MEMO] !== undefined;
    if (!isOurs || declared.has(temporalId)) continue;
    const { paused, note } = state;
    orphans.push({ temporalId, schedule: null, state: 'orphan', terms: [], paused, ...(note && { note }) });
  }
  return orphans;
}

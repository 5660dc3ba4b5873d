import { Rejection } from '../contracts/rejections.ts';
import type { AddWayTypesInput, AddWayTypesResult, UploadSteps } from '../contracts/uploads.ts';
import type { WayTypes } from '../contracts/way-types.ts';
import type { Pool } from '../db/pool.ts';
import { countUpstreamCalls } from '../db/upstream-calls.ts';
import { findTrackToMatch, saveWayTypes, type TrackToMatch } from '../db/way-types.ts';
import { costingOf } from '../domain/ways/costing.ts';
import type { Log } from '../platform/log.ts';
import { type Valhalla, ValhallaAway, ValhallaRefused } from '../services/valhalla.ts';
import { type DerivedWayTypes, deriveWayTypes } from './derive-way-types.ts';
import { visibleColumns } from './visible-columns.ts';

export interface WayTypesDeps {
  readonly db: Pool;
  readonly log: Log;
  /** None where it is not configured: tracks that were promised way types elsewhere are told so. */
  readonly valhalla: Valhalla | undefined;
}

/** Adds way types to a track that is there. What comes of it is written to the track at every try, and tried again while it may help. */
export function createWayTypesStep(deps: WayTypesDeps): Required<Pick<UploadSteps, 'addWayTypes'>> {
  return { addWayTypes: (input) => addWayTypes(deps, input) };
}

async function addWayTypes(deps: WayTypesDeps, input: AddWayTypesInput): Promise<AddWayTypesResult> {
  const track = await findTrackToMatch(deps.db, input);
  if (!track) return { status: 'superseded' };
  if (track.wayTypes?.status === 'ready') return { status: 'ready' }; // by an attempt whose answer was lost
  try {
    const { wayTypes, segments } = await derived(deps, track);
    await save(deps, input, track, wayTypes, segments);
    return { status: wayTypes.status };
  } catch (error) {
    const fault = error instanceof ValhallaAway ? 'away' : error instanceof ValhallaRefused ? 'refused' : undefined;
    if (fault === undefined) throw error;
    if (track.wayTypes?.status !== 'unavailable' || track.wayTypes.fault !== fault) {
      await save(deps, input, track, { status: 'unavailable', fault, at: new Date().toISOString() }, null);
    }
    if (fault === 'away') throw error;
    deps.log.error({ trackId: input.trackId, err: error }, 'way types refused'); // the same question has the same answer
    return { status: 'unavailable' };
  } finally {
    await count(deps);
  }
}

async function derived({ db, valhalla }: WayTypesDeps, found: TrackToMatch): Promise<DerivedWayTypes> {
  if (!valhalla) return { wayTypes: { status: 'not-configured' }, segments: null };
  const costing = costingOf(found);
  if (costing === null) return { wayTypes: { status: 'not-applicable' }, segments: null };
  return deriveWayTypes({ db, valhalla }, await visibleColumns(found), costing);
}

async function save(
  { db }: WayTypesDeps,
  { trackId }: AddWayTypesInput,
  { version }: TrackToMatch,
  wayTypes: WayTypes,
  segments: DerivedWayTypes['segments'],
): Promise<void> {
  if (await saveWayTypes(db, { trackId, version, wayTypes, segments })) return;
  throw new Rejection('processing/claimed-elsewhere'); // the track changed meanwhile: the next try sees what it is now
}

/** Metrics are worth a query, but never the result. */
async function count({ db, valhalla, log }: WayTypesDeps): Promise<void> {
  if (!valhalla) return;
  const { region, tally } = valhalla;
  await countUpstreamCalls(db, { upstream: 'valhalla', region, calls: tally.take() }).catch((error: unknown) => {
    log.warn({ err: error }, 'upstream calls not counted');
  });
}

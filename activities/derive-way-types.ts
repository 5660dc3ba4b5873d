import { createHash } from 'node:crypto';
import { WAY_TYPES_VERSION, type WayCosting, type WaySegment, type WayTypes } from '../contracts/way-types.ts';
import type { Db } from '../db/pool.ts';
import { findWayMatch, type KeptMatch, keepWayMatch } from '../db/way-matches.ts';
import type { Track } from '../domain/track/track.ts';
import { chunksOf } from '../domain/ways/chunks.ts';
import { decimate } from '../domain/ways/decimate.ts';
import { sliceOf, type WayLine, wayLinesOf } from '../domain/ways/line.ts';
import { createCollector, summaryOf } from '../domain/ways/segments.ts';
import type { Valhalla } from '../services/valhalla.ts';
import { micro } from '../services/valhalla-trace.ts';

export interface DerivedWayTypes {
  readonly wayTypes: WayTypes;
  readonly segments: readonly WaySegment[] | null;
}

interface Deps {
  readonly db: Db;
  readonly valhalla: Valhalla;
}

/**
 * Questions that one track may cost: a ride of 2,000 km asks about 12. A recording that jumps to and fro all the time would
 * ask thousands of useless ones; from there on it is unmatched.
 */
const QUESTIONS_AT_MOST = 100;

/** The way types of the columns it is given. Throws `ValhallaAway` and `ValhallaRefused`; what was answered before stays in the cache. */
export async function deriveWayTypes(deps: Deps, track: Track, costing: WayCosting): Promise<DerivedWayTypes> {
  const ways = wayLinesOf(track);
  if (!ways) return { wayTypes: { status: 'no-positions' }, segments: null };
  const { region } = deps.valhalla;
  const mapVersion = await deps.valhalla.mapVersion();
  const versions: string[] = [];
  const collector = createCollector();
  for (const line of ways.lines.map(decimate)) {
    collector.unmatchedUpTo(line.alongM[0] ?? 0);
    for (const chunk of chunksOf(line)) {
      if (versions.length >= QUESTIONS_AT_MOST) break;
      const kept = await matched(deps, sliceOf(line, chunk.from, chunk.to), { costing, mapVersion });
      collector.add(line, chunk, kept.match);
      versions.push(kept.mapVersion);
    }
  }
  collector.unmatchedUpTo(ways.lengthM);
  const segments = collector.segments();
  const from = { region, mapVersion: versions.sort()[0] ?? mapVersion ?? null };
  const made = { version: WAY_TYPES_VERSION, costing, ...from, at: new Date().toISOString() };
  return { wayTypes: { status: 'ready', ...made, ...summaryOf(segments) }, segments };
}

/** From the cache if the map is the same, or if nobody can say that it is not; else asked for, and kept. */
async function matched(
  { db, valhalla }: Deps,
  line: WayLine,
  { costing, mapVersion }: { costing: WayCosting; mapVersion: string | undefined },
): Promise<KeptMatch> {
  const key = keyOf(line, costing, valhalla.region);
  const before = await findWayMatch(db, key);
  if (before && (mapVersion === undefined || before.mapVersion === mapVersion)) {
    valhalla.tally.count('cached');
    return before;
  }
  const match = await valhalla.match(line, costing);
  const kept = { match, mapVersion: mapVersion ?? UNKNOWN_VERSION };
  await keepWayMatch(db, { key, ...kept });
  return kept;
}

/** It answered about the line, but would not say how old its map is. */
const UNKNOWN_VERSION = 'unknown';

/** All that the answer depends on, but for the map's age. */
function keyOf({ lat, lon }: WayLine, costing: WayCosting, region: string): Uint8Array {
  const hash = createHash('sha256').update(JSON.stringify([WAY_TYPES_VERSION, costing, region]));
  for (const column of [lat, lon]) hash.update(Int32Array.from(column, (degrees) => Math.round(micro(degrees) * 1e6)));
  return hash.digest();
}

import type { WayCosting } from '../contracts/way-types.ts';
import { wayKindOf, waySurfaceOf } from '../domain/ways/kinds.ts';
import type { WayLine } from '../domain/ways/line.ts';
import type { WayEdge, WayMatch } from '../domain/ways/match.ts';

/** Question and answer of `POST /trace_attributes` (Valhalla 3). */

export function traceQuestion(line: WayLine, costing: WayCosting): object {
  return {
    shape: Array.from(line.lat, (lat, i) => ({ lat: micro(lat), lon: micro(line.lon[i] ?? 0) })),
    costing,
    costing_options: COSTING_OPTIONS,
    shape_match: 'map_snap',
    filters: { action: 'include', attributes: ATTRIBUTES },
  };
}

/** 0.1 m is finer than any receiver, and what the cache's key is made of. */
export function micro(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6;
}

/**
 * The track was there already, so nothing may be closed to it for being steep or rough: by default a bicycle avoids what is
 * worse than dirt, and a walker what is alpine, and the matcher would put them on the nearest better way.
 */
const COSTING_OPTIONS = {
  bicycle: { bicycle_type: 'Mountain', avoid_bad_surfaces: 0 },
  pedestrian: { max_hiking_difficulty: 6 },
};

const ATTRIBUTES = [
  'edge.use',
  'edge.road_class',
  'edge.surface',
  'edge.length',
  'matched.type',
  'matched.edge_index',
  'matched.distance_along_edge',
  'matched.distance_from_trace_point',
  'matched.begin_route_discontinuity',
  'matched.end_route_discontinuity',
];

/** Farther than this from the way it was put on, a point was somewhere else: receivers under trees err by half of it. */
const MATCHED_WITHIN_M = 25;

/** Undefined for what is not an answer about so many points. */
export function wayMatchOf(body: Record<string, unknown>, points: number): WayMatch | undefined {
  const { edges: edgeList, matched_points: pointList } = body;
  if (!Array.isArray(edgeList) || !Array.isArray(pointList) || pointList.length !== points) return undefined;
  const edges = edgeList.map(edgeOf);
  const edgeOfPoint: number[] = [];
  const shareOf: number[] = [];
  const breaksAfter: number[] = [];
  for (const [i, value] of pointList.entries()) {
    const point: Record<string, unknown> = Object(value);
    const place = Number(point.edge_index ?? -1);
    const isNear = Number(point.distance_from_trace_point ?? 0) <= MATCHED_WITHIN_M;
    const isMatched = point.type !== 'unmatched' && isNear && Number.isInteger(place) && place < edges.length;
    edgeOfPoint.push(isMatched ? place : -1);
    shareOf.push(Math.min(1, Math.max(0, Number(point.distance_along_edge ?? 0) || 0)));
    if (point.begin_route_discontinuity === true) breaksAfter.push(i);
    if (point.end_route_discontinuity === true && i > 0) breaksAfter.push(i - 1);
  }
  return { edges, edgeOf: edgeOfPoint, shareOf, breaksAfter };
}

function edgeOf(value: unknown): WayEdge {
  const edge: Record<string, unknown> = Object(value);
  return {
    kind: wayKindOf(String(edge.use), String(edge.road_class)),
    surface: waySurfaceOf(String(edge.surface)),
    lengthM: Math.max(0, Number(edge.length) * 1_000 || 0),
  };
}

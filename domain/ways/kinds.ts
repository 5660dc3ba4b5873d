import { WAY_SURFACES, type WayKind, type WaySurface } from '../../contracts/way-types.ts';

/** What kind of way an edge of Valhalla is, from its `use` and, of plain roads, its `road_class`. */
export function wayKindOf(use: string, roadClass: string): WayKind {
  return KIND_OF_USE.get(use) ?? (ROAD_LIKE.has(use) ? (KIND_OF_CLASS.get(roadClass) ?? 'road') : 'other');
}

export function waySurfaceOf(surface: string): WaySurface {
  return WAY_SURFACES.find((known) => known === surface) ?? 'unknown';
}

const ROAD_LIKE = new Set(['road', 'ramp', 'turn_channel', 'culdesac']);

const KIND_OF_CLASS = new Map<string, WayKind>([
  ['motorway', 'main-road'],
  ['trunk', 'main-road'],
  ['primary', 'main-road'],
  ['secondary', 'main-road'],
  ['tertiary', 'road'],
  ['unclassified', 'road'],
  ['residential', 'street'],
  ['service_other', 'service'],
]);

const KIND_OF_USE = new Map<string, WayKind>([
  ['living_street', 'street'],
  ['driveway', 'service'],
  ['alley', 'service'],
  ['parking_aisle', 'service'],
  ['emergency_access', 'service'],
  ['drive_through', 'service'],
  ['service_road', 'service'],
  ['rest_area', 'service'],
  ['service_area', 'service'],
  ['track', 'track'],
  ['path', 'path'],
  ['bridleway', 'path'],
  ['mountain_bike', 'path'],
  ['cycleway', 'cycleway'],
  ['footway', 'footway'],
  ['sidewalk', 'footway'],
  ['pedestrian', 'footway'],
  ['pedestrian_crossing', 'footway'],
  ['elevator', 'footway'],
  ['escalator', 'footway'],
  ['steps', 'steps'],
  ['ferry', 'ferry'],
  ['rail-ferry', 'ferry'],
]);

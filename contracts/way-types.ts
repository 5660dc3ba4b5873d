/** What kinds of way a track went over, as derived from a map by Valhalla. Definitions: docs/reference/way-types.md. */

/** Raised when the same line and the same map may give other way types: another mapping, decimation or question. */
export const WAY_TYPES_VERSION = 1;

export const WAY_KINDS = [
  'main-road',
  'road',
  'street',
  'service',
  'track',
  'path',
  'cycleway',
  'footway',
  'steps',
  'ferry',
  'other',
  'unmatched',
] as const;
export type WayKind = (typeof WAY_KINDS)[number];

/** Valhalla's own words, from smooth to worse. */
export const WAY_SURFACES = [
  'paved_smooth',
  'paved',
  'paved_rough',
  'compacted',
  'dirt',
  'gravel',
  'path',
  'impassable',
  'unknown',
] as const;
export type WaySurface = (typeof WAY_SURFACES)[number];

/** A stretch of one kind and surface. `surface` is null where nothing was matched. */
export interface WaySegment {
  readonly kind: WayKind;
  readonly surface: WaySurface | null;
  /** Metres since the start of the track. */
  readonly fromM: number;
  readonly lengthM: number;
}

export interface WayTypesSummary {
  readonly kinds: readonly { readonly kind: WayKind; readonly lengthM: number; readonly share: number }[];
  /** Of what was matched; shares are of the whole track, so they add up to what `unmatchedShare` leaves. */
  readonly surfaces: readonly { readonly surface: WaySurface; readonly lengthM: number; readonly share: number }[];
  readonly unmatchedShare: number;
  /** How many stretches there are; they are an artefact of their own. */
  readonly segments: number;
}

/**
 * Why a track has no way types: nobody was asked to derive them when it was made (`not-configured`), or the API made it
 * itself (`skipped`); its workflow is at it (`pending`) or has tried in vain (`unavailable`); no point has a position; the
 * sport keeps to no ways.
 */
export const WAY_TYPES_ABSENT = [
  'not-configured',
  'skipped',
  'pending',
  'unavailable',
  'no-positions',
  'not-applicable',
] as const;
export type WayTypesAbsent = (typeof WAY_TYPES_ABSENT)[number];

/** Why a try was in vain; each can be otherwise the next time. */
export const WAY_TYPES_FAULTS = ['away', 'refused', 'lost'] as const;
export type WayTypesFault = (typeof WAY_TYPES_FAULTS)[number];

/** As a track's row holds it, and as it is shown. */
export type WayTypes =
  | { readonly status: Exclude<WayTypesAbsent, 'unavailable'> }
  | { readonly status: 'unavailable'; readonly fault: WayTypesFault; readonly at: string }
  | ({
      readonly status: 'ready';
      readonly version: number;
      readonly costing: WayCosting;
      /** Names the map: which installation of Valhalla, and when its tiles were built. */
      readonly region: string;
      readonly mapVersion: string | null;
      readonly at: string;
    } & WayTypesSummary);

/** What may be gone over, as Valhalla names it. */
export const WAY_COSTINGS = ['pedestrian', 'bicycle', 'auto'] as const;
export type WayCosting = (typeof WAY_COSTINGS)[number];

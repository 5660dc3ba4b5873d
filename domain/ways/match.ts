import type { WayKind, WaySurface } from '../../contracts/way-types.ts';

/** What the matcher says of a chunk: the ways in the order of the route, and where on them each point lies. */
export interface WayMatch {
  readonly edges: readonly WayEdge[];
  /** Of each point: its place in `edges`, or -1 where it was not matched. */
  readonly edgeOf: readonly number[];
  /** Of each point: how much of its edge lies behind it, 0 to 1. */
  readonly shareOf: readonly number[];
  /** Points after which the route is broken off. */
  readonly breaksAfter: readonly number[];
}

export interface WayEdge {
  readonly kind: WayKind;
  readonly surface: WaySurface;
  readonly lengthM: number;
}

/** An answer of its own: there is no way anywhere near. */
export function nothingMatched(points: number): WayMatch {
  const none = (value: number) => Array.from({ length: points }, () => value);
  return { edges: [], edgeOf: none(-1), shareOf: none(0), breaksAfter: [] };
}

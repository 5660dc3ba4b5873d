import type { WayKind, WaySegment, WaySurface, WayTypesSummary } from '../../contracts/way-types.ts';
import type { Chunk } from './chunks.ts';
import { lineStepM, type WayLine } from './line.ts';
import type { WayEdge, WayMatch } from './match.ts';

/** Collects what was gone over, in order; neighbours of the same kind and surface are one stretch. */
export interface WayCollector {
  /** What the match of `chunk` says of the steps that are kept of it. */
  add(line: WayLine, chunk: Chunk, match: WayMatch): void;
  /** A stretch about which nobody could say anything, up to so many metres since the start. */
  unmatchedUpTo(alongM: number): void;
  segments(): readonly WaySegment[];
}

interface Stretch {
  readonly kind: WayKind;
  readonly surface: WaySurface | null;
  lengthM: number;
}

const UNMATCHED = { kind: 'unmatched', surface: null } as const;

export function createCollector(): WayCollector {
  const stretches: Stretch[] = [];
  let lengthM = 0;
  const grow = ({ kind, surface }: Pick<Stretch, 'kind' | 'surface'>, byM: number) => {
    if (byM <= 0) return;
    lengthM += byM;
    const last = stretches.at(-1);
    if (last?.kind === kind && last.surface === surface) last.lengthM += byM;
    else stretches.push({ kind, surface, lengthM: byM });
  };
  return {
    add: (line, chunk, match) => {
      const broken = new Set(match.breaksAfter);
      for (let i = chunk.keptFrom; i < chunk.keptTo; i++) {
        const at = i - chunk.from;
        const stepM = (line.alongM[i + 1] ?? 0) - (line.alongM[i] ?? 0);
        const pieces = broken.has(at) ? [] : piecesOf(match, at, lineStepM(line, i));
        for (const { edge, share } of pieces) grow(edge, stepM * share);
        if (pieces.length === 0) grow(UNMATCHED, stepM);
      }
    },
    unmatchedUpTo: (alongM) => grow(UNMATCHED, alongM - lengthM),
    segments: () => rounded(stretches),
  };
}

/** A route this much longer than the step itself is the matcher's way round something, not the track's. */
const DETOUR_TIMES = 2;
const DETOUR_FREE_M = 100;

interface Piece {
  readonly edge: WayEdge | typeof UNMATCHED;
  readonly share: number;
}

/** How one step is shared out among the edges that its route goes over. Empty: it is not matched. */
function piecesOf({ edges, edgeOf, shareOf }: WayMatch, at: number, straightM: number): readonly Piece[] {
  const [first, last] = [edgeOf[at] ?? -1, edgeOf[at + 1] ?? -1];
  if (first < 0 || last < 0) return halves(edges[first], edges[last]);
  if (last < first) return [];
  const [behind, reached] = [shareOf[at] ?? 0, shareOf[at + 1] ?? 0];
  const gone = edges.slice(first, last + 1).map((edge, k) => {
    const from = k === 0 ? behind : 0;
    const to = first + k === last ? reached : 1;
    return { edge, routeM: Math.max(0, to - from) * edge.lengthM };
  });
  const routeM = gone.reduce((sum, piece) => sum + piece.routeM, 0);
  if (routeM > straightM * DETOUR_TIMES + DETOUR_FREE_M) return [];
  if (routeM === 0) return gone.slice(0, 1).map(({ edge }) => ({ edge, share: 1 }));
  return gone.map((piece) => ({ edge: piece.edge, share: piece.routeM / routeM }));
}

/** Somewhere on such a step the way was left, or reached: half of it is as near as one can say. */
function halves(left: WayEdge | undefined, reached: WayEdge | undefined): readonly Piece[] {
  if (!left && !reached) return [];
  return [left, reached].map((edge) => ({ edge: edge ?? UNMATCHED, share: 0.5 }));
}

/** Decimetres, so set that the stretches still follow one another without a gap. */
function rounded(stretches: readonly Stretch[]): readonly WaySegment[] {
  const segments: WaySegment[] = [];
  let [endM, doneM] = [0, 0];
  for (const { kind, surface, lengthM } of stretches) {
    endM += lengthM;
    const toM = Math.round(endM * 10) / 10;
    if (toM <= doneM) continue;
    const last = segments.at(-1);
    const goesOn = last?.kind === kind && last.surface === surface; // what lay between was too short to show
    const fromM = goesOn ? last.fromM : doneM;
    segments.splice(segments.length - Number(goesOn), 1, {
      kind,
      surface,
      fromM,
      lengthM: Math.round((toM - fromM) * 10) / 10,
    });
    doneM = toM;
  }
  return segments;
}

/** Kinds and surfaces by length, the longest first. */
export function summaryOf(segments: readonly WaySegment[]): WayTypesSummary {
  const totalM = segments.reduce((sum, { lengthM }) => sum + lengthM, 0);
  const shareOf = (lengthM: number) => (totalM > 0 ? Math.round((lengthM / totalM) * 10_000) / 10_000 : 0);
  const kinds = lengthsBy(segments, ({ kind }) => kind);
  const surfaces = lengthsBy(segments, ({ surface }) => surface);
  return {
    kinds: kinds.map(([kind, lengthM]) => ({ kind, lengthM, share: shareOf(lengthM) })),
    surfaces: surfaces.flatMap(([surface, lengthM]) => {
      return surface === null ? [] : [{ surface, lengthM, share: shareOf(lengthM) }];
    }),
    unmatchedShare: shareOf(kinds.find(([kind]) => kind === 'unmatched')?.[1] ?? 0),
    segments: segments.length,
  };
}

function lengthsBy<Key>(segments: readonly WaySegment[], keyOf: (segment: WaySegment) => Key): [Key, number][] {
  const lengths = new Map<Key, number>();
  for (const segment of segments) {
    lengths.set(keyOf(segment), (lengths.get(keyOf(segment)) ?? 0) + segment.lengthM);
  }
  const all = [...lengths].map(([key, lengthM]): [Key, number] => [key, Math.round(lengthM * 10) / 10]);
  return all.sort(([, one], [, other]) => other - one);
}

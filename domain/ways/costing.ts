import type { WayCosting } from '../../contracts/way-types.ts';

/**
 * What a track may have gone over, by its sport: a cyclist's map differs from a walker's. Without a sport that is known,
 * by its speed while moving. Null for what keeps to no ways: on water, in the air, on a piste, indoors.
 */
export function costingOf(track: { sport: string | null; movingSpeedMps: number | null }): WayCosting | null {
  const sport = (track.sport ?? '').toLowerCase();
  for (const [words, costing] of SPORTS) if (words.test(sport)) return costing;
  const speedMps = track.movingSpeedMps ?? 0;
  if (speedMps > FASTEST_BICYCLE_MPS) return 'auto';
  return speedMps > FASTEST_WALKER_MPS ? 'bicycle' : 'pedestrian';
}

/** Averages: few run 13 km/h for long, and few ride 45. */
const FASTEST_WALKER_MPS = 3.6;
const FASTEST_BICYCLE_MPS = 12.5;

/** By the words of GPX files and of FIT's profile; the first that fits counts. */
const SPORTS: readonly (readonly [RegExp, WayCosting | null])[] = [
  [/swim|rowing|rower|kayak|canoe|paddl|sail|surf|kite|raft|diving|fishing|boat/, null],
  [/alpine_?ski|downhill_?ski|resort_?ski|snowboard|snowmobil|skating|skydiv|flying|gliding|jumpmaster/, null],
  [/indoor|treadmill|virtual|elliptical|gym|^training$|fitness|yoga|golf|tennis|soccer|football|basketball/, null],
  [/horse/, 'pedestrian'],
  [/motor|driv|\bcar\b/, 'auto'],
  [/cycl|bik|\bride|riding|mtb|gravel|velo|radfahren|rennrad/, 'bicycle'],
  [/run|walk|hik|trek|trail|jog|mountaineer|climb|snowshoe|ski|orient|foot|pedestrian/, 'pedestrian'],
];

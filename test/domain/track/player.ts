import type { TrackSeries } from '../../../contracts/track.ts';

export interface Shown {
  readonly lat: number;
  readonly lon: number;
  readonly distanceM: number;
}

/** A player as a page would write it: knows nothing but the published series. Null before version 1 or without times. */
export function createPlayer(series: TrackSeries): ((seconds: number) => Shown) | null {
  const { time_dist: timeDist } = series;
  if (timeDist === null) return null;
  const lat = sums(series.lat_e6 ?? []).map((value) => value / 1e6);
  const lon = sums(series.lon_e6 ?? []).map((value) => value / 1e6);
  return (seconds) => {
    let low = 0;
    let high = timeDist.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((timeDist[middle]?.[0] ?? 0) <= seconds) low = middle;
      else high = middle - 1;
    }
    const [t0 = 0, d0 = 0] = timeDist[low] ?? [];
    const [t1 = t0, d1 = d0] = timeDist[low + 1] ?? [];
    const share = t1 > t0 ? (seconds - t0) / (t1 - t0) : 0;
    const between = (column: number[]) => {
      const from = column[low] ?? 0;
      return from + ((column[low + 1] ?? from) - from) * share;
    };
    return { lat: between(lat), lon: between(lon), distanceM: d0 + (d1 - d0) * share };
  };
}

export function sums(deltas: readonly number[]): number[] {
  let sum = 0;
  return deltas.map((delta) => (sum += delta));
}

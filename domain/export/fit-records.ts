import { stepM } from '../track/geodesic.ts';
import { nextPlaced, placedTrack } from '../track/positions.ts';
import type { Track } from '../track/track.ts';
import {
  ALTITUDE,
  CADENCE,
  ENHANCED_ALTITUDE,
  HEART_RATE,
  POWER,
  recordLayout,
  SPEED,
  TEMPERATURE,
} from './fit-layouts.ts';
import { type FitField, type FitLayout, messageSize, putMessage } from './fit-message.ts';
import { ALTITUDE_MOST, fitAltitude, fitTime, semicircles } from './fit-values.ts';

/** How the points of one track become record messages: which fields there are, and the values of each. */
export interface RecordWriter {
  readonly layout: FitLayout;
  /** Messages of points `[from, to)`, in pieces of about 64 kB. */
  write(from: number, to: number): Generator<Uint8Array>;
}

/**
 * Distances are summed as the points are written, segment after segment: nothing is held, and nobody waits for it. They are
 * those of `cumulativeDistanceM`.
 */
export function recordWriter(track: Track): RecordWriter {
  const columns = columnsOf(track);
  const placed = placedTrack(track) ?? track;
  const layout = recordLayout(columns.map(({ field }) => field));
  const size = messageSize(layout);
  const values: number[] = new Array(layout.fields.length).fill(Number.NaN);
  let distanceM = 0;
  const valuesAt = (i: number) => {
    values[0] = fitTime(track.timeMs?.[i] ?? Number.NaN);
    values[1] = semicircles(track.lat[i] ?? Number.NaN);
    values[2] = semicircles(track.lon[i] ?? Number.NaN);
    values[3] = distanceM * 100;
    for (let k = 0; k < columns.length; k++) values[4 + k] = columns[k]?.at(i) ?? Number.NaN;
    return values;
  };
  return {
    layout,
    *write(from, to) {
      if (from === 0) distanceM = 0;
      const hasPosition = nextPlaced(track, from, to) < to;
      const stepTo = hasPosition ? stepsOf(placed) : risesOf(track, from);
      for (let first = from; first < to; first += RECORDS_PER_PIECE) {
        const end = Math.min(first + RECORDS_PER_PIECE, to);
        const piece = new Uint8Array((end - first) * size);
        const view = new DataView(piece.buffer);
        for (let i = first, at = 0; i < end; i++) {
          if (i > from) distanceM += stepTo(i);
          at = putMessage(view, at, layout, valuesAt(i));
        }
        yield piece;
      }
    },
  };
}

type Steps = (i: number) => number;

function stepsOf({ lat, lon }: Track): Steps {
  return (i) => stepM(lat[i - 1] ?? 0, lon[i - 1] ?? 0, lat[i] ?? 0, lon[i] ?? 0);
}

/** In a segment without positions: the rises of the recorder's own distance. */
function risesOf({ recordedDistanceM }: Track, from: number): Steps {
  let last = recordedDistanceM?.[from] ?? Number.NaN;
  return (i) => {
    const here = recordedDistanceM?.[i] ?? Number.NaN;
    const rise = here > last ? here - last : 0;
    if (!Number.isNaN(here)) last = here;
    return rise;
  };
}

/** Times 17 to 27 bytes. */
const RECORDS_PER_PIECE = 3_000;

interface Column {
  readonly field: FitField;
  /** Raw value of point `i`; NaN is "none". */
  at(i: number): number;
}

function columnsOf({ ele, heartRate, cadence, power, temperature, recordedSpeedMps }: Track): Column[] {
  const columns: Column[] = [];
  const add = (field: FitField, values: Float32Array | null) => {
    if (values !== null) columns.push({ field, at: (i) => values[i] ?? Number.NaN });
  };
  if (ele !== null) {
    // Every reader knows `altitude`; only heights that it cannot hold need the newer field.
    const isHigh = ele.some((metres) => Math.round(fitAltitude(metres)) > ALTITUDE_MOST);
    columns.push({ field: isHigh ? ENHANCED_ALTITUDE : ALTITUDE, at: (i) => fitAltitude(ele[i] ?? Number.NaN) });
  }
  add(HEART_RATE, heartRate);
  add(CADENCE, cadence);
  if (recordedSpeedMps) columns.push({ field: SPEED, at: (i) => (recordedSpeedMps[i] ?? Number.NaN) * 1000 });
  add(POWER, power);
  add(TEMPERATURE, temperature);
  return columns;
}

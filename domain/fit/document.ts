import { createRecordColumns, type RecordColumns } from './record-columns.ts';

/** What has been read of a FIT file so far, all parts of a chained one together. Times are the file's own seconds. */
export interface FitDocument {
  readonly columns: RecordColumns;
  readonly faults: FitFaults;
  readonly parts: FitPart[];
  readonly laps: TotalsRow[];
  readonly sessions: TotalsRow[];
  /** Numbers of the first `file_id` that has them; NaN before. */
  fileType: number;
  manufacturer: number;
  product: number;
  productName: string | null;
  courseName: string | null;
  /** Of the `sport` message, for files that end before their session. */
  sport: number;
  /** Local time less UTC, as the recorder showed it. */
  localOffsetS: number;
  /** Absolute time less the recorder's own seconds, for files that count from its start. */
  anchorS: number;
  /** That anchor is a local time. */
  isAnchorLocal: boolean;
  messages: number;
  definitions: number;
}

/** What was wrong with single values, counted while reading. */
export interface FitFaults {
  positions: number;
  elevations: number;
  sensors: number;
}

/** One file of a chain: its points `[from, to)` and what its timer did, in the order of the file. */
export interface FitPart {
  readonly from: number;
  to: number;
  readonly timer: TimerEvent[];
  readonly firstSession: number;
}

export interface TimerEvent {
  readonly atS: number;
  readonly isStart: boolean;
  readonly trigger: number;
}

/** The numbers of a lap or session, by the slots of `TOTALS`. */
export type TotalsRow = Float64Array;

export function createFitDocument(): FitDocument {
  return {
    columns: createRecordColumns(),
    faults: { positions: 0, elevations: 0, sensors: 0 },
    parts: [],
    laps: [],
    sessions: [],
    fileType: Number.NaN,
    manufacturer: Number.NaN,
    product: Number.NaN,
    productName: null,
    courseName: null,
    sport: Number.NaN,
    localOffsetS: Number.NaN,
    anchorS: Number.NaN,
    isAnchorLocal: false,
    messages: 0,
    definitions: 0,
  };
}

import type { ExportFormat } from '../../contracts/exports.ts';
import type { Plan } from '../../contracts/plans.ts';

/** How far a format goes in a plan. */
export interface ExportAllowance {
  readonly points: number;
  /** Different tracks in a calendar month (UTC); null: any number. */
  readonly tracksPerMonth: number | null;
}

/** What each plan exports; a format that is not there is not part of the plan. */
export type ExportPolicy = Readonly<Record<Plan, Readonly<Partial<Record<ExportFormat, ExportAllowance>>>>>;

/** All that can be uploaded. */
const EVERYTHING: ExportAllowance = { points: 1_000_000, tracksPerMonth: null };

/** Why each plan has the allowance that it has by default; docs/reference/limits.md prints it. */
export const EXPORT_REASONS: Readonly<Record<Plan, string>> = {
  free: 'Who leaves takes the recordings along: three a day, each up to 27 h at 1 Hz.',
  premium: 'All that can be uploaded can be exported.',
  business: 'All that can be uploaded can be exported.',
};

/** Until an operator says otherwise: a free account takes its recordings away as GPX, three a day, each up to 27 h at 1 Hz. */
export const DEFAULT_EXPORT_POLICY: ExportPolicy = {
  free: { gpx: { points: 100_000, tracksPerMonth: 100 } },
  premium: { gpx: EVERYTHING, fit: EVERYTHING, geojson: EVERYTHING },
  business: { gpx: EVERYTHING, fit: EVERYTHING, geojson: EVERYTHING },
};

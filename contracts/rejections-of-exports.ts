import { row } from './rejection-row.ts';

/** What an export refuses. Part of `REJECTIONS`. */
export const OF_EXPORTS = {
  'export/not-entitled': row(
    403,
    'user',
    'The plan of this account does not hold this format.',
    'Export as GPX, or change the plan.',
  ),
  'export/limit-reached': row(
    403,
    'user',
    'The exports of this month are used up.',
    'Wait for the first day of the next month (UTC), or change the plan; what was exported this month still can be.',
  ),
  'export/too-many-points': row(
    403,
    'user',
    'The track has more points than this plan exports.',
    'Split the recording before the upload, or change the plan.',
  ),
  'export/no-times': row(
    422,
    'user',
    'A FIT activity needs times, and this track has none.',
    'Export as GPX or GeoJSON.',
  ),
  'export/no-positions': row(
    422,
    'user',
    'This format is made of positions, and this track has none.',
    'Export as FIT, which keeps points without a position.',
  ),
  'export/too-many-at-once': row(
    429,
    'user',
    'The account has too many exports under way.',
    'Read those to their end; then try again after the time in `Retry-After`.',
  ),
} as const;

import { row } from './rejection-row.ts';

/** What operators are refused of a bulk reprocess. Part of `REJECTIONS`. */
export const OF_REPROCESSES = {
  'reprocess/order-ended': row(
    409,
    'user',
    'The order has come to its end.',
    'Give a new order: what this one has done is not done again if the filter names the pipeline version.',
  ),
} as const;

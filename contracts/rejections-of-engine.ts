import { row } from './rejection-row.ts';

/** Of what histories hold. Part of `REJECTIONS`. */
export const OF_ENGINE = {
  'payload/too-large': row(
    500,
    'bug',
    'A step wanted to hand on more than a history may hold.',
    'Tell the operator the traceId.',
  ),
  'codec/unknown-key': row(
    422,
    'user',
    'A payload is sealed with a codec key that this installation does not have.',
    'Bring the key back into `CAIRN_CODEC_KEYS`, behind the current one.',
  ),
  'codec/changed': row(
    422,
    'user',
    'A payload is not what was sealed.',
    'Look at it where it is stored: it was changed, cut off, or sealed with another key of the same id.',
  ),
} as const;

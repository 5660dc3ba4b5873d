import { row } from './rejection-row.ts';

/** Part of `REJECTIONS`. */
export const OF_TCX = {
  'tcx/bad-encoding': row(
    422,
    'user',
    'The text encoding of the TCX file is broken or not supported.',
    'Save the file as UTF-8.',
  ),
  'tcx/malformed': row(422, 'user', 'The TCX file is not well-formed XML.', 'Export the recording again.'),
  'tcx/truncated': row(422, 'user', 'The TCX file ends in the middle.', 'Export or download the recording again.'),
  'tcx/doctype-forbidden': row(
    422,
    'user',
    'The TCX file declares a DOCTYPE.',
    'Remove the DOCTYPE; a TCX file needs none.',
  ),
  'tcx/too-deep': row(
    422,
    'user',
    'Elements of the TCX file are nested too deeply.',
    'Export the recording with another tool.',
  ),
  'tcx/too-many-attributes': row(
    422,
    'user',
    'An element of the TCX file has too many attributes.',
    'Export the recording with another tool.',
  ),
  'tcx/name-too-long': row(
    422,
    'user',
    'A name in the TCX file is too long.',
    'Export the recording with another tool.',
  ),
  'tcx/text-too-long': row(
    422,
    'user',
    'A text or attribute in the TCX file is too long.',
    'Shorten notes in the file.',
  ),
  'tcx/not-tcx': row(
    422,
    'user',
    'The file is XML but not TCX version 2.',
    'Upload a TCX file of version 2, or export the recording as GPX or FIT.',
  ),
  'tcx/no-points': row(
    422,
    'user',
    'The file holds no trackpoints.',
    'Upload a recording with at least one trackpoint.',
  ),
  'tcx/too-many-points': row(422, 'user', 'The recording has too many trackpoints.', 'Split the recording.'),
  'tcx/too-many-laps': row(
    422,
    'user',
    'The recording has too many laps, activities or pauses.',
    'Split the recording.',
  ),
} as const;

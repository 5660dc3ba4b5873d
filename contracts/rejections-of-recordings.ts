import { row } from './rejection-row.ts';

/** Why a GPX or FIT is refused once it is read; TCX has a table of its own. Part of `REJECTIONS`. */
export const OF_RECORDINGS = {
  'gpx/bad-encoding': row(
    422,
    'user',
    'The text encoding of the file is broken or not supported.',
    'Save the file as UTF-8.',
  ),
  'gpx/malformed': row(422, 'user', 'The file is not well-formed XML.', 'Export the recording again.'),
  'gpx/truncated': row(422, 'user', 'The file ends in the middle.', 'Export or download the recording again.'),
  'gpx/doctype-forbidden': row(
    422,
    'user',
    'The file declares a DOCTYPE.',
    'Remove the DOCTYPE; a GPX file needs none.',
  ),
  'gpx/too-deep': row(422, 'user', 'Elements are nested too deeply.', 'Export the recording with another tool.'),
  'gpx/too-many-attributes': row(
    422,
    'user',
    'An element has too many attributes.',
    'Export the recording with another tool.',
  ),
  'gpx/name-too-long': row(422, 'user', 'A name in the file is too long.', 'Export the recording with another tool.'),
  'gpx/text-too-long': row(
    422,
    'user',
    'A text or attribute in the file is too long.',
    'Shorten descriptions in the file.',
  ),
  'gpx/not-gpx': row(422, 'user', 'The file is XML but not GPX.', 'Upload a GPX file.'),
  'gpx/no-points': row(
    422,
    'user',
    'The file holds no track or route points.',
    'Upload a recording with at least one track or route point.',
  ),
  'gpx/bad-coordinate': row(
    422,
    'user',
    'A coordinate is missing or impossible.',
    'Repair the point at the given offset.',
  ),
  'gpx/too-many-points': row(422, 'user', 'The recording has too many points.', 'Split the recording.'),

  'fit/bad-header': row(422, 'user', 'The header of the FIT file is damaged.', 'Download the recording again.'),
  'fit/unsupported-version': row(
    422,
    'user',
    'The file is of a FIT protocol that is not known yet.',
    'Export the recording as GPX, or in FIT protocol 1 or 2.',
  ),
  'fit/bad-checksum': row(
    422,
    'user',
    'The file is whole, but its checksum says that something in it was changed.',
    'Download the recording from the device again.',
  ),
  'fit/undefined-message': row(
    422,
    'user',
    'The file is damaged in the middle: a message was never defined.',
    'Download the recording from the device again.',
  ),
  'fit/bad-definition': row(
    422,
    'user',
    'The file is damaged in the middle: a definition cannot be read.',
    'Download the recording from the device again.',
  ),
  'fit/truncated': row(
    422,
    'user',
    'The file ends too early to hold anything.',
    'Download the recording from the device again.',
  ),
  'fit/not-an-activity': row(
    422,
    'user',
    'The file is FIT, but not the recording of an activity.',
    'Upload the file of an activity; devices keep them in the folder Activity.',
  ),
  'fit/no-points': row(422, 'user', 'The file holds no records.', 'Upload a recording with at least one record.'),
  'fit/too-many-points': row(422, 'user', 'The file holds too many records.', 'Split the recording.'),
  'fit/too-many-messages': row(
    422,
    'user',
    'The file holds too many messages of a kind.',
    'Split the recording, or export it with another tool.',
  ),
} as const;

import type { BadFile } from './bad-files/bad-file.ts';
import { fitFiles } from './bad-files/fit-files.ts';
import { gpxFiles } from './bad-files/gpx-files.ts';
import { tcxFiles } from './bad-files/tcx-files.ts';
import { wrappedFiles } from './bad-files/wrapped-files.ts';

export type { BadFile };

/** One table of bad input; what the domain says of it and what the whole installation answers must both be as it says. */
export const BAD_FILES: readonly BadFile[] = [...gpxFiles(), ...tcxFiles(), ...fitFiles(), ...wrappedFiles()];

/** The classes that the table must have, so that none is lost unnoticed. */
export const CLASSES = [
  ...[
    'entities',
    'well-formedness',
    'structure',
    'encodings',
    'not a track',
    'one bad value among good points',
    'all bad',
  ],
  ...['counts', 'performance traps', 'FIT integrity', 'FIT header', 'FIT truncation', 'FIT chains', 'FIT definitions'],
  ...['FIT developer fields', 'FIT timestamps', 'FIT values', 'wrong types', 'compression'],
];

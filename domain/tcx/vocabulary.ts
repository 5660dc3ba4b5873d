import type { Vocabulary } from '../xml/namespaces.ts';

const TCX = 'http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2';

/** No local name of the one means anything else in the other, so that the place of an element decides what it is. */
const NAMESPACES: ReadonlySet<string> = new Set([TCX, 'http://www.garmin.com/xmlschemas/ActivityExtension/v2']);

/** The kind of an element is its local name, and '' in the namespaces of others. */
export const TCX_VOCABULARY: Vocabulary<string> = {
  root: 'TrainingCenterDatabase',
  rootUris: new Set([TCX]),
  defaultUri: TCX,
  kindOf: (uri, local) => (NAMESPACES.has(uri) ? local : ''),
  kindOfUnbound: (local) => local,
};

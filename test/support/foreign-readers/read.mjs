// Reads files that Cairn exported with other people's readers; prints one JSON object per file and reader.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [, , folder] = process.argv;
const require = createRequire(pathToFileURL(`${folder}/`));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const { DOMParser } = await load('@xmldom/xmldom');
const { gpx } = await load('@tmcw/togeojson');
const { check } = await load('@placemarkio/check-geojson');

const READERS = {
  gpx: (text) => ({ reader: 'togeojson', ...gpx(new DOMParser().parseFromString(text, 'text/xml')) }),
  geojson: (text) => ({ reader: 'check-geojson', ...check(text) }),
};

for (const path of readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
  const read = READERS[path.split('.').at(-1)];
  if (read) console.log(JSON.stringify({ path, ...read(readFileSync(path, 'utf8')) }));
}

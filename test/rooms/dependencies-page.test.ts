import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './support/source-files.ts';

const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
);
const used = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies }).sort();

/** Rows of the tables: | `name` | why | licence | instead |. One row may speak for several packages. */
const rows = readFileSync(join(root, 'docs', 'dependencies.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .flatMap(([, names = '', why, licence, instead]) => {
    return [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => ({ name, why, licence, instead }));
  });

test('docs/dependencies.md has a line for each dependency, and none for others', () => {
  expect(rows.map(({ name }) => name).sort()).toEqual(used);
});

test('each line says why, under which licence, and what would replace it', () => {
  expect(rows.filter(({ why, licence, instead }) => !why || !licence || !instead)).toEqual([]);
});

/** Those of other platforms are not installed here. */
test.each(rows.filter(({ name }) => existsSync(join(root, 'node_modules', name))))(
  '$name is $licence',
  ({ name, licence }) => {
    const manifest = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'));
    expect(licence).toBe(manifest.license);
  },
);

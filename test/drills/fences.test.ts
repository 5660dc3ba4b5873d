import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../support/servers.ts';
import { FAULT_DRILLS } from './support/faults/table.ts';
import { edited, FENCES, fenceOf } from './support/fences.ts';
import { SCENARIOS } from './support/scenarios.ts';
import { FAULTS } from './support/schedules/matrix.ts';

const edits = Object.entries(FENCES).flatMap(([name, fence]) => fence.edits.map((edit) => ({ name, ...edit })));

test.each(edits)('the fence $name stands in $file, once, and can be taken out', async (edit) => {
  const text = await readFile(path.join(projectRoot, edit.file), 'utf8');
  expect(edited(text, edit)).not.toBe(text);
});

test('a text that is not there, or there twice, is refused', () => {
  const edit = { file: 'x.ts', find: 'guard()', replace: '' };
  expect(() => edited('no such', edit)).toThrow('found 0 times in x.ts');
  expect(() => edited('guard(); guard();', edit)).toThrow('found 2 times in x.ts');
});

test('every scenario names a fence without which it is red', () => {
  for (const { redWithout } of Object.values(SCENARIOS)) {
    expect(redWithout.length).toBeGreaterThan(0);
    for (const name of redWithout) expect(fenceOf(name).edits.length).toBeGreaterThan(0);
  }
});

test('every fence of scheduled work makes a fault red that is there', () => {
  const named = Object.values(FAULTS).flatMap(({ redWithout }) => redWithout ?? []);
  expect(named.length).toBeGreaterThan(3);
  for (const name of named) expect(fenceOf(name).edits.length).toBeGreaterThan(0);
});

test('every drill of a fault names fences that are there, or has none to take out', () => {
  const named = Object.values(FAULT_DRILLS).flatMap(({ redWithout, hurries = [] }) => [...redWithout, ...hurries]);
  expect(named.length).toBeGreaterThan(8);
  for (const name of named) expect(fenceOf(name).edits.length).toBeGreaterThan(0);
});

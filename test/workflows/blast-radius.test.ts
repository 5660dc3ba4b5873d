import { afterAll, expect, test } from 'vitest';
import { ANSWERS_WITHIN_MS, differencesOf, driveOutages } from '../drills/support/blast/drive.ts';
import { openBlastGround } from '../drills/support/blast/ground.ts';
import { ONE_OF_EACH } from '../drills/support/blast/outages.ts';
import { DEPENDENCY_NAMES } from '../drills/support/blast/table.ts';
import { projectRoot } from '../support/servers.ts';

const ground = await openBlastGround(projectRoot);
afterAll(() => ground.close({ keepHome: false }));

/** `npm run drill:blast-radius` takes each away in every way. */
test('every cell of docs/reference/blast-radius.md is so, and what waited is done when the outage is over', {
  timeout: 300_000,
}, async () => {
  const { seen, owed, ends } = await driveOutages(ground, ONE_OF_EACH, () => {});
  expect(seen).toHaveLength(DEPENDENCY_NAMES.length);
  expect(seen.flatMap(differencesOf)).toEqual([]);
  expect(owed).toEqual([]);
  expect(seen.filter(({ slowest }) => slowest.ms > ANSWERS_WITHIN_MS)).toEqual([]);
  expect(ends).toEqual(['exit 0', 'exit 0']);
});

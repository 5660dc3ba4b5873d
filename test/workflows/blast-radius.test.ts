import { afterAll, expect, test } from 'vitest';
import { ANSWERS_WITHIN_MS, differencesOf, driveOutages } from '../drills/support/blast/drive.ts';
import { openBlastGround } from '../drills/support/blast/ground.ts';
import { OUTAGES } from '../drills/support/blast/outages.ts';
import { projectRoot } from '../support/servers.ts';

const ground = await openBlastGround(projectRoot);
afterAll(() => ground.close({ keepHome: false }));

test('every cell of docs/reference/blast-radius.md is so, and what waited is done when the outage is over', {
  timeout: 600_000,
}, async () => {
  const { seen, owed, ends } = await driveOutages(ground, OUTAGES, () => {});
  expect(seen).toHaveLength(OUTAGES.length);
  expect(seen.flatMap(differencesOf)).toEqual([]);
  expect(owed).toEqual([]);
  expect(seen.filter(({ slowest }) => slowest.ms > ANSWERS_WITHIN_MS)).toEqual([]);
  expect(ends).toEqual(['exit 0', 'exit 0']);
});

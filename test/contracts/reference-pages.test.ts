import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { blastRadiusPage } from '../../docs/reference/blast-radius.ts';
import { costPage } from '../../docs/reference/cost.ts';
import { drillsPage } from '../../docs/reference/drills.ts';
import { errorsPage } from '../../docs/reference/errors.ts';
import { limitsPage } from '../../docs/reference/limits.ts';
import { scheduleVerdictsPage } from '../../docs/reference/schedule-verdicts.ts';
import { schedulesPage } from '../../docs/reference/schedules.ts';
import { settingsPage } from '../../docs/reference/settings.ts';

test.each([
  ['cost', costPage],
  ['blast-radius', blastRadiusPage],
  ['drills', drillsPage],
  ['errors', errorsPage],
  ['limits', limitsPage],
  ['schedule-verdicts', scheduleVerdictsPage],
  ['schedules', schedulesPage],
  ['settings', settingsPage],
])('docs/reference/%s.md says what the code says', async (name, page) => {
  const kept = await readFile(new URL(`../../docs/reference/${name}.md`, import.meta.url), 'utf8');
  const again = `node --import tsx docs/reference/${name}.ts > docs/reference/${name}.md`;
  expect(kept === page(), `stale; make it again: ${again}`).toBe(true);
});

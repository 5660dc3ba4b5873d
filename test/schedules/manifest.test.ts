import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PROCESSES, type ProcessRow } from '../../contracts/processes.ts';
import { SCHEDULE_IDS } from '../../contracts/schedules.ts';
import { periodMs } from '../../domain/schedules/slots.ts';
import { specProblem } from '../../domain/schedules/spec.ts';
import { MANIFEST, type ScheduleEntry } from '../../schedules/manifest.ts';
import * as workflows from '../../workflows/index.ts';
import { services } from '../rooms/support/compose-file.ts';

const entries: readonly (readonly [string, ScheduleEntry])[] = Object.entries(MANIFEST);

test('every schedule of the contract has its entry, and nothing else has', () => {
  expect(Object.keys(MANIFEST).sort()).toEqual([...SCHEDULE_IDS].sort());
});

test.each(entries)('%s fires at times that every day has once', (_, { spec }) => {
  expect(specProblem(spec, Date.now())).toBeNull();
});

test.each(entries)('%s is not called late later than half a period and 10 minutes', (_, { spec, graceS }) => {
  expect(graceS).toBeGreaterThan(0);
  expect(graceS).toBeLessThanOrEqual(Math.min(periodMs(spec) / 2_000, 600));
});

test.each(entries)('a run of %s that hangs is ended before the next slot', (_, { spec, timeoutS }) => {
  expect(timeoutS).toBeLessThan(periodMs(spec) / 1_000);
  expect(timeoutS, 'what the workflow keeps back to write down a failure').toBeGreaterThan(30);
});

test.each(entries)("%s says how late it may be caught up, which is not Temporal's year", (_, { catchUpS }) => {
  expect(catchUpS).toBeGreaterThanOrEqual(60);
  expect(catchUpS).toBeLessThanOrEqual(7 * 86_400);
});

test.each(entries)('%s has an owner, a reason, a workflow that is there and a setting of its own', (id, entry) => {
  for (const words of [entry.does, entry.why, entry.owner]) expect(words.length).toBeGreaterThan(5);
  expect(Object.keys(workflows)).toContain(entry.workflow);
  expect(entry.pingSetting).toBe(`CAIRN_PING_${id.replaceAll('-', '_').toUpperCase()}`);
});

/** A schedule on a queue that nobody polls is work that never happens, and nothing is red. This is why all this exists. */
test.each(entries)(
  'the queue of %s is polled by a process that docker-compose.yml and npm start start',
  (_, { queue }) => {
    const rows: readonly ProcessRow[] = Object.values(PROCESSES);
    const polling = rows.filter((row) => row.queues.includes(queue));
    expect(polling.length).toBeGreaterThan(0);
    const npmStart = readFileSync(new URL('../../cli/up/bring-up.ts', import.meta.url), 'utf8');
    for (const { entry, startedAs } of polling) {
      const commands = startedAs.compose.map((name) => services[name]?.command);
      for (const command of commands) expect(command).toContain(`dist/${entry?.replace(/\.ts$/, '.js')}`);
      expect(npmStart).toContain(`start('${startedAs.npmStart}', '${entry}')`);
    }
  },
);

import { expect, test } from 'vitest';
import { FAULT_DRILLS } from '../drills/support/faults/table.ts';
import { projectRoot } from '../support/servers.ts';

/**
 * `npm run drill:faults` in short, of those that take seconds and need nothing special: F9 mounts a file system, F1, F18 and F21 take
 * minutes, F7 and F23 wait. A Postgres that hangs is among the outages of blast-radius.test.ts.
 */
test.each(['F6', 'F8', 'F16'])('%s in short', { timeout: 300_000 }, async (name) => {
  const drill = FAULT_DRILLS[name];
  if (!drill) throw new Error(`there is no drill ${name}`);
  const figures = await drill.run({ tree: projectRoot, seed: 1, size: drill.size.short, say: () => {} });
  expect(figures).toMatchObject({ lost: 0, doubled: 0, ghosts: 0, good: true });
});

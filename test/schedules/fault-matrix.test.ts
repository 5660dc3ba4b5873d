import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { FAULTS, onSite } from '../drills/support/schedules/matrix.ts';
import type { Line } from '../drills/support/schedules/scene.ts';
import { projectRoot, testHome } from '../support/servers.ts';

/** The quickest faults of `npm run drill:schedules`, on processes of their own; the whole matrix takes a quarter of an hour. */
const QUICK_FAULTS = ['deleted', 'spec-changed', 'orphan', 'paused-outside'];

/** The drill itself waits for calm and for what must be told, each with a bound of its own; this is above their sum. */
const LONG = 420_000;

let home = '';
beforeAll(async () => {
  home = await testHome('cairn-fault-matrix-');
});
afterAll(() => rm(home, { recursive: true, force: true }));

test.concurrent.each(QUICK_FAULTS)(
  'API, metric, health and command line tell of the same fault: %s',
  async (name) => {
    const fault = FAULTS[name];
    if (!fault || !('suffer' in fault)) throw new Error(`${name} needs a server of its own`);
    const [databaseUrl, temporalAddress] = [inject('databaseUrl'), inject('temporalAddress')];
    const lines: Line[] = [];
    await onSite({ tree: projectRoot, home, databaseUrl, temporalAddress }, name, fault, lines, () => {});
    expect(lines.map(({ problems }) => problems)).toEqual(lines.map(() => []));
    expect(lines).toHaveLength(1);
  },
  LONG,
);

import { lockHome } from '../../../cli/up/lock.ts';
import { createDatabase } from '../../../db/create-database.ts';
import { ensurePostgres } from '../../../platform/embedded/postgres.ts';
import { startTemporal } from '../../../platform/embedded/temporal.ts';

/** Run by tests as a process of its own: starts one thing, says it on a line of JSON, and stays until it is killed. */
const [what = '', json = '{}'] = process.argv.slice(2);
const log = (message: string): void => console.error(message);
const options = JSON.parse(json);
const starts: Readonly<Record<string, () => Promise<object>>> = {
  postgres: () => ensurePostgres({ ...options, createDatabase, log }),
  temporal: () => startTemporal({ ...options, log }),
  lock: () => lockHome(options.home, { url: options.url }, options.address),
};
const started = await starts[what]?.();
console.log(JSON.stringify(started));
setInterval(() => undefined, 60_000);

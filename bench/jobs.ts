/**
 * The same upload through Cairn and through other job systems, side by side: `npm run bench:jobs`, after `npm run bench:peers`.
 * What is measured and how: docs/reference/job-bench.md. Ratios of one run count, never the times alone.
 */
import { writeFile } from 'node:fs/promises';
import { machineFacts } from '../test/drills/support/figures.ts';
import { BURSTS, type Measured, measure } from './jobs/measure.ts';
import { type Options, readOptions } from './jobs/options.ts';
import { byFigure, cpuByPart, figuresOf, goalsOf, type Repeated, ratiosOf } from './jobs/report.ts';
import { POSTGRES_SETTINGS } from './jobs/servers/postgres.ts';
import { REDIS_SETTINGS } from './jobs/servers/redis.ts';
import type { Target } from './jobs/target.ts';
import { TARGETS } from './jobs/targets.ts';

const options = readOptions(TARGETS);
const there = await thoseThatAreHere(options.targets);
const versions: Record<string, string> = {};
const measured = new Map<string, Measured[]>(there.map(([name]) => [name, []]));
for (let repeat = 0; repeat < options.repeats; repeat++) {
  for (const [name, target] of turned(there, repeat)) {
    const one = await oneRepeat(name, target, repeat).catch((error: unknown) => failed(name, error));
    if (one) measured.get(name)?.push(one);
  }
}
await report([...measured].map(([name, repeats]) => ({ name, repeats })).filter(({ repeats }) => repeats.length > 0));

async function oneRepeat(name: string, target: Target, repeat: number): Promise<Measured> {
  console.log(`${name}, repeat ${repeat + 1} of ${options.repeats}`);
  const site = await target.open(options.temporal);
  try {
    Object.assign(versions, await site.versions());
    return await measure(site, options.sizes, options.seed + repeat);
  } finally {
    await site.stop();
  }
}

/** The others go on; the run as a whole has failed. */
function failed(name: string, error: unknown): undefined {
  console.error(`${name} failed:`, error);
  process.exitCode = 1;
}

/** What is not here is left out, by name. */
async function thoseThatAreHere(targets: Options['targets']): Promise<Options['targets']> {
  const here: Options['targets'][number][] = [];
  for (const [name, target] of targets) {
    const missing = await target.missing(options.temporal);
    if (missing === undefined) here.push([name, target]);
    else console.log(`skipped: ${name} (${missing}; see npm run bench:peers)`);
  }
  return here;
}

/** Each repeat begins with another one, so that a slow minute of the machine hits all. */
function turned<Item>(items: readonly Item[], by: number): readonly Item[] {
  const at = by % Math.max(1, items.length);
  return [...items.slice(at), ...items.slice(0, at)];
}

async function report(all: readonly Repeated[]): Promise<void> {
  const figures = new Map(all.map((one) => [one.name, figuresOf(one)]));
  const cpu = new Map(all.map((one) => [one.name, cpuByPart(one)]));
  const bulkCpu = new Map(all.map((one) => [one.name, cpuByPart(one, ({ bulk }) => bulk?.cpuMs ?? {})]));
  const cairn = figures.get('cairn');
  const others = [...figures].filter(([name]) => name !== 'cairn');
  const ratios = new Map(cairn ? others.map(([name, theirs]) => [name, ratiosOf(cairn, theirs)] as const) : []);
  const goals = goalsOf(figures);
  const settings = { ...options.sizes, ...BURSTS, postgres: POSTGRES_SETTINGS, redis: REDIS_SETTINGS.join(' ') };
  console.log(`${machineFacts()}; 206 kB each, medians of ${options.repeats} interleaved repeats; times in ms`);
  console.log('versions', versions, '\nsettings', settings);
  console.table(byFigure(figures));
  console.log('CPU ms per job, by part');
  console.table(byFigure(cpu));
  console.log('CPU ms per job of a bulk reprocess, by part');
  console.table(byFigure(bulkCpu));
  console.log('Cairn divided by');
  console.table(byFigure(ratios));
  console.table(goals);
  if (!options.json) return;
  const tables = {
    figures: byFigure(figures),
    cpu: byFigure(cpu),
    bulkCpu: byFigure(bulkCpu),
    ratios: byFigure(ratios),
    goals,
  };
  const facts = { machine: machineFacts(), repeats: options.repeats, versions, settings };
  await writeFile(options.json, `${JSON.stringify({ ...facts, ...tables, measured: all }, null, 2)}\n`);
}

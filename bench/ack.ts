/**
 * How long until an upload is acknowledged, beside a plain route that makes the same bytes equally durable? Run:
 * `npm run bench:ack`. Ratios of one run count, never the times alone; repeats are interleaved, medians are shown.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { machineFacts, shareOf } from '../test/drills/support/figures.ts';
import { measure, type Speed } from './ack/measure.ts';
import { openTargets, type Targets } from './ack/targets.ts';

const { values } = parseArgs({
  options: {
    uploads: { type: 'string', default: '400' },
    repeats: { type: 'string', default: '5' },
    json: { type: 'string' },
  },
});
const uploads = Number(values.uploads);
const NAMES = ['plain', 'accepting', 'whole'] as const;
const WIDTHS = [1, 32] as const;
type Measured = Speed & { readonly name: (typeof NAMES)[number]; readonly inFlight: number; readonly repeat: number };

const targets = await openTargets();
try {
  for (const name of NAMES) await measure(targets[name], 200, 8); // warm
  const measured: Measured[] = [];
  for (let repeat = 0; repeat < Number(values.repeats); repeat++) measured.push(...(await oneRepeat(targets, repeat)));
  const table = WIDTHS.flatMap((inFlight) => NAMES.map((name) => summary(measured, name, inFlight)));
  console.log(
    `${machineFacts()}; 206 kB each, ${uploads} a measurement, ${values.repeats} interleaved repeats, medians`,
  );
  console.table(table);
  if (values.json)
    await writeFile(values.json, `${JSON.stringify({ machine: machineFacts(), table, measured }, null, 2)}\n`);
} finally {
  await targets.stop();
}

/** Each beside the others, in an order that turns, so that a slow minute of the machine hits all. */
async function oneRepeat(at: Targets, repeat: number): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const inFlight of WIDTHS) {
    for (let turn = 0; turn < NAMES.length; turn++) {
      const name = NAMES[(turn + repeat) % NAMES.length] ?? 'plain';
      measured.push({ name, inFlight, repeat, ...(await measure(at[name], uploads, inFlight)) });
      await at.untilDrained();
    }
  }
  return measured;
}

function summary(measured: readonly Measured[], name: Measured['name'], inFlight: number) {
  const of = (which: Measured['name']) => measured.filter((one) => one.name === which && one.inFlight === inFlight);
  const median = (numbers: readonly number[]) => shareOf(numbers, 0.5);
  const ratio = (speed: (one: Speed) => number) => {
    const ratios = of(name).map((one, i) => speed(one) / speed(of('plain')[i] ?? one));
    return Math.round(([...ratios].sort((a, b) => a - b)[Math.floor(ratios.length / 2)] ?? Number.NaN) * 100) / 100;
  };
  return {
    what: name,
    'in flight': inFlight,
    'p50 ms': median(of(name).map(({ p50Ms }) => p50Ms)),
    'p99 ms': median(of(name).map(({ p99Ms }) => p99Ms)),
    'per s': median(of(name).map(({ perS }) => perS)),
    'cpu ms': median(of(name).map(({ cpuMs }) => cpuMs)),
    'p50 / plain': ratio(({ p50Ms }) => p50Ms),
    'p99 / plain': ratio(({ p99Ms }) => p99Ms),
    'cpu / plain': ratio(({ cpuMs }) => cpuMs),
  };
}

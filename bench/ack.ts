/**
 * How long until an upload is acknowledged, beside a plain route that makes the same bytes equally durable? Run:
 * `npm run bench:ack`. Ratios of one run count, never the times alone; short measurements are interleaved, and their
 * times are taken together.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { machineFacts, shareOf } from '../test/drills/support/figures.ts';
import { measure, type Speed } from './ack/measure.ts';
import { openTargets, type Targets } from './ack/targets.ts';

const { values } = parseArgs({
  options: {
    uploads: { type: 'string', default: '100' },
    repeats: { type: 'string', default: '20' },
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
  console.log(`${machineFacts()}; 206 kB each, ${uploads} a measurement, ${values.repeats} interleaved repeats`);
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

/** Times are those of all repeats together, so that a p99 is not that of a handful; what the machine does besides falls on all. */
function summary(measured: readonly Measured[], name: Measured['name'], inFlight: number) {
  const of = (which: Measured['name']) => measured.filter((one) => one.name === which && one.inFlight === inFlight);
  const time = (which: Measured['name'], share: number) => {
    const times = of(which).flatMap(({ timesMs }) => timesMs);
    return shareOf(times, share);
  };
  const median = (which: Measured['name'], number: (one: Speed) => number) => shareOf(of(which).map(number), 0.5);
  const cpuMs = (one: Speed) => one.cpuMs;
  return {
    what: name,
    'in flight': inFlight,
    'p50 ms': time(name, 0.5),
    'p99 ms': time(name, 0.99),
    'per s': median(name, ({ perS }) => perS),
    'cpu ms': median(name, cpuMs),
    'p50 / plain': ratio(time(name, 0.5), time('plain', 0.5)),
    'p99 / plain': ratio(time(name, 0.99), time('plain', 0.99)),
    'cpu / plain': ratio(median(name, cpuMs), median('plain', cpuMs)),
  };
}

function ratio(ours: number, plain: number): number {
  return Math.round((ours / plain) * 100) / 100;
}

/**
 * Drill: API and worker are stopped with SIGTERM under load, again and again, and new ones take over: `npm run
 * drill:sigterm`. Behind a client that tries again nobody notices: exits 1 when a stop was not in order (exit code 0 within
 * the stated grace), a request was not answered in the end, or anything was lost, doubled or left over.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { projectRoot } from '../support/servers.ts';
import { machineFacts, shareOf } from './support/figures.ts';
import { runRestarts } from './support/run-restarts.ts';
import { sum } from './support/verdict.ts';

const { values } = parseArgs({
  options: {
    restarts: { type: 'string', default: '20' },
    rate: { type: 'string', default: '8' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    json: { type: 'string' },
  },
});
const run = await runRestarts({
  tree: projectRoot,
  restarts: Number(values.restarts),
  ratePerS: Number(values.rate),
  seed: Number(values.seed),
});
const { verdict, stops, retried, entries } = run;
console.log(machineFacts());
for (const [name, graceMs] of Object.entries(run.graceMs)) {
  const of = stops.filter((stop) => stop.name === name);
  const times = of.map(({ ms }) => ms);
  const good = of.filter(({ how, ms }) => how === 'exit 0' && ms < graceMs).length;
  const others = of.filter(({ how }) => how !== 'exit 0').map(({ how }) => how);
  console.log(
    `${name.padEnd(8)} exit 0 within ${graceMs / 1000} s: ${good} of ${of.length}${others.length > 0 ? ` (${others})` : ''}, ` +
      `p50 ${shareOf(times, 0.5)} ms, max ${shareOf(times, 1)} ms`,
  );
}
console.log(`requests ${entries.length} at ${values.rate}/s, every tenth sent slowly, --seed ${values.seed}`);
console.log('answers ', verdict.answers, 'tried again', Object.fromEntries(retried));
console.log(
  'lost',
  sum(verdict.lost),
  'doubled',
  sum(verdict.doubled),
  'ghosts',
  sum(verdict.ghosts),
  verdict.processedBy,
);
const inOrder = stops.every(({ name, how, ms }) => how === 'exit 0' && ms < run.graceMs[name]);
console.log('verdict ', verdict.good && inOrder ? 'good' : 'RED', verdict.good ? '' : verdict);
if (values.json) {
  const facts = { machine: machineFacts(), asked: values, stops, retried: Object.fromEntries(retried), ...verdict };
  await writeFile(values.json, `${JSON.stringify(facts, null, 2)}\n`);
}
process.exitCode = verdict.good && inOrder ? 0 : 1;

/**
 * Drill: uploads at a steady rate while Temporal or the worker goes away. `npm run drill:outage -- --scenario <name>`.
 * Exits 1 when anything was lost, doubled, left over or refused. With `--without <fence>` the same drill runs on a copy of
 * the project in which that guard is taken out, and must then exit 1: a drill that cannot fail proves nothing. `--apart` gives
 * Temporal and worker a core of their own, for figures of speed. The p99 of one run is that of a handful of requests: `--repeats 4`
 * makes four runs with seeds of their own and one p99 of all their requests. `--same-load` has a Temporal that nobody uses killed
 * and started while all is healthy, so that the cost of those starts on this machine is in both figures.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { projectRoot } from '../support/servers.ts';
import { keepApart } from './support/cores.ts';
import { fenceOf, treeWithout } from './support/fences.ts';
import { outageReport, speedOfAll } from './support/outage-report.ts';
import { type OutageRun, runOutage } from './support/run-outage.ts';
import { SCENARIOS } from './support/scenarios.ts';

const { values } = parseArgs({
  options: {
    scenario: { type: 'string' },
    uploads: { type: 'string', default: '1000' },
    rate: { type: 'string', default: '10' },
    repeats: { type: 'string', default: '1' },
    'outage-s': { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    without: { type: 'string' },
    json: { type: 'string' },
    apart: { type: 'boolean', default: false },
    'same-load': { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});
const scenario = SCENARIOS[values.scenario ?? ''];
if (!scenario) {
  const known = Object.entries(SCENARIOS).map(([name, { about, redWithout }]) => {
    return `  ${name.padEnd(18)} ${about} (red --without ${redWithout.join(' or ')})`;
  });
  console.error(['--scenario is one of', ...known].join('\n'));
  process.exit(2);
}
if (values.apart) await keepApart();
const fences = values.without?.split(',') ?? [];
const tree = fences.length > 0 ? await treeWithout(projectRoot, fences) : undefined;
for (const name of fences) console.log(`without the fence ${name}: ${fenceOf(name).about}`);
try {
  const runs: OutageRun[] = [];
  const facts: object[] = [];
  for (let repeat = 0; repeat < Number(values.repeats); repeat++) {
    const seed = Number(values.seed) + repeat;
    const run = await runOutage({
      tree: tree?.folder ?? projectRoot,
      scenario,
      uploads: Number(values.uploads),
      ratePerS: Number(values.rate),
      outageS: Number(values['outage-s']),
      seed,
      keepHome: values.keep,
      sameLoad: values['same-load'],
    });
    const report = outageReport({ ...values, seed: String(seed) }, run);
    console.log(report.lines.join('\n'));
    facts.push(report.facts);
    runs.push(run);
  }
  if (runs.length > 1) console.log(speedOfAll(runs).join('\n'));
  if (values.json) await writeFile(values.json, `${JSON.stringify(runs.length > 1 ? facts : facts[0], null, 2)}\n`);
  process.exitCode = runs.every((run) => run.verdict.good) ? 0 : 1;
} finally {
  await tree?.remove();
}

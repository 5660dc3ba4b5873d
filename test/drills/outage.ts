/**
 * Drill: uploads at a steady rate while Temporal or the worker goes away. `npm run drill:outage -- --scenario <name>`.
 * Exits 1 when anything was lost, doubled, left over or refused. With `--without <fence>` the same drill runs on a copy of
 * the project in which that guard is taken out, and must then exit 1: a drill that cannot fail proves nothing. `--apart` gives
 * Temporal and worker a core of their own, for figures of speed.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { projectRoot } from '../support/servers.ts';
import { keepApart } from './support/cores.ts';
import { fenceOf, treeWithout } from './support/fences.ts';
import { outageReport } from './support/outage-report.ts';
import { runOutage } from './support/run-outage.ts';
import { SCENARIOS } from './support/scenarios.ts';

const { values } = parseArgs({
  options: {
    scenario: { type: 'string' },
    uploads: { type: 'string', default: '1000' },
    rate: { type: 'string', default: '10' },
    'outage-s': { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    without: { type: 'string' },
    json: { type: 'string' },
    apart: { type: 'boolean', default: false },
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
  const run = await runOutage({
    tree: tree?.folder ?? projectRoot,
    scenario,
    uploads: Number(values.uploads),
    ratePerS: Number(values.rate),
    outageS: Number(values['outage-s']),
    seed: Number(values.seed),
    keepHome: values.keep,
  });
  const { lines, facts } = outageReport(values, run);
  console.log(lines.join('\n'));
  if (values.json) await writeFile(values.json, `${JSON.stringify(facts, null, 2)}\n`);
  process.exitCode = run.verdict.good ? 0 : 1;
} finally {
  await tree?.remove();
}

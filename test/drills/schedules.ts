/**
 * Drill: everything that can go wrong with scheduled work, on real servers and processes, each fault on a site of its own.
 * `npm run drill:schedules` runs all; `-- --list` names them, `--fault <name>` runs some (several, separated by commas),
 * `--healthy-minutes 30` also watches a site on which nothing is wrong. Exits 1 when a verdict was false, late, or not the same
 * for API, metric, health and command line. With `--without <fence>` it runs on a copy of the project without that guard, and
 * must then exit 1: a drill that cannot fail proves nothing.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { projectRoot } from '../support/servers.ts';
import { fenceOf, treeWithout } from './support/fences.ts';
import { machineFacts } from './support/figures.ts';
import { openGround } from './support/schedules/ground.ts';
import { runHealthy } from './support/schedules/healthy.ts';
import { FAULTS, runMatrix } from './support/schedules/matrix.ts';
import { healthyText, isGood, matrixTable, TERMS } from './support/schedules/report.ts';

const { values } = parseArgs({
  options: {
    fault: { type: 'string' },
    list: { type: 'boolean', default: false },
    'healthy-minutes': { type: 'string', default: '0' },
    'at-once': { type: 'string', default: '6' },
    without: { type: 'string' },
    json: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
const faults = values.fault?.split(',').filter((name) => name !== 'none') ?? Object.keys(FAULTS);
if (values.list || faults.some((name) => !FAULTS[name])) {
  for (const [name, { about }] of Object.entries(FAULTS)) console.log(`  ${name.padEnd(18)} ${about}`);
  process.exit(values.list ? 0 : 2);
}
const fences = values.without?.split(',') ?? [];
const tree = fences.length > 0 ? await treeWithout(projectRoot, fences) : undefined;
for (const name of fences) console.log(`without the fence ${name}: ${fenceOf(name).about}`);
const ground = await openGround(tree?.folder ?? projectRoot);
const startedAt = performance.now();
const say = (what: string) =>
  console.log(`${((performance.now() - startedAt) / 1_000).toFixed(0).padStart(5)} s  ${what}`);
try {
  const minutes = Number(values['healthy-minutes']);
  const [matrix, healthy] = await Promise.all([
    runMatrix({ ground, faults, atOnce: Number(values['at-once']), say }),
    minutes > 0 ? runHealthy(ground, minutes, say) : undefined,
  ]);
  console.log(['', machineFacts(), TERMS, ...matrixTable(matrix), ...(healthy ? healthyText(healthy) : [])].join('\n'));
  const good = isGood(matrix, healthy);
  console.log(good ? 'good' : 'RED');
  if (values.json) {
    await writeFile(values.json, `${JSON.stringify({ machine: machineFacts(), good, matrix, healthy }, null, 2)}\n`);
  }
  process.exitCode = good ? 0 : 1;
} finally {
  await ground.close({ keep: values.keep });
  if (values.keep) console.log(`kept: ${ground.home}`);
  await tree?.remove();
}

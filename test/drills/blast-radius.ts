/**
 * Drill: each thing that Cairn depends on is taken away from a running installation, and every feature is tried: `npm run
 * drill:blast-radius`. `--only postgres,stripe` takes some. Exits 1 when an answer is not that of docs/reference/blast-radius.md.
 * With `--without <fence>` it runs on a copy of the project without that guard, and must then exit 1.
 */
import { parseArgs } from 'node:util';
import { projectRoot } from '../support/servers.ts';
import { ANSWERS_WITHIN_MS, differencesOf, driveOutages } from './support/blast/drive.ts';
import { openBlastGround } from './support/blast/ground.ts';
import { OUTAGES } from './support/blast/outages.ts';
import { fenceOf, treeWithout } from './support/fences.ts';
import { machineFacts } from './support/figures.ts';

const { values } = parseArgs({
  options: { only: { type: 'string' }, without: { type: 'string' }, keep: { type: 'boolean', default: false } },
});
const wanted = values.only?.split(',');
const outages = OUTAGES.filter(({ dependency }) => wanted?.includes(dependency) ?? true);
const fences = values.without?.split(',') ?? [];
const tree = fences.length > 0 ? await treeWithout(projectRoot, fences) : undefined;
for (const name of fences) console.log(`without the fence ${name}: ${fenceOf(name).about}`);
const ground = await openBlastGround(tree?.folder ?? projectRoot);
try {
  const startedAt = performance.now();
  const say = (what: string) => console.log(`${((performance.now() - startedAt) / 1_000).toFixed(1)} s: ${what}`);
  const driven = await driveOutages(ground, outages, say);
  const wrong = driven.seen.flatMap(differencesOf);
  const late = driven.seen.filter(({ slowest }) => slowest.ms > ANSWERS_WITHIN_MS);
  console.log(machineFacts());
  for (const line of wrong) console.log(line);
  for (const { outage, slowest } of late) console.log('late', outage, slowest);
  for (const what of driven.owed) console.log('never done:', what);
  console.log(
    `${outages.length} outages, wrong ${wrong.length}, late ${late.length}, never done ${driven.owed.length}`,
  );
  console.log(`all that waited was done ${driven.settledS} s after the last outage`);
  const inOrder = driven.ends.every((how) => how === 'exit 0');
  console.log('SIGTERM while the collector hangs:', ...driven.ends);
  const good = inOrder && wrong.length + late.length + driven.owed.length === 0;
  console.log('verdict ', good ? 'good' : 'RED');
  process.exitCode = good ? 0 : 1;
} finally {
  await ground.close({ keepHome: values.keep });
  await tree?.remove();
}

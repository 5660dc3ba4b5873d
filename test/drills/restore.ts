/**
 * Drill: an installation is lost, and begins again with its backup: rows and originals, nothing of Temporal. `npm run drill:restore`.
 * Exits 1 when a row or an original is not as it was, something is lost or doubled, or what was open does not go on. With
 * `--without <fence>` it runs on a copy of the project in which that guard is taken out, and must then exit 1.
 */
import { parseArgs } from 'node:util';
import { projectRoot } from '../support/servers.ts';
import { isServerBuilt } from '../support/topology/temporal-programs.ts';
import { fenceOf, treeWithout } from './support/fences.ts';
import { machineFacts } from './support/figures.ts';
import { runRestore } from './support/restore/run-restore.ts';

const { values } = parseArgs({
  options: {
    uploads: { type: 'string', default: '200' },
    events: { type: 'string', default: '96' },
    temporal: { type: 'string', default: 'auto' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    without: { type: 'string' },
  },
});
const full = values.temporal === 'server' || (values.temporal === 'auto' && (await isServerBuilt()));
const fences = values.without?.split(',') ?? [];
for (const name of fences) console.log(`without the fence ${name}: ${fenceOf(name).about}`);
const tree = fences.length > 0 ? await treeWithout(projectRoot, fences) : undefined;
const startedAt = performance.now();
try {
  const { good, figures } = await runRestore({
    tree: tree?.folder ?? projectRoot,
    temporal: full ? 'server' : 'dev-server',
    uploads: Number(values.uploads),
    events: Number(values.events),
    seed: Number(values.seed),
    say: (what) => console.log(`${((performance.now() - startedAt) / 1000).toFixed(1)} s: ${what}`),
  });
  console.log(JSON.stringify({ machine: machineFacts(), asked: values, ...figures }, null, 2));
  console.log('verdict ', good ? 'good' : 'RED');
  process.exitCode = good ? 0 : 1;
} finally {
  await tree?.remove();
}

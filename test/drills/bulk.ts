/**
 * Drill: tracks of long ago are made again in bulk while somebody else uploads single files, and worker, Temporal and Postgres
 * are killed (-9) in turn at moments drawn from the seed. `npm run drill:bulk -- --tracks 5000 --kills 9 --seed 1`. Exits 1 when
 * anything was lost, doubled or miscounted. With `--without bulk-items` what a dead attempt had begun is found by nobody, and it
 * must exit 1. Figures of speed want `--kills 0` and a quiet machine.
 */
import { parseArgs } from 'node:util';
import { projectRoot } from '../support/servers.ts';
import { bulkReport } from './support/bulk/report.ts';
import { runBulk } from './support/bulk/run-bulk.ts';
import { fenceOf, treeWithout } from './support/fences.ts';

const { values } = parseArgs({
  options: {
    tracks: { type: 'string', default: '5000' },
    kills: { type: 'string', default: '9' },
    'singles-per-s': { type: 'string', default: '3' },
    'rate-per-minute': { type: 'string', default: '60000' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    without: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
const fences = values.without?.split(',') ?? [];
const tree = fences.length > 0 ? await treeWithout(projectRoot, fences) : undefined;
for (const name of fences) console.log(`without the fence ${name}: ${fenceOf(name).about}`);
const drill = {
  tree: tree?.folder ?? projectRoot,
  tracks: Number(values.tracks),
  kills: Number(values.kills),
  singlesPerS: Number(values['singles-per-s']),
  ratePerMinute: Number(values['rate-per-minute']),
  seed: Number(values.seed),
  keepHome: values.keep,
};
try {
  const run = await runBulk(drill);
  console.log(bulkReport(drill, run).join('\n'));
  process.exitCode = run.verdict.good ? 0 : 1;
} finally {
  await tree?.remove();
}

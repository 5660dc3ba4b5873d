/**
 * Drill: customers' lives of twelve events each, delivered in any order, twice and thrice, with answers of Stripe's that arrive
 * late: all must end in Stripe's own state, each event with one effect. `npm run drill:stripe-shuffle -- --lives 1000`. With
 * `--without stripe-fence` it runs on a copy of the project in which that guard is taken out, and must then exit 1.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { connect } from '../../db/pool.ts';
import { createLog } from '../../platform/log.ts';
import { ownPostgres } from '../support/own-postgres.ts';
import { projectRoot } from '../support/servers.ts';
import { playAllShuffled } from '../support/stripe-shuffle.ts';
import { fenceOf, treeWithout } from './support/fences.ts';

const { values } = parseArgs({
  options: {
    lives: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    without: { type: 'string' },
  },
});

if (values.without) await runWithout(values.without);
else await run();

/** In a copy, as a program of its own: this one has the guard in its memory. */
async function runWithout(fence: string): Promise<void> {
  console.log(`without the fence ${fence}: ${fenceOf(fence).about}`);
  const tree = await treeWithout(projectRoot, [fence]);
  try {
    const program = path.join(tree.folder, 'test/drills/stripe-shuffle.ts');
    const args = ['--import', 'tsx', program, '--lives', values.lives, '--seed', values.seed];
    process.exitCode = spawnSync(process.execPath, args, { cwd: tree.folder, stdio: 'inherit' }).status ?? 2;
  } finally {
    await tree.remove();
  }
}

async function run(): Promise<void> {
  const postgres = await ownPostgres({ durable: false });
  const db = connect(postgres.url, { max: 20 });
  try {
    const log = createLog({ process: 'drill', level: 'silent', build: 'drill' });
    const seeds = Array.from({ length: Number(values.lives) }, (_, i) => Number(values.seed) + i);
    const startedAt = performance.now();
    const lives = await playAllShuffled({ db, log }, seeds);
    const wrong = lives.filter(({ differences }) => differences.length > 0);
    const doubled = lives.filter(({ events, effects }) => effects !== events);
    for (const { seed, differences } of wrong.slice(0, 3)) console.log(`seed ${seed}:`, ...differences);
    const deliveries = lives.reduce((sum, life) => sum + life.deliveries, 0);
    const tookS = Math.round((performance.now() - startedAt) / 1_000);
    const facts = {
      lives: lives.length,
      firstSeed: values.seed,
      deliveries,
      wrong: wrong.length,
      doubled: doubled.length,
    };
    console.log(JSON.stringify({ ...facts, tookS }));
    process.exitCode = wrong.length + doubled.length > 0 ? 1 : 0;
  } finally {
    await db.end();
    await postgres.remove();
  }
}

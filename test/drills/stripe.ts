/**
 * Drill: Stripe's events on real processes, at a fake Stripe. `npm run drill:stripe -- --scenario kills --events 10000`. Exits 1 when
 * an acknowledged event was lost or doubled, a customer's state is not Stripe's, or an answer was an error other than 503. With
 * `--without <fence>` it runs on a copy of the project in which that guard is taken out, and must then exit 1.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { projectRoot } from '../support/servers.ts';
import { fenceOf, treeWithout } from './support/fences.ts';
import { machineFacts } from './support/figures.ts';
import { away } from './support/stripe/away.ts';
import { openStripeGround } from './support/stripe/ground.ts';
import { kills } from './support/stripe/kills.ts';
import type { StripeScenario } from './support/stripe/scenario.ts';
import { ack, backlog } from './support/stripe/speed.ts';

const SCENARIOS: Readonly<Record<string, StripeScenario>> = { kills, ack, backlog, away };

const { values } = parseArgs({
  options: {
    scenario: { type: 'string', default: '' },
    events: { type: 'string', default: '2000' },
    'outage-s': { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    without: { type: 'string' },
    json: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
const scenario = SCENARIOS[values.scenario];
if (!scenario) {
  console.error(`--scenario is one of ${Object.keys(SCENARIOS).join(', ')}`);
  process.exit(2);
}
const fences = [...(values.without?.split(',') ?? []), ...(scenario === away ? ['minutes-are-seconds'] : [])];
const tree = fences.length > 0 ? await treeWithout(projectRoot, fences) : undefined;
for (const name of fences) console.log(`without the fence ${name}: ${fenceOf(name).about}`);
const ground = await openStripeGround(tree?.folder ?? projectRoot);
try {
  const startedAt = performance.now();
  const { good, figures } = await scenario(ground, {
    events: Number(values.events),
    outageS: Number(values['outage-s']),
    seed: Number(values.seed),
    say: (what) => console.log(`${((performance.now() - startedAt) / 1000).toFixed(1)} s: ${what}`),
  });
  console.log(machineFacts(), `--seed ${values.seed}`);
  console.log(JSON.stringify(figures, null, 2));
  console.log('verdict ', good ? 'good' : 'RED');
  if (values.json)
    await writeFile(
      values.json,
      `${JSON.stringify({ machine: machineFacts(), asked: values, ...figures }, null, 2)}\n`,
    );
  process.exitCode = good ? 0 : 1;
} finally {
  await ground.close({ keepHome: values.keep });
  await tree?.remove();
}

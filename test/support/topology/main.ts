/**
 * `npm run topology`: docker-compose.yml as processes of this machine, for machines without a container engine, until Ctrl-C.
 * `--dev-server` takes Temporal's dev server, where there is no Go to build the full one with; `--keep` leaves the home.
 */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { createKey } from '../../../cli/keys.ts';
import { startStripeForProcesses } from '../fake-stripe/for-processes.ts';
import { openTopology } from './topology.ts';

const { values } = parseArgs({
  options: { 'dev-server': { type: 'boolean', default: false }, keep: { type: 'boolean', default: false } },
});
const interrupted = Promise.race((['SIGINT', 'SIGTERM'] as const).map((signal) => once(process, signal)));
const { stripe, settings } = await startStripeForProcesses();
const topology = await openTopology({
  temporal: values['dev-server'] ? 'dev-server' : 'server',
  settings,
  published: true,
  say: console.log,
});
try {
  await topology.up();
  const { key } = await createKey(topology.db, { kind: 'account', accountExternalId: 'topology', name: 'topology' });
  const { home, apis, temporal, databaseUrl } = topology;
  console.log(JSON.stringify({ home, apis, apiKey: key, temporal, databaseUrl }, null, 2));
  for (const container of topology.containers()) console.log(`${container.name}: pid ${container.pid()}`);
  await interrupted;
} finally {
  await topology.stop({ keepHome: values.keep });
  await stripe.close();
}

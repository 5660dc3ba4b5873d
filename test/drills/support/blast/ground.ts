import { createKey } from '../../../../cli/keys.ts';
import { ENDPOINT_SECRET } from '../../../support/fake-stripe/deliver.ts';
import { type FakeStripe, startFakeStripe } from '../../../support/fake-stripe/server.ts';
import { type Cluster, openCluster } from '../cluster.ts';
import { between } from '../network.ts';
import { type Sink, startSink } from '../sink.ts';
import { startTcpProxy, type TcpProxy } from '../tcp-proxy.ts';

/** A whole Cairn of real processes, and a network between it and all that it depends on. */
export interface BlastGround {
  readonly cluster: Cluster;
  readonly stripe: FakeStripe;
  /** The site's end: what it was told. */
  readonly site: Sink;
  readonly collector: Sink;
  readonly networks: Readonly<Record<'postgres' | 'valhalla' | 'stripe' | 'collector', TcpProxy>>;
  /** As the processes reach them. */
  readonly urls: Readonly<Record<'postgres' | 'valhalla' | 'stripe', string>>;
  readonly operatorKey: string;
  close(options: { keepHome: boolean }): Promise<void>;
}

/** An answer about the map: there are no ways near the line. */
const NO_WAYS = { status: 400, body: { error_code: 444, error: 'No suitable edges near location' } };
const MAP = { status: 200, body: { version: '3.6.2', tileset_last_modified: 1_795_000_000 } };

export async function openBlastGround(tree: string): Promise<BlastGround> {
  const stripe = await startFakeStripe();
  const matcher = await startSink((path) => (path === '/status' ? MAP : NO_WAYS));
  const site = await startSink(() => ({ status: 200, body: {} }));
  const collector = await startSink(() => ({ status: 200, body: {} }));
  const networks = {
    valhalla: await startTcpProxy(matcher.port),
    stripe: await startTcpProxy(stripe.address.port),
    collector: await startTcpProxy(collector.port),
  };
  const at = ({ port }: TcpProxy) => `http://127.0.0.1:${port}`;
  let postgres: { network: TcpProxy; url: string } | undefined;
  const cluster = await openCluster(tree, async ({ databaseUrl }) => {
    postgres = await between(databaseUrl);
    return {
      DATABASE_URL: postgres.url,
      CAIRN_VALHALLA_URL: at(networks.valhalla),
      CAIRN_VALHALLA_TIMEOUT_MS: '1000',
      CAIRN_STRIPE_API_KEY: stripe.apiKey,
      CAIRN_STRIPE_API_URL: at(networks.stripe),
      CAIRN_STRIPE_WEBHOOK_SECRETS: ENDPOINT_SECRET,
      CAIRN_WEBHOOK_TARGETS: 'http,private-addresses',
      OTEL_EXPORTER_OTLP_ENDPOINT: at(networks.collector),
    };
  });
  if (!postgres) throw new Error('the cluster did not ask where Postgres is');
  const { key: operatorKey } = await createKey(cluster.db, { kind: 'operator', name: 'drill' });
  const all = { ...networks, postgres: postgres.network };
  return {
    cluster,
    stripe,
    site,
    collector,
    networks: all,
    urls: { postgres: postgres.url, valhalla: at(networks.valhalla), stripe: at(networks.stripe) },
    operatorKey,
    close: async (options) => {
      await cluster.stop(options);
      await Promise.all([...Object.values(all), stripe, matcher, site, collector].map((each) => each.close()));
      if (options.keepHome) console.log(`kept: ${cluster.home}`);
    },
  };
}

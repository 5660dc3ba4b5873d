import { ENDPOINT_SECRET } from '../../../support/fake-stripe/deliver.ts';
import { type FakeStripe, startFakeStripe } from '../../../support/fake-stripe/server.ts';
import { type Cluster, openCluster } from '../cluster.ts';

/** A whole Cairn of real processes, and the Stripe that it asks: a fake within the drill, which the drill makes things happen at. */
export interface StripeGround {
  readonly cluster: Cluster;
  readonly stripe: FakeStripe;
  close(options: { keepHome: boolean }): Promise<void>;
}

export async function openStripeGround(tree: string): Promise<StripeGround> {
  const stripe = await startFakeStripe();
  const { protocol, host, port } = stripe.address;
  const settings = {
    CAIRN_STRIPE_API_KEY: stripe.apiKey,
    CAIRN_STRIPE_API_URL: `${protocol}://${host}:${port}`,
    CAIRN_STRIPE_WEBHOOK_SECRETS: ENDPOINT_SECRET,
  };
  const cluster = await openCluster(tree, settings);
  // Ends are counted by the database itself, outside the product: one that comes twice is seen even if it changes nothing.
  await cluster.db.query(`
    create table drill_ends (event_id text not null, run integer not null, state text not null, at timestamptz not null default clock_timestamp());
    create function drill_end() returns trigger language plpgsql as $$
      begin
        insert into drill_ends (event_id, run, state) values (new.id, new.run, new.state);
        return null;
      end $$;
    create trigger drill_end after update of state on stripe_events
      for each row when (new.state in ('processed', 'ignored', 'dead')) execute function drill_end();
  `);
  return {
    cluster,
    stripe,
    close: async (options) => {
      await cluster.stop(options);
      await stripe.close();
      if (options.keepHome) console.log(`kept: ${cluster.home}`);
    },
  };
}

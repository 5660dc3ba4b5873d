import { startStripeForProcesses } from '../../../support/fake-stripe/for-processes.ts';
import type { FakeStripe } from '../../../support/fake-stripe/server.ts';
import { type Cluster, openCluster, type Settings } from '../cluster.ts';
import { watchEnds } from './ends.ts';

/** A whole Cairn of real processes, and the Stripe that it asks: a fake within the drill, which the drill makes things happen at. */
export interface StripeGround {
  readonly cluster: Cluster;
  readonly stripe: FakeStripe;
  close(options: { keepHome: boolean }): Promise<void>;
}

export async function openStripeGround(tree: string, others: Settings = {}): Promise<StripeGround> {
  const { stripe, settings } = await startStripeForProcesses();
  const cluster = await openCluster(tree, { ...settings, ...others });
  await watchEnds(cluster.db);
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

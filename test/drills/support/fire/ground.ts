import { createKey } from '../../../../cli/keys.ts';
import { temporalScheduleId } from '../../../../contracts/ids.ts';
import { temporalClient } from '../../../../platform/temporal/client.ts';
import { parseCodecKeys } from '../../../../platform/temporal/keyring.ts';
import type { FakeStripe } from '../../../support/fake-stripe/server.ts';
import { openTopology, type Topology, type TopologyOptions } from '../../../support/topology/topology.ts';
import { watchEffects } from '../effects.ts';
import { watchEnds } from '../stripe/ends.ts';

/** The production topology, effects counted by its database, people who upload, and the Stripe that it asks. */
export interface FireGround {
  readonly topology: Topology;
  readonly stripe: FakeStripe;
  /** Keys of as many accounts: what one account saves comes one after another. */
  readonly apiKeys: readonly string[];
  readonly client: ReturnType<typeof temporalClient>;
  close(options: { keepHome: boolean }): Promise<void>;
}

export interface FireGroundOptions extends TopologyOptions {
  readonly stripe: FakeStripe;
  /** Fills the empty database and the empty blob folder from a backup; resolves with the keys that are good there. */
  readonly restored?: (empty: Topology) => Promise<readonly string[]>;
}

/** Everything runs, but for the canary: its uploads and events would be nobody's in the ledgers. */
export async function openFireGround({ stripe, restored, ...options }: FireGroundOptions): Promise<FireGround> {
  const topology = await openTopology(options);
  const client = temporalClient({ ...topology.temporal, codecKeys: parseCodecKeys(topology.codecKeys) });
  const close = async (how: { keepHome: boolean }) => {
    await client.connection.close();
    await topology.stop(how);
    if (how.keepHome) console.log(`kept: ${topology.home}`);
  };
  try {
    const keys = restored && (await restored(topology));
    await topology.up(['migrate']);
    await client.schedule.getHandle(temporalScheduleId('canary')).pause('drill');
    const apiKeys = keys ?? (await beginWatching(topology));
    await topology.up();
    return { topology, stripe, apiKeys, client, close };
  } catch (error) {
    await close({ keepHome: true });
    throw error;
  }
}

const ACCOUNTS = 20;

/** What is counted, and the keys: all of it in the database, so a backup has it too. */
async function beginWatching({ db }: Topology): Promise<readonly string[]> {
  await watchEffects(db);
  await watchEnds(db);
  const keys: string[] = [];
  for (let i = 0; i < ACCOUNTS; i++) {
    const { key } = await createKey(db, { kind: 'account', accountExternalId: `drill-${i}`, name: 'drill' });
    keys.push(key);
  }
  return keys;
}

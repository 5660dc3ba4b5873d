import type { Client } from '@temporalio/client';
import type { WorkflowBundleOption } from '@temporalio/worker';
import type { Pool } from '../../db/pool.ts';
import { environment } from '../../platform/environment.ts';
import { temporalClient } from '../../platform/temporal/client.ts';
import type { CodecKeyring } from '../../platform/temporal/keyring.ts';
import type { VersionsAt } from '../../platform/temporal/versions.ts';
import { buildIdOf } from '../../workers/build-id.ts';
import { workflowBundle } from '../../workers/bundle.ts';
import { withDatabase } from '../database.ts';
import { temporalAddress } from '../settings.ts';
import { codecKeysHere } from '../temporal.ts';

export interface ReleaseDeps {
  readonly db: Pool;
  readonly client: Client;
  readonly at: VersionsAt;
  readonly codecKeys: CodecKeyring;
  /** The workflows of the code that runs this command. */
  readonly bundle: WorkflowBundleOption;
  /** Of that code; workers of the same commit have the same. */
  readonly buildId: string;
  readonly say: (line: string) => void;
}

/** For one answer of a server that lives; a release itself may take hours. */
const CONNECT_MS = 5_000;

/** Runs `work` on the environment's installation, else on a running `npm start`. */
export async function withRelease<Result>(work: (deps: ReleaseDeps) => Promise<Result>): Promise<Result> {
  const codecKeys = await codecKeysHere();
  const address = await temporalAddress();
  const bundle = await workflowBundle();
  const buildId = await buildIdOf(environment().CAIRN_BUILD || 'development', bundle);
  const client = temporalClient({ ...address, codecKeys });
  const at = { connection: client.connection, namespace: address.namespace, identity: 'cairn release' };
  try {
    await client.withDeadline(Date.now() + CONNECT_MS, () => client.workflowService.getSystemInfo({}));
    const say = (line: string) => console.log(line);
    return await withDatabase((db) => work({ db, client, at, codecKeys, bundle, buildId, say }));
  } finally {
    await client.connection.close();
  }
}

import { connect, REQUEST_POOL } from '../../db/pool.ts';
import { temporalClient } from '../../platform/temporal/client.ts';
import type { CodecKeyring } from '../../platform/temporal/keyring.ts';
import { type Audit, auditSchedules } from '../../schedules/audit.ts';
import { MANIFEST, type Manifest } from '../../schedules/manifest.ts';
import { databaseUrl, temporalAddress } from '../settings.ts';
import { codecKeysHere } from '../temporal.ts';

export interface AuditSources {
  readonly databaseUrl: string;
  readonly temporal: { readonly address: string; readonly namespace: string };
  readonly codecKeys: CodecKeyring;
}

/** Asks ledger, Temporal and workers themselves; not the API, which may be what is broken. */
export async function auditFrom(sources: AuditSources, manifest: Manifest = MANIFEST): Promise<Audit> {
  const { databaseUrl: url, temporal, codecKeys } = sources;
  const db = connect(url, { max: 4, ...REQUEST_POOL });
  const client = temporalClient({ ...temporal, codecKeys });
  try {
    return await auditSchedules({ db, client, manifest, sealingKey: codecKeys.current });
  } finally {
    await Promise.all([db.end(), client.connection.close()]);
  }
}

/** Of the environment's installation, else of a running `npm start`. */
export async function auditHere(manifest: Manifest = MANIFEST): Promise<Audit> {
  const codecKeys = await codecKeysHere();
  return auditFrom({ databaseUrl: await databaseUrl(), temporal: await temporalAddress(), codecKeys }, manifest);
}

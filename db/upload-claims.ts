import type { UploadFailure, UploadState } from '../contracts/uploads.ts';
import type { PrivacyZone } from '../domain/privacy/zone-centre.ts';
import type { TrackSettings } from '../domain/track/settings.ts';
import type { Db, Tx } from './pool.ts';
import { forRows } from './row-lists.ts';
import { ZONE } from './track-settings.ts';

/** What the holder of a claim works on. */
export interface ClaimedUpload {
  readonly token: number;
  readonly accountId: string;
  readonly format: string;
  readonly blobKey: string;
  readonly encoding: 'identity' | 'gzip';
  readonly contentSha256: string;
  readonly name: string | null;
  readonly sport: string | null;
  readonly zone: PrivacyZone;
  readonly receivedAt: Date;
  /** Of the columns that the run before has kept; null: nobody knows, or there are none. */
  readonly columnsSha256: string | null;
}

export interface Claim {
  readonly uploadId: string;
  readonly run: number;
  /** The same owner may claim again at once: a retry takes over from its own dead attempt. */
  readonly owner: string;
  readonly leaseS: number;
  /** False when only the end of an attempt is to be written down. */
  readonly countsAsAttempt: boolean;
}

/**
 * Takes the upload for `owner` and makes older tokens worthless. Undefined when it is finished, of another run, or
 * held by somebody else whose lease still runs (see `claimState`).
 */
export async function claimUpload(db: Db, claim: Claim): Promise<ClaimedUpload | undefined> {
  return (await claimUploads(db, [claim])).get(claim.uploadId);
}

/** The same of several different uploads, each for itself; by their ids. */
export async function claimUploads(db: Db, claims: readonly Claim[]): Promise<ReadonlyMap<string, ClaimedUpload>> {
  const { rows } = await db.query<ClaimedUpload & { uploadId: string }>(
    CLAIM_UPLOADS(claims.length),
    claims.flatMap(({ uploadId, run, owner, leaseS, countsAsAttempt }) => [
      uploadId,
      run,
      owner,
      leaseS,
      countsAsAttempt,
    ]),
  );
  return new Map(rows.map(({ uploadId, ...claimed }) => [uploadId, claimed]));
}

const CLAIM_UPLOADS = forRows(
  'claim-uploads',
  ['uuid', 'int', 'text', 'float8', 'boolean'],
  (values) => `
update uploads u
        set state = 'processing', claim_owner = c.owner, claim_token = u.claim_token + 1,
            claim_expires_at = now() + make_interval(secs => c.lease_s),
            attempts = u.attempts + case when c.counts then 1 else 0 end, updated_at = now()
       from (${values}) as c (id, run, owner, lease_s, counts), accounts a
      where a.id = u.account_id and u.id = c.id and u.run = c.run and u.state in ('received', 'processing')
        and (u.claim_owner is null or u.claim_owner = c.owner or u.claim_expires_at < now())
      returning u.id as "uploadId", u.claim_token as token, u.account_id as "accountId", u.format, u.blob_key as "blobKey",
                u.encoding, u.content_sha256 as "contentSha256", u.name, u.sport, ${ZONE} as zone, u.received_at as "receivedAt",
                (select kept.columns_sha256 from track_columns kept where kept.track_id = u.track_id) as "columnsSha256"`,
);

export interface ClaimState {
  readonly state: UploadState;
  readonly run: number;
  readonly trackId: string | null;
  /** Of this run, also when the track of an earlier one is there. */
  readonly failure: UploadFailure | null;
}

/** Why a claim was not had. Undefined: the upload was deleted. */
export async function claimState(db: Db, uploadId: string): Promise<ClaimState | undefined> {
  const { rows } = await db.query<ClaimState>(
    'select state, run, track_id as "trackId", failure from uploads where id = $1',
    [uploadId],
  );
  return rows[0];
}

/** A claim as its token. */
export interface HeldClaim {
  readonly uploadId: string;
  readonly token: number;
}

/**
 * What the owner says of the recording now; undefined when the token is no longer the newest. If it is, no one takes over or
 * deletes the upload before the end of the transaction. Asked before anything is written, so that nothing hangs on an upload
 * that is gone.
 */
export async function holdClaim(tx: Tx, claim: HeldClaim): Promise<TrackSettings | undefined> {
  const { rows } = await tx.query<TrackSettings>(HOLD_CLAIMS(1), valuesOfClaims([claim]));
  return rows[0];
}

/** The same of several, by the ids of the uploads, but without a wait: nor is one held that somebody else holds at the moment. */
export async function holdFreeClaims(
  tx: Tx,
  claims: readonly HeldClaim[],
): Promise<ReadonlyMap<string, TrackSettings>> {
  const { rows } = await tx.query<TrackSettings & { uploadId: string }>(
    HOLD_FREE_CLAIMS(claims.length),
    valuesOfClaims(claims),
  );
  return new Map(rows.map(({ uploadId, ...settings }) => [uploadId, settings]));
}

const valuesOfClaims = (claims: readonly HeldClaim[]) => claims.flatMap(({ uploadId, token }) => [uploadId, token]);

const holding = (values: string) => `
select u.id as "uploadId", u.name, u.sport, ${ZONE} as zone
       from (${values}) as held (id, token) join uploads u on u.id = held.id join accounts a on a.id = u.account_id
      where u.claim_token = held.token and u.state = 'processing' for update of u`;

const HOLD_CLAIMS = forRows('hold-claims', ['uuid', 'bigint'], holding);
const HOLD_FREE_CLAIMS = forRows('hold-free-claims', ['uuid', 'bigint'], (values) => `${holding(values)} skip locked`);

/** Gives the claim back before its lease ends, so that whoever comes next need not wait for it. */
export async function releaseClaim(db: Db, claim: { uploadId: string; token: number }): Promise<void> {
  await db.query(
    `update uploads set claim_owner = null, claim_expires_at = null
      where id = $1 and claim_token = $2 and state = 'processing'`,
    [claim.uploadId, claim.token],
  );
}

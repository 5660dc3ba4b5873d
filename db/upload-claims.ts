import type { UploadFailure, UploadState } from '../contracts/uploads.ts';
import type { PrivacyZone } from '../domain/privacy/zone-centre.ts';
import type { TrackSettings } from '../domain/track/settings.ts';
import type { Db, Prepared, Tx } from './pool.ts';
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
  const { uploadId, run, owner, leaseS, countsAsAttempt } = claim;
  const { rows } = await db.query<ClaimedUpload>(CLAIM_UPLOAD, [uploadId, run, owner, leaseS, countsAsAttempt]);
  return rows[0];
}

const CLAIM_UPLOAD: Prepared = {
  name: 'claim-upload',
  text: `
update uploads u
        set state = 'processing', claim_owner = $3, claim_token = claim_token + 1,
            claim_expires_at = now() + make_interval(secs => $4), attempts = attempts + case when $5 then 1 else 0 end, updated_at = now()
       from accounts a
      where a.id = u.account_id and u.id = $1 and run = $2 and state in ('received', 'processing')
        and (claim_owner is null or claim_owner = $3 or claim_expires_at < now())
      returning claim_token as token, account_id as "accountId", format, blob_key as "blobKey", encoding,
                content_sha256 as "contentSha256", name, sport, ${ZONE} as zone, received_at as "receivedAt"`,
};

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

/**
 * What the owner says of the recording now; undefined when the token is no longer the newest. If it is, no one takes over or
 * deletes the upload before the end of the transaction. Asked before anything is written, so that nothing hangs on an upload
 * that is gone.
 */
export async function holdClaim(
  tx: Tx,
  claim: { uploadId: string; token: number },
): Promise<TrackSettings | undefined> {
  const { rows } = await tx.query<TrackSettings>(HOLD_CLAIM, [claim.uploadId, claim.token]);
  return rows[0];
}

const HOLD_CLAIM: Prepared = {
  name: 'hold-claim',
  text: `
select u.name, u.sport, ${ZONE} as zone from uploads u join accounts a on a.id = u.account_id
      where u.id = $1 and claim_token = $2 and state = 'processing' for update of u`,
};

/** Gives the claim back before its lease ends, so that whoever comes next need not wait for it. */
export async function releaseClaim(db: Db, claim: { uploadId: string; token: number }): Promise<void> {
  await db.query(
    `update uploads set claim_owner = null, claim_expires_at = null
      where id = $1 and claim_token = $2 and state = 'processing'`,
    [claim.uploadId, claim.token],
  );
}

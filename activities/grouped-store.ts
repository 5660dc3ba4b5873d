import type { ProcessUploadResult } from '../contracts/uploads.ts';
import { type Claim, type ClaimedUpload, claimUpload, claimUploads } from '../db/upload-claims.ts';
import { createGroups } from './groups.ts';
import { type MadeRecording, type SavingDeps, saveRecording, saveRecordings } from './save-recordings.ts';
import { isOutage } from './step-failures.ts';
import type { UploadStore } from './upload-steps.ts';

/** Of more at once the share of one in statements and commits hardly falls any further, and what one breaks the others wait for. */
const GROUP_AT_MOST = 8;
/** Lanes whose uploads were saved together ask for their next ones within this, as far as those are due. */
const COLLECT_CLAIMS_MS = 10;
/** Two readers make a group in that. */
const COLLECT_RESULTS_MS = 25;

/**
 * Claims and saves what several lanes ask for in one statement, and one transaction, each: half of what an upload of a batch, or of a
 * bulk reprocess, cost were statements and commits of its own. One that cannot be done with the others is done alone, as anywhere else,
 * and so a bad one is found out.
 */
export function createGroupedStore(deps: SavingDeps, lanes: number): UploadStore {
  const group = { atMost: Math.min(GROUP_AT_MOST, lanes), isEverybodys: isOutage };
  return {
    claim: createGroups<Claim, ClaimedUpload | undefined>({
      ...group,
      collectMs: COLLECT_CLAIMS_MS,
      together: async (claims) => {
        const claimed = await claimUploads(deps.db, claims);
        return claims.map(({ uploadId }) => claimed.get(uploadId));
      },
      alone: (claim) => claimUpload(deps.db, claim),
    }),
    save: createGroups<MadeRecording, ProcessUploadResult>({
      ...group,
      collectMs: COLLECT_RESULTS_MS,
      together: (made) => saveRecordings(deps, made),
      alone: (made) => saveRecording(deps, made),
    }),
  };
}

import { codesAsked, kindOf } from '../../api/ops/redrive.ts';
import { opsUploadView } from '../../api/ops/upload-view.ts';
import { deadLetters, deadLettersByCode } from '../../db/dead-letters.ts';
import type { Pool } from '../../db/pool.ts';
import { UsageError } from '../settings.ts';
import { type FilterOptions, filterOf } from './filter.ts';

export interface FailedOptions extends FilterOptions {
  readonly limit: string;
  readonly json?: true;
}

/** One screen: the pages of the API are for programs. */
const LISTED_AT_MOST = 1_000;

export async function listFailed(db: Pool, options: FailedOptions): Promise<void> {
  const limit = Number(options.limit);
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= LISTED_AT_MOST)) {
    throw new UsageError(`--limit must be 1 to ${LISTED_AT_MOST}`);
  }
  const filter = { ...filterOf(options), codes: codesAsked(options) };
  const byCode = (await deadLettersByCode(db, filter)).map((row) => ({ ...row, kind: kindOf(row.code) }));
  const uploads = (await deadLetters(db, filter, { after: undefined, limit })).map(opsUploadView);
  const total = byCode.reduce((sum, { count }) => sum + count, 0);
  if (options.json) return console.log(JSON.stringify({ total, byCode, uploads }));
  if (total === 0) return console.log('none');
  console.table(byCode);
  console.table(
    uploads.map(({ id, account, failure, build, run, endedAt }) => {
      return { id, account, code: failure?.code, build: build ?? '', run, ended: endedAt };
    }),
  );
  if (total > uploads.length) console.log(`${uploads.length} of ${total}`);
}

import { randomBytes } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { dryReprocess } from '../../api/ops/reprocess-orders.ts';
import { canaryAccountId } from '../../db/accounts.ts';
import { findCandidates, momentOfRows, type ReprocessFilter } from '../../db/reprocess-selection.ts';
import { runAgain } from '../../db/upload-runs.ts';
import { fails, runs } from '../api/support/runs.ts';
import { testDatabase } from '../support/database.ts';
import { failedUpload, readyUploads } from '../support/reprocess.ts';
import { newUpload } from './support.ts';

const { db, query } = await testDatabase();
const EARLIER = '2026-11-01T00:00:00Z';
const BETWEEN = '2026-11-10T00:00:00Z';
const LATER = '2026-11-20T00:00:00Z';
/** By a name each; the others are of no selection. */
const uploads: Record<string, string> = {};

beforeAll(async () => {
  const [old = '', now = ''] = await readyUploads(db, 2, 'walker');
  const [paid = ''] = await readyUploads(db, 1, 'payer');
  await query(`update tracks set pipeline_version = 1 where upload_id = $1`, [old]);
  await query(`update uploads set received_at = $2, finished_at = $2 where id = $1`, [old, EARLIER]);
  await query(`update uploads set received_at = $2, finished_at = $2 where id <> $1`, [old, LATER]);
  await query(`insert into stripe_customer_links (customer_id, account_id, linked_by)
               select 'cus_1', id, 'operator' from accounts where external_id = 'payer'`);
  await query(`insert into entitlements (subscription_id, customer_id, plan, because, valid_until, is_on)
               values ('sub_1', 'cus_1', 'business', 'active', now() + interval '1 day', true)`);
  const [kept = ''] = await readyUploads(db, 1, 'walker');
  await fails(db, kept, { run: await again(kept), code: 'processing/failed' });
  Object.assign(uploads, { old, now, paid, kept, refused: await failedUpload(db, 'walker') });
  await open();
  await canarys();
});

async function again(uploadId: string): Promise<number> {
  const [row] = await query<{ account_id: string }>('select account_id from uploads where id = $1', [uploadId]);
  await runAgain(db, { uploadId, accountId: row?.account_id ?? '', askedBy: 'owner', traceParent: null });
  return 2;
}

async function open(): Promise<void> {
  await newUpload(db, {}, 'walker');
}

async function canarys(): Promise<void> {
  const { id } = await newUpload(db, { accountId: await canaryAccountId(db) });
  await runs(db, id, 1);
}

test.each<[string, ReprocessFilter, readonly string[]]>([
  ['nothing: all that have ended', {}, ['old', 'now', 'paid', 'kept', 'refused']],
  ['tracks', { state: 'ready' }, ['old', 'now', 'paid', 'kept']],
  ['failures', { state: 'failed' }, ['refused']],
  ['the code of a failure', { code: 'gpx/malformed' }, ['refused']],
  ['the code of a failed reprocess', { code: 'processing/failed' }, ['kept']],
  ['pipelines below', { pipelineBelow: 2 }, ['old']],
  ['a pipeline', { pipelineVersion: 2 }, ['now', 'paid', 'kept']],
  ['a plan that is paid for', { plan: 'business' }, ['paid']],
  ['a plan that all have', { plan: 'free' }, ['old', 'now', 'kept', 'refused']],
  ['received since', { receivedFrom: BETWEEN }, ['now', 'paid', 'kept', 'refused']],
  ['received until', { receivedTo: BETWEEN }, ['old']],
  ['ended since', { endedFrom: BETWEEN }, ['now', 'paid', 'kept', 'refused']],
  ['ended until', { endedTo: BETWEEN }, ['old']],
  ['an account', { account: 'payer' }, ['paid']],
  ['all of it at once', { state: 'ready', pipelineBelow: 3, account: 'walker', receivedTo: BETWEEN }, ['old']],
  ['nobody', { account: 'nobody' }, []],
])('the dry count and the batches see the same: %s', async (_, filter, names) => {
  const { count, endedBefore } = await dryReprocess(db, filter);
  const ids: string[] = [];
  for (let after = '00000000-0000-0000-0000-000000000000'; ; after = ids.at(-1) ?? '') {
    const page = await findCandidates(db, { filter, endedBefore }, { after, limit: 2 });
    ids.push(...page.ids);
    if (page.ids.length < 2) break;
  }
  expect(ids).toEqual(names.map((name) => uploads[name]).sort());
  expect(count).toBe(ids.length);
});

test('what ends after the order was given is not of it', async () => {
  const before = await momentOfRows(db);
  const [late = ''] = await readyUploads(db, 1, 'late');
  const filter = { account: 'late' };
  const page = { after: '00000000-0000-0000-0000-000000000000', limit: 10 };
  expect((await findCandidates(db, { filter, endedBefore: before }, page)).ids).toEqual([]);
  expect((await findCandidates(db, { filter, endedBefore: await momentOfRows(db) }, page)).ids).toEqual([late]);
});

test('of failures with one recording only the latest is of it, and none once it was sent again and made a track', async () => {
  const contentSha256 = randomBytes(32).toString('hex');
  await failedUpload(db, 'again', contentSha256);
  await failedUpload(db, 'again', contentSha256);
  const filter = { account: 'again' };
  expect(await dryReprocess(db, filter)).toMatchObject({ count: 1, skipped: [{ obstacle: 'superseded', count: 1 }] });
  const { id } = await newUpload(db, { contentSha256 }, 'again');
  await runs(db, id, 1);
  const { count, byState, skipped } = await dryReprocess(db, filter);
  expect({ count, byState, skipped }).toEqual({
    count: 1,
    byState: [{ state: 'ready', count: 1 }],
    skipped: [{ obstacle: 'superseded', count: 2 }],
  });
});

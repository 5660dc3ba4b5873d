import { beforeAll, expect, test } from 'vitest';
import { createKey } from '../../cli/keys.ts';
import { claimUpload } from '../../db/upload-claims.ts';
import { takeUploadsToDispatch } from '../../db/upload-dispatch.ts';
import { uploadsForInline } from '../../db/upload-inline.ts';
import { insertUpload } from '../../db/uploads.ts';
import { newUpload } from '../db/support.ts';
import { apiStack } from './support/app.ts';
import { bearer } from './support/callers.ts';
import { deadLettersOf } from './support/dead-letters.ts';
import { expectProblem } from './support/problem.ts';
import { fails } from './support/runs.ts';

const { db, query, inject } = await apiStack();
let operator = {};
let keyId = '';
beforeAll(async () => {
  const made = await createKey(db, { kind: 'operator', name: 'test' });
  operator = bearer(made.key);
  keyId = made.id;
});

const REASON = 'the blob store was restored';
const order = (body: object) =>
  inject({ method: 'POST', url: '/v1/ops/redrives', headers: operator, payload: { reason: REASON, ...body } });
const one = (id: string) =>
  inject({ method: 'POST', url: `/v1/ops/uploads/${id}/redrive`, headers: operator, payload: { reason: REASON } });
const audits = () =>
  query<{ id: number; actor: string; action: string; reason: string; facts: Record<string, unknown> }>(
    'select id, actor, action, reason, facts from ops_audit order by id',
  );
const redrivenOf = async (account: string) =>
  (
    await query<{ id: string }>(
      `select u.id from uploads u join accounts a on a.id = u.account_id
        where a.external_id = $1 and u.run = 2 and u.state = 'received' order by u.due_at`,
      [account],
    )
  ).map(({ id }) => id);

const UNDER_WAY = `select from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()`;

/** Every update of uploads sees what is there, then takes a second: so what happens at once really meets. */
async function slowly<Result>(work: () => Promise<Result>): Promise<Result> {
  await query(`create function later() returns trigger language plpgsql as
    $$ begin perform pg_sleep(1); return null; end $$`);
  await query('create trigger later before update on uploads for each statement execute function later()');
  return work().finally(() => query('drop function later() cascade'));
}

test('by code, build and time: the dry run changes nothing and counts what the order then does', async () => {
  const account = 'filters';
  const old = await deadLettersOf(db, 3, { account, build: 'b1', minutesAgo: 120 });
  await deadLettersOf(db, 2, { account, build: 'b2', minutesAgo: 120 });
  await deadLettersOf(db, 2, { account, build: 'b1', minutesAgo: 5 });
  await deadLettersOf(db, 2, { account, code: 'processing/failed', build: 'b1', minutesAgo: 120 });
  const filter = {
    account,
    code: 'processing/original-missing',
    build: 'b1',
    to: new Date(Date.now() - 3_600_000).toISOString(),
  };
  const dry = await order({ filter });
  expect(dry.statusCode).toBe(200);
  expect(dry.json()).toMatchObject({ dryRun: true, count: 3, skipped: [], left: 0 });
  expect(await redrivenOf(account)).toEqual([]);
  expect(await audits()).toEqual([]);
  const real = await order({ filter, dryRun: false });
  expect(real.statusCode).toBe(202);
  const { dryRun: _, auditId, lastDueAt, ...counts } = real.json();
  const { dryRun: __, ...dryCounts } = dry.json();
  expect(counts).toEqual(dryCounts);
  expect(await redrivenOf(account)).toEqual(old);
  expect(await audits()).toEqual([
    {
      id: auditId,
      actor: keyId,
      action: 'uploads.redrive',
      reason: REASON,
      facts: expect.objectContaining({ count: 3, code: 'processing/original-missing', lastDueAt }),
    },
  ]);
});

test('the rate is in the rows: the n-th begins n intervals later, oldest failure first, and no path before that', async () => {
  const account = 'rate';
  const ids = await deadLettersOf(db, 6, { account });
  const real = (await order({ filter: { account }, dryRun: false, ratePerMinute: 30 })).json();
  const rows = await query<{ id: string; after: number; same: boolean }>(
    `select id, extract(epoch from due_at - min(due_at) over ())::float as after, due_at = dispatch_at as same
       from uploads where id = any ($1) order by due_at`,
    [ids],
  );
  expect(rows).toEqual(ids.map((id, n) => ({ id, after: n * 2, same: true })));
  expect(new Date(real.lastDueAt).getTime()).toBeGreaterThan(Date.now() + 8_000);
  const taken = await takeUploadsToDispatch(db, { limit: 100, leaseS: 60 });
  expect(taken.filter(({ id }) => ids.includes(id)).map(({ id }) => id)).toEqual(ids.slice(0, 1));
  const inline = await uploadsForInline(db, { limit: 100, dueForS: 0, attemptsAtMost: 5, bytesAtLeast: 0 });
  expect(inline.filter(({ uploadId }) => ids.includes(uploadId)).map(({ uploadId }) => uploadId)).toEqual(
    ids.slice(0, 1),
  );
});

test('two clicks at once, and a third one later, re-drive each upload once', async () => {
  const account = 'clicks';
  const ids = await deadLettersOf(db, 20, { account });
  const body = { filter: { account }, dryRun: false };
  const both = await slowly(() => Promise.all([order(body), order(body)]));
  expect(both.map((answer) => answer.json().count).sort((a, b) => a - b)).toEqual([0, 20]);
  expect((await order(body)).json()).toMatchObject({ count: 0 });
  expect(await query('select distinct run from uploads where id = any ($1)', [ids])).toEqual([{ run: 2 }]);
  expect(await query('select run from upload_runs where upload_id = any ($1)', [ids])).toHaveLength(20);
});

test('what the same bytes meet again is passed over, unless the filter asks for it', async () => {
  const account = 'bad files';
  const [gone = ''] = await deadLettersOf(db, 1, { account });
  await deadLettersOf(db, 2, { account, code: 'gpx/malformed' });
  const skipped = [{ obstacle: 'user-fixable', count: 2 }];
  expect((await order({ filter: { account } })).json()).toMatchObject({ count: 1, skipped });
  for (const asked of [{ kind: 'user' }, { code: 'gpx/malformed' }]) {
    expect((await order({ filter: { account, ...asked } })).json(), JSON.stringify(asked)).toMatchObject({
      count: 2,
      skipped: [],
    });
  }
  expect((await order({ filter: { account }, dryRun: false })).json()).toMatchObject({ count: 1, skipped });
  expect(await redrivenOf(account)).toEqual([gone]);
});

test('a recording that was sent again since is passed over; of several failures with one the latest is re-driven', async () => {
  const account = 'twins';
  const twin = await newUpload(db, {}, account);
  const another = { ...twin, id: '00000000-0000-4000-8000-0000000000aa' };
  const [lone] = await deadLettersOf(db, 1, { account });
  const [replaced = ''] = await deadLettersOf(db, 1, { account });
  await fails(db, twin.id);
  await insertUpload(db, another);
  await fails(db, another.id);
  const [{ content_sha256: contentSha256 = '' } = {}] = await query<{ content_sha256: string }>(
    'select content_sha256 from uploads where id = $1',
    [replaced],
  );
  const standing = await newUpload(db, { contentSha256 }, account);
  const counts = {
    count: 2,
    skipped: [
      { obstacle: 'superseded', count: 1 },
      { obstacle: 'twin', count: 1 },
    ],
  };
  expect((await order({ filter: { account } })).json()).toMatchObject(counts);
  expect((await order({ filter: { account }, dryRun: false })).json()).toMatchObject(counts);
  expect(await redrivenOf(account)).toEqual([lone, another.id]);
  expect(expectProblem(await one(replaced), 'upload/superseded').uploadId).toBe(standing.id);
  const after = (await order({ filter: { account } })).json();
  expect(after).toMatchObject({ count: 0, skipped: [{ obstacle: 'superseded', count: 2 }] });
});

test('uploads of the same recordings while they are re-driven: no fault, and one of two stands for each', async () => {
  const account = 'race';
  const ids = await deadLettersOf(db, 30, { account });
  const rows = await query<{ content_sha256: string }>('select content_sha256 from uploads where id = any ($1)', [ids]);
  const send = ({ content_sha256: contentSha256 }: (typeof rows)[0]) => newUpload(db, { contentSha256 }, account);
  const [real] = await slowly(() => {
    const sent = expect.poll(() => query(UNDER_WAY), { interval: 20 }).toHaveLength(1);
    const others = sent.then(() => Promise.all(rows.slice(20).map(send)));
    return Promise.all([order({ filter: { account }, dryRun: false }), others]);
  });
  expect(real.statusCode, real.body).toBe(202);
  expect(real.json()).toMatchObject({ count: 20, skipped: [{ obstacle: 'superseded', count: 10 }] });
  const standing = await query(
    `select count(*)::int as n from uploads u join accounts a on a.id = u.account_id
      where a.external_id = $1 and u.state <> 'failed' group by u.content_sha256`,
    [account],
  );
  expect(standing).toEqual(Array(30).fill({ n: 1 }));
});

test('one upload is re-driven at once whatever its code, and clicked twice it runs once', async () => {
  const [id = ''] = await deadLettersOf(db, 1, { account: 'one', code: 'gpx/malformed' });
  const before = (await audits()).length;
  const both = await Promise.all([one(id), one(id)]);
  expect(both.map(({ statusCode }) => statusCode).sort()).toEqual([200, 202]);
  expect((await audits()).slice(before)).toMatchObject([
    { actor: keyId, action: 'upload.redrive', reason: REASON, facts: { uploadId: id, run: 1, code: 'gpx/malformed' } },
  ]);
  expect(await claimUpload(db, { uploadId: id, run: 2, owner: 'w', leaseS: 9, countsAsAttempt: true })).toBeDefined();
  expectProblem(await one('00000000-0000-4000-8000-000000000000'), 'request/not-found');
});

test('five thousand are re-driven by one order in little time, and the rest is told', {
  timeout: 180_000,
}, async () => {
  const { accountId } = await newUpload(db, {}, 'many');
  await query(
    `insert into uploads (id, account_id, state, format, blob_key, encoding, stored_bytes, inflated_bytes, content_sha256,
                          dispatch_at, failure, finished_at)
     select gen_random_uuid(), $1, 'failed', 'gpx', md5(n::text), 'identity', 1, 1, md5(n::text), null,
            '{"code": "processing/failed", "facts": {}}', now() - make_interval(secs => n)
       from generate_series(1, 5003) as n`,
    [accountId],
  );
  const filter = { account: 'many', to: new Date().toISOString() };
  expect((await order({ filter })).json()).toMatchObject({ count: 5_000, left: 3 });
  const startedAt = performance.now();
  const real = await order({ filter, dryRun: false, ratePerMinute: 6_000 });
  console.info(`5,000 uploads re-driven in ${Math.round(performance.now() - startedAt)} ms`);
  expect(real.json()).toMatchObject({ count: 5_000, left: 3, byCode: [{ code: 'processing/failed', count: 5_000 }] });
  expect((await order({ filter, dryRun: false })).json()).toMatchObject({ count: 3, left: 0 });
});

test.each<[string, object]>([
  ['no reason', { filter: {}, reason: undefined }],
  ['a short reason', { filter: {}, reason: 'because' }],
  ['a reason of spaces', { filter: {}, reason: ' '.repeat(20) }],
  ['a reason of nine characters, one of which is two of UTF-16', { filter: {}, reason: ' so it is\u{1f6b2} ' }],
  ['a reason with a NUL', { filter: {}, reason: 'because\0of this and that' }],
  ['an account with a NUL', { filter: { account: 'a\0b' } }],
  ['an account of null, which is no name', { filter: { account: null } }],
  ['a build with a NUL', { filter: { build: 'a\0b' } }],
  ['no filter', {}],
  ['an unknown filter', { filter: { colour: 'red' } }],
  ['another unknown word', { filter: {}, dryrun: true }],
  ['a dry run that is neither', { filter: {}, dryRun: null }],
  ['a rate of none', { filter: {}, ratePerMinute: 0 }],
  ['a rate beyond all', { filter: {}, ratePerMinute: 6_001 }],
])('%s is refused, and nothing is done', async (_, body) => {
  const before = await audits();
  expectProblem(await order({ dryRun: false, ...body }), 'request/invalid');
  expect(await audits()).toEqual(before);
});

import { beforeAll, expect, test } from 'vitest';
import { createKey } from '../../cli/keys.ts';
import { apiStack } from './support/app.ts';
import { bearer } from './support/callers.ts';
import { deadLettersOf } from './support/dead-letters.ts';
import { expectProblem } from './support/problem.ts';
import { runs } from './support/runs.ts';
import { savedTrack } from './support/track.ts';

const stack = await apiStack();
const { db, query, inject } = stack;
let operator = {};
beforeAll(async () => {
  operator = bearer((await createKey(db, { kind: 'operator', name: 'test' })).key);
});

const list = async (search = '') => (await inject({ url: `/v1/ops/uploads${search}`, headers: operator })).json();
const idsOf = (page: { items: { id: string }[] }) => page.items.map(({ id }) => id);

/** Every page, following `Link`. */
async function pages(search: string, between: () => Promise<unknown> = async () => {}): Promise<string[]> {
  const ids: string[] = [];
  for (let url: string | undefined = `/v1/ops/uploads${search}`; url; ) {
    const answer: Awaited<ReturnType<typeof inject>> = await inject({ url, headers: operator });
    ids.push(...idsOf(answer.json()));
    url = /^<([^>]+)>; rel="next"$/.exec(String(answer.headers.link ?? ''))?.[1];
    await between();
  }
  return ids;
}

test('failed uploads are listed by code, kind, build, time and account, with counts', async () => {
  const gone = await deadLettersOf(db, 3, { code: 'processing/original-missing', build: 'b1', minutesAgo: 60 });
  const broken = await deadLettersOf(db, 2, { code: 'processing/failed', build: 'b2', minutesAgo: 30 });
  const bad = await deadLettersOf(db, 1, { code: 'gpx/malformed', build: 'b2', minutesAgo: 5, account: 'ann' });
  await savedTrack(db, 'tester'); // ready: no dead letter
  const all = await list();
  expect(idsOf(all)).toEqual([...bad, ...broken.toReversed(), ...gone.toReversed()]);
  expect(all).toMatchObject({
    total: 6,
    byCode: [
      { code: 'processing/original-missing', kind: 'operator', count: 3 },
      { code: 'processing/failed', kind: 'bug', count: 2 },
      { code: 'gpx/malformed', kind: 'user', count: 1 },
    ],
  });
  const [first] = all.items;
  expect(first).toMatchObject({
    account: 'ann',
    failure: { code: 'gpx/malformed', kind: 'user', detail: 'As the test wants it.' },
    build: 'b2',
    workflowId: `upload:${bad[0]}:1`,
  });
  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
  for (const [search, ids] of [
    ['?code=processing/failed', broken],
    ['?kind=operator', gone],
    ['?kind=user', bad],
    ['?kind=user&code=processing/failed', []],
    ['?build=b2', [...broken, ...bad]],
    [`?from=${minutesAgo(45)}`, [...broken, ...bad]],
    [`?to=${minutesAgo(45)}`, gone],
    [`?from=${minutesAgo(45)}&to=${minutesAgo(15)}`, broken],
    ['?account=ann', bad],
    ['?state=ready', []],
  ] as const) {
    const found = await list(search);
    expect(idsOf(found).sort(), search).toEqual([...ids].sort());
    expect(found.total, search).toBe(ids.length);
  }
});

test('pages come to an end, repeat nothing and lose nothing while more fails', async () => {
  const ids = await deadLettersOf(db, 25, { account: 'pages' });
  await query(
    `update uploads set finished_at = date_trunc('second', finished_at) + interval '1.5 microsecond' where id = any ($1)`,
    [
      ids.slice(0, 10), // the same second, and microseconds that a Date does not know
    ],
  );
  await query(`update uploads set finished_at = (select finished_at from uploads where id = $2) where id = any ($1)`, [
    ids.slice(10, 20),
    ids[10],
  ]);
  const seen = await pages('?account=pages&limit=4', () => deadLettersOf(db, 1, { account: 'pages', minutesAgo: 0 }));
  expect(seen).toHaveLength(25);
  expect(seen.toSorted()).toEqual(ids.toSorted());
});

test.each(['limit=0', 'limit=101', 'code=no/such', 'kind=king', 'from=yesterday', 'to=2026-01-01T23:59:60Z'])(
  '?%s is refused',
  async (search) => {
    expectProblem(await inject({ url: `/v1/ops/uploads?${search}`, headers: operator }), 'request/invalid');
  },
);

test('a cursor that is none of its pages is refused', async () => {
  expectProblem(await inject({ url: '/v1/ops/uploads?cursor=x', headers: operator }), 'request/bad-cursor');
});

test('one upload shows its runs, what became of each, and whether its original is there', async () => {
  const [id = ''] = await deadLettersOf(db, 1, { build: 'b1' });
  const url = `/v1/ops/uploads/${id}`;
  const redriven = await inject({
    method: 'POST',
    url: `${url}/redrive`,
    headers: operator,
    payload: { reason: 'the disk is back again' },
  });
  expect(redriven.statusCode).toBe(202);
  expect(redriven.json()).toMatchObject({ redriven: true, upload: { state: 'received', run: 2, askedBy: 'operator' } });
  await runs(db, id, 2, undefined, 'b2');
  const detail = (await inject({ url, headers: operator })).json();
  expect(detail).toMatchObject({ state: 'ready', run: 2, build: 'b2', original: 'missing' });
  expect(detail.earlierRuns).toMatchObject([
    { run: 1, outcome: 'failed', build: 'b1', askedBy: 'upload', attempts: 1, failure: { kind: 'operator' } },
  ]);
  expectProblem(
    await inject({ url: '/v1/ops/uploads/00000000-0000-4000-8000-000000000000', headers: operator }),
    'request/not-found',
  );
});

test('a ready upload whose reprocess failed is listed among those that kept their track', async () => {
  const { uploadId, trackId } = await savedTrack(db, 'kept');
  const { key } = await createKey(db, { kind: 'account', accountExternalId: 'kept', name: 'test' });
  await inject({ method: 'POST', url: `/v1/uploads/${uploadId}/reprocess`, headers: bearer(key) });
  const { fails } = await import('./support/runs.ts');
  await fails(db, uploadId, { run: 2 });
  expect(idsOf(await list('?account=kept'))).toEqual([]);
  expect((await list('?account=kept&state=ready')).items).toMatchObject([
    { id: uploadId, state: 'ready', trackId, failure: { code: 'processing/original-missing' } },
  ]);
});

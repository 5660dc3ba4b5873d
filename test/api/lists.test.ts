import { beforeEach, describe, expect, test } from 'vitest';
import { createKey } from '../../cli/keys.ts';
import { smallGpx } from '../support/gpx.ts';
import { apiStack } from './support/app.ts';
import { bearer, type Headers } from './support/callers.ts';
import { expectProblem } from './support/problem.ts';
import { savedTrack } from './support/track.ts';

const stack = await apiStack();
/** Each test has an account of its own. */
let account = 0;
let headers: Headers = {};
beforeEach(async () => {
  const made = await createKey(stack.db, { kind: 'account', accountExternalId: `lister-${++account}`, name: 'test' });
  headers = bearer(made.key);
});

const save = async (gpx?: string) => savedTrack(stack.db, `lister-${account}`, gpx);
const startingAt = (moment: string) => smallGpx().replaceAll(/2026-05-01T08/g, moment);
const idsOf = (page: { items: { id: string }[] }) => page.items.map(({ id }) => id);

interface Page {
  readonly items: { id: string }[];
  readonly next: string | null;
}

async function pageAt(url: string): Promise<Page> {
  const answer = await stack.inject({ url, headers });
  expect(answer.statusCode, answer.body).toBe(200);
  const page: Page = answer.json();
  const link = /^<(.+)>; rel="next"$/.exec(String(answer.headers.link ?? ''))?.[1];
  expect(link && new URL(link, 'http://x').searchParams.get('cursor')).toBe(page.next ?? undefined);
  return page;
}

/** Every page, by the address that `Link` gives. */
async function walk(url: string, between: (page: Page) => Promise<unknown> = async () => {}): Promise<string[]> {
  const ids: string[] = [];
  for (let next: string | undefined = url; next; ) {
    const answer = await stack.inject({ url: next, headers });
    const page: Page = answer.json();
    ids.push(...idsOf(page));
    await between(page);
    next = /^<(.+)>; rel="next"$/.exec(String(answer.headers.link ?? ''))?.[1];
  }
  return ids;
}

async function several(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) ids.unshift((await save()).trackId);
  return ids;
}

describe('tracks', () => {
  test('an account without any has one empty page', async () => {
    expect(await pageAt('/v1/tracks')).toEqual({ items: [], next: null });
  });

  test('an item is the track without what is long', async () => {
    const { trackId } = await save();
    const whole = (await stack.inject({ url: `/v1/tracks/${trackId}`, headers })).json();
    const [item] = (await pageAt('/v1/tracks')).items;
    const { laps, sessions, pauses, utcOffsetS, summary, gpsQuality, wayTypes, warnings, inputSha256, ...rest } = whole;
    const { privacyZoneM, privacyZoneAppliedM, ...listed } = rest;
    expect(item).toEqual(listed);
  });

  test('the newest comes first, and every limit walks over each once', async () => {
    const ids = await several(7);
    for (const limit of [1, 2, 3, 6, 7, 8, 100]) expect(await walk(`/v1/tracks?limit=${limit}`)).toEqual(ids);
    const page = await pageAt('/v1/tracks?limit=7');
    expect(page.next, 'no empty page at the end').toBeNull();
  });

  test('tracks made at the same microsecond are each listed once', async () => {
    const ids = await several(5);
    await stack.query(`update tracks set created_at = '2026-06-01T00:00:00.000001Z' where id = any ($1)`, [ids]);
    expect((await walk('/v1/tracks?limit=2')).sort()).toEqual(ids.sort());
  });

  test('while some are added and deleted, each that stays is listed once', async () => {
    const ids = await several(9);
    const gone = [ids[2], ids[3], ids[4]]; // the second page ends at the last of them
    let pages = 0;
    const seen = await walk('/v1/tracks?limit=2', async () => {
      await save();
      if (++pages === 2)
        for (const id of gone) await stack.inject({ method: 'DELETE', url: `/v1/tracks/${id}`, headers });
    });
    expect(seen).toEqual(ids.filter((id) => id !== ids[4]));
  });

  test('by start the rides stand in their own order, those without times last', async () => {
    const timeless = smallGpx().replaceAll(/<time>[^<]*<\/time>/g, '');
    const saved = new Map<string, string>();
    for (const when of ['2026-05-01T08', '2024-01-31T23', '', '2026-05-01T09', '']) {
      saved.set((await save(when ? startingAt(when) : timeless)).trackId, when);
    }
    const ids = await walk('/v1/tracks?order=startedAt&limit=1');
    const starts = ids.map((id) => saved.get(id));
    expect(starts).toEqual(['2026-05-01T09', '2026-05-01T08', '2024-01-31T23', '', '']);
    expect(new Set(ids).size).toBe(5);
  });

  test('filters by start are half open and leave out what has no times; by sport they are exact', async () => {
    await save(smallGpx().replaceAll(/<time>[^<]*<\/time>/g, ''));
    const early = (await save(startingAt('2026-05-01T08'))).trackId;
    const late = (await save(startingAt('2026-05-01T09').replace('<trkseg>', '<type>hiking</type><trkseg>'))).trackId;
    const found = async (query: string) => idsOf(await pageAt(`/v1/tracks?${query}`));
    for (const order of ['createdAt', 'startedAt']) {
      expect(await found(`order=${order}&from=2026-05-01T08:00:00Z`)).toEqual([late, early]);
      expect(await found(`order=${order}&from=2026-05-01T08:00:00.001Z`)).toEqual([late]);
      expect(await found(`order=${order}&to=2026-05-01T09:00:00Z`)).toEqual([early]);
      expect(await found(`order=${order}&from=2026-05-01T10:00:00%2B02:00&to=2026-05-01T10:30:00%2B02:00`)).toEqual([
        early,
      ]);
      expect(await found(`order=${order}&sport=hiking`)).toEqual([late]);
      expect(await found(`order=${order}&sport=hik`)).toEqual([]);
    }
  });

  test('a filter goes along with the address of the next page', async () => {
    const ids = await several(3);
    await save(startingAt('2026-05-02T09'));
    expect(await walk('/v1/tracks?limit=1&to=2026-05-02T00:00:00Z')).toEqual(ids);
  });

  test('nobody sees those of another account, with a cursor of theirs neither', async () => {
    await several(3);
    const { next } = await pageAt('/v1/tracks?limit=1');
    const stranger = await createKey(stack.db, { kind: 'account', accountExternalId: 'stranger', name: 'test' });
    const answer = await stack.inject({ url: `/v1/tracks?cursor=${next}`, headers: bearer(stranger.key) });
    expect(answer.json()).toEqual({ items: [], next: null });
  });

  test('a site key lists the account that it names', async () => {
    const { trackId } = await save();
    const { key } = await createKey(stack.db, { kind: 'site', name: 'test' });
    const name = 'named';
    const theirs = await savedTrack(stack.db, name);
    const answer = await stack.inject({ url: '/v1/tracks', headers: { ...bearer(key), 'cairn-account': name } });
    expect(idsOf(answer.json())).toEqual([theirs.trackId]);
    expect(idsOf(answer.json())).not.toContain(trackId);
  });
});

describe('uploads', () => {
  const receive = (query: string) =>
    stack.inject({
      method: 'POST',
      url: `/v1/uploads?${query}`,
      headers,
      payload: smallGpx({ name: `Walk ${Math.random()}` }),
    });

  test('an item is what the upload itself shows', async () => {
    const { uploadId } = await save();
    const { id } = (await receive('externalId=ours-1')).json();
    const { items } = await pageAt('/v1/uploads');
    expect(items.map((item) => item.id)).toEqual([id, uploadId]);
    for (const item of items) {
      expect((await stack.inject({ url: `/v1/uploads/${item.id}`, headers })).json()).toEqual(item);
    }
    expect(items[0]).toMatchObject({ externalId: 'ours-1', state: 'received' });
  });

  test('a failed one shows its problem, with the trace of who asks', async () => {
    const { id } = (await receive('')).json();
    const failure = JSON.stringify({ code: 'gpx/truncated', facts: { offset: 7 } });
    await stack.query(`update uploads set state = 'failed', dispatch_at = null, failure = $2 where id = $1`, [
      id,
      failure,
    ]);
    const { items } = await pageAt('/v1/uploads?state=failed');
    expect(items).toEqual([expect.objectContaining({ id, error: expect.objectContaining({ code: 'gpx/truncated' }) })]);
  });

  test('by state and by external id, over pages', async () => {
    const ready: string[] = [];
    for (let i = 0; i < 3; i++) ready.unshift((await save()).uploadId);
    const ours: string[] = [];
    for (let i = 0; i < 3; i++) ours.unshift((await receive('externalId=ours')).json().id);
    await receive('externalId=other');
    expect(await walk('/v1/uploads?state=ready&limit=2')).toEqual(ready);
    expect(await walk('/v1/uploads?externalId=ours&limit=2')).toEqual(ours);
    expect(await walk('/v1/uploads?externalId=ours&state=ready')).toEqual([]);
    expect(await walk('/v1/uploads?limit=3')).toHaveLength(7);
  });
});

describe('what cannot be asked', () => {
  test('a cursor that was changed, cut, made up or is of another list', async () => {
    await several(3);
    const { next } = await pageAt('/v1/tracks?limit=1');
    const changed = `${next?.slice(0, 8)}${next?.[8] === 'A' ? 'B' : 'A'}${next?.slice(9)}`;
    const bad = [changed, next?.slice(0, -1), 'x', '%00', '🚲', Buffer.from('{"at":1}').toString('base64url')];
    for (const cursor of bad) {
      expectProblem(await stack.inject({ url: `/v1/tracks?cursor=${cursor}`, headers }), 'request/bad-cursor');
    }
    expectProblem(await stack.inject({ url: `/v1/uploads?cursor=${next}`, headers }), 'request/bad-cursor');
    expectProblem(
      await stack.inject({ url: `/v1/tracks?order=startedAt&cursor=${next}`, headers }),
      'request/bad-cursor',
    );
  });

  test.each([
    '/v1/tracks?limit=0',
    '/v1/tracks?limit=101',
    '/v1/tracks?limit=ten',
    '/v1/tracks?limit=',
    '/v1/tracks?limit=1.5',
    '/v1/tracks?limit=1&limit=2',
    `/v1/tracks?cursor=${'x'.repeat(300)}`,
    '/v1/tracks?cursor=',
    '/v1/tracks?order=distance',
    '/v1/tracks?sport=%00',
    '/v1/tracks?from=yesterday',
    '/v1/tracks?from=2026-02-30T00:00:00Z',
    '/v1/tracks?from=0000-01-01T00:00:00Z',
    '/v1/tracks?to=9999-12-31T23:59:59-14:00',
    '/v1/uploads?state=lost',
    '/v1/uploads?externalId=%00',
    '/v1/uploads?externalId=',
  ])('%s', async (url) => {
    const answer = await stack.inject({ url, headers });
    expect(answer.statusCode, answer.body).toBe(400);
    expect(['request/invalid', 'request/bad-cursor']).toContain(answer.json().code);
  });
});

import { Resvg } from '@resvg/resvg-js';
import { expect, test } from 'vitest';
import { readGpx } from '../../domain/gpx/read-gpx.ts';
import { previewSvg } from '../../domain/preview/svg.ts';
import { generateGpx } from '../../domain/sample/generate-gpx.ts';
import { aboutFile, records, START_S } from '../support/fit.ts';
import { fitFile } from '../support/fit-bytes.ts';
import { smallGpx } from '../support/gpx.ts';
import { apiStack } from './support/app.ts';
import { expectProblem } from './support/problem.ts';
import { savedTrack } from './support/track.ts';

const stack = await apiStack();
const { headers } = stack;
const { trackId } = await savedTrack(stack.db, 'tester', smallGpx({ points: 300 }));
const preview = `/v1/tracks/${trackId}/preview`;

test('the SVG of a track is a picture that may run and load nothing', async () => {
  const answer = await stack.inject({ url: `${preview}.svg`, headers });
  expect(answer.headers).toMatchObject({
    'content-type': 'image/svg+xml',
    'content-security-policy': expect.stringContaining("default-src 'none'"),
    'x-content-type-options': 'nosniff',
  });
  expect(answer.body).toMatch(/^<svg [^>]*width="600" height="420"/);
});

test('the PNG has the size that was asked for, and is the same bytes each time', async () => {
  const url = `${preview}.png?width=320&height=64&theme=dark`;
  const [once, again] = [await stack.inject({ url, headers }), await stack.inject({ url, headers })];
  expect(once.headers['content-type']).toBe('image/png');
  expect([...once.rawPayload.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  expect([once.rawPayload.readUInt32BE(16), once.rawPayload.readUInt32BE(20)]).toEqual([320, 64]);
  expect(again.rawPayload.equals(once.rawPayload)).toBe(true);
  expect(again.headers.etag).toBe(once.headers.etag);
});

test('each size, theme and format has a tag of its own; who has it gets 304', async () => {
  const urls = ['.svg', '.png', '.svg?width=601', '.svg?theme=dark'].map((rest) => preview + rest);
  const tags = await Promise.all(urls.map(async (url) => String((await stack.inject({ url, headers })).headers.etag)));
  expect(new Set(tags).size).toBe(4);
  const known = await stack.inject({
    url: `${preview}.svg`,
    headers: { ...headers, 'if-none-match': String(tags[0]) },
  });
  expect({ status: known.statusCode, body: known.body }).toEqual({ status: 304, body: '' });
  await stack.query(`update tracks set updated_at = updated_at + interval '1 s' where id = $1`, [trackId]);
  const changed = await stack.inject({
    url: `${preview}.svg`,
    headers: { ...headers, 'if-none-match': String(tags[0]) },
  });
  expect(changed.statusCode).toBe(200);
});

test.each(['width=31', 'height=1201', 'width=1e9', 'theme=neon'])('a picture with %s is not drawn', async (query) => {
  expectProblem(await stack.inject({ url: `${preview}.png?${query}`, headers }), 'request/invalid');
});

test("other people's tracks have no picture", async () => {
  const other = await savedTrack(stack.db, 'somebody else');
  expectProblem(await stack.inject({ url: `/v1/tracks/${other.trackId}/preview.png`, headers }), 'request/not-found');
});

test('a large track is drawn, and the child draws what this process would', async () => {
  const gpx = Buffer.from(generateGpx({ points: 50_000, hasElevation: false, startedAtMs: null }));
  const large = await savedTrack(stack.db, 'tester', gpx.toString());
  const url = `/v1/tracks/${large.trackId}/preview.png?width=1200&height=1200`;
  const answer = await stack.inject({ url, headers });
  const svg = previewSvg(readGpx(gpx, { receivedAtMs: Date.now() }), { width: 1_200, height: 1_200, theme: 'light' });
  const png = new Resvg(svg, { font: { loadSystemFonts: false } }).render().asPng();
  expect(png.equals(answer.rawPayload)).toBe(true);
});

test('HEAD says type and tag, and draws nothing', async () => {
  const broken = await savedTrack(stack.db, 'tester');
  await stack.query('update track_columns set columns_gzip = $2 where track_id = $1', [
    broken.trackId,
    Buffer.alloc(3),
  ]);
  const head = await stack.inject({ method: 'HEAD', url: `/v1/tracks/${broken.trackId}/preview.png`, headers });
  expect({ status: head.statusCode, type: head.headers['content-type'], body: head.body }).toEqual({
    status: 200,
    type: 'image/png',
    body: '',
  });
});

test('a track without any position is an empty ring', async () => {
  const { definition, data } = records(['timestamp', 'heart_rate']);
  const indoors = await savedTrack(
    stack.db,
    'tester',
    fitFile([...aboutFile(), ...definition, ...data(START_S, 120), ...data(START_S + 1, 121)]),
  );
  const url = `/v1/tracks/${indoors.trackId}/preview`;
  const svg = await stack.inject({ url: `${url}.svg`, headers });
  expect(svg.body).toContain('stroke-dasharray');
  expect(svg.body).not.toMatch(/<path|NaN/);
  expect((await stack.inject({ url: `${url}.png`, headers })).statusCode).toBe(200);
});

test('a picture that cannot be drawn is one failure: the next one is drawn', async () => {
  const broken = await savedTrack(stack.db, 'tester');
  await stack.query(`update track_columns set columns_gzip = '\\x00' where track_id = $1`, [broken.trackId]);
  expectProblem(await stack.inject({ url: `/v1/tracks/${broken.trackId}/preview.png`, headers }), 'internal/bug');
  expect((await stack.inject({ url: `${preview}.png`, headers })).statusCode).toBe(200);
});

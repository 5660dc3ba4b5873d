import { existsSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import type { RejectionCode } from '../../contracts/rejections.ts';
import { smallGpx } from '../support/gpx.ts';
import { apiStack } from './support/app.ts';
import { form, type Part } from './support/form.ts';
import { expectProblem } from './support/problem.ts';

const stack = await apiStack();

afterEach(async () => {
  expect(await stack.storedFiles()).toEqual([]);
  expect(await stack.uploadCount()).toBe(0);
});

async function refused(
  code: RejectionCode,
  payload: string | Buffer,
  headers: Record<string, string> = {},
  query = '',
) {
  const url = `/v1/uploads${query}`;
  const answer = await stack.inject({
    method: 'POST',
    url,
    headers: { ...stack.headers, ...headers },
    payload,
  });
  return expectProblem(answer, code);
}

const UNREADABLE: readonly [string, string | Buffer, RegExp][] = [
  ['zip', Buffer.from('PK\x03\x04rest', 'latin1'), /zip archive/],
  ['jpeg', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]), /JPEG/],
  ['pdf', '%PDF-1.7', /PDF/],
  ['json', '{"type":"FeatureCollection"}', /JSON/],
  ['html', '<!doctype html><html></html>', /HTML/],
  ['plain text', 'hello', /not known/],
];

test.each(UNREADABLE)('%s is refused by its first bytes, raw, zipped and in a form', async (_kind, bytes, detail) => {
  const code = 'upload/unsupported-type';
  expect((await refused(code, bytes)).detail).toMatch(detail);
  expect((await refused(code, bytes, { 'content-type': 'application/gpx+xml' })).detail).toMatch(detail);
  expect((await refused(code, gzipSync(bytes))).detail).toMatch(detail);
  const { type, body } = form([{ name: 'file', fileName: 'track.gpx', value: bytes }]);
  expect((await refused(code, body, { 'content-type': type })).detail).toMatch(detail);
});

test('nothing at all, raw, zipped and in a form', async () => {
  await refused('upload/empty-file', '');
  await refused('upload/empty-file', gzipSync(''));
  const { type, body } = form([{ name: 'file', fileName: 'a.gpx', value: '' }]);
  await refused('upload/empty-file', body, { 'content-type': type });
});

test('over 25 MB, however it is sent', async () => {
  const large = Buffer.from(smallGpx().padEnd(25_000_001));
  const limit = { limit: 'wireBytes', limitValue: 25_000_000 };
  expect(await refused('upload/too-large', large)).toMatchObject(limit);
  const { type, body } = form([{ name: 'file', fileName: 'a.gpx', value: large }]);
  expect(await refused('upload/too-large', body, { 'content-type': type })).toMatchObject(limit);
  const preamble = Buffer.concat([Buffer.alloc(26_000_000, ' '), body.subarray(0, 500)]);
  expect(await refused('upload/too-large', preamble, { 'content-type': type })).toMatchObject(limit);
});

test('a gzip that inflates too far is stopped on the way', async () => {
  const ratio = { limit: 'inflateRatio', limitValue: 200 };
  expect(await refused('upload/inflates-too-far', bomb(8_000_000))).toMatchObject(ratio);
  const { type, body } = form([{ name: 'file', fileName: 'a.gpx.gz', value: bomb(8_000_000) }]);
  expect(await refused('upload/inflates-too-far', body, { 'content-type': type })).toMatchObject(ratio);
});

const BOMB = new URL('../../../shared/corpus/derived/derived-bomb-200MB.gpx.gz', import.meta.url);
test.skipIf(!existsSync(BOMB))('the corpus bomb of 200 MB (skipped where the shared corpus is absent)', async () => {
  await refused('upload/inflates-too-far', readFileSync(BOMB));
});

function bomb(bytes: number): Buffer {
  return gzipSync(smallGpx().padEnd(bytes));
}

test('a gzip that is cut off, damaged, of gzip, or followed by rubbish', async () => {
  const zipped = gzipSync(smallGpx({ points: 3_000 }));
  await refused('upload/corrupt-gzip', zipped.subarray(0, zipped.length - 9));
  await refused('upload/corrupt-gzip', zipped.subarray(0, 2));
  const damaged = Buffer.from(zipped);
  damaged.fill(0xff, 5_000, 5_050);
  await refused('upload/corrupt-gzip', damaged);
  await refused('upload/corrupt-gzip', Buffer.concat([zipped, Buffer.from('rubbish')]));
  await refused('upload/nested-gzip', gzipSync(zipped));
});

const FILE: Part = { name: 'file', fileName: 'a.gpx', value: smallGpx() };

test('a form without a file, with two, with too many parts or too long a field', async () => {
  const refusedForm = (code: RejectionCode, parts: readonly Part[]) => {
    const { type, body } = form(parts);
    return refused(code, body, { 'content-type': type });
  };
  await refusedForm('upload/no-file', [{ name: 'name', value: 'x' }]);
  await refusedForm('upload/no-file', []);
  await refusedForm('upload/bad-multipart', [FILE, FILE]);
  const many = Array.from({ length: 20 }, (_, i) => ({ name: `f${i}`, value: 'x' }));
  await refusedForm('upload/bad-multipart', [FILE, ...many]);
  await refusedForm('upload/bad-multipart', [...many, FILE]);
  await refusedForm('upload/bad-multipart', [FILE, { name: 'name', value: 'x'.repeat(5_000) }]);
  await refusedForm('request/invalid', [FILE, { name: 'name', value: 'x'.repeat(256) }]);
  await refusedForm('request/invalid', [{ name: 'sport', value: 'x'.repeat(65) }, FILE]);
});

test('a form with an impossible boundary is 400, never 500', async () => {
  for (const boundary of ['x'.repeat(1_000), 'x'.repeat(257)]) {
    const { type, body } = form([FILE], boundary);
    await refused('upload/bad-multipart', body, { 'content-type': type });
  }
  const { body } = form([FILE]);
  await refused('upload/bad-multipart', body, { 'content-type': 'multipart/form-data' });
  await refused('upload/bad-multipart', body, { 'content-type': 'multipart/form-data; boundary=' });
  await refused('upload/bad-multipart', body, { 'content-type': 'multipart/form-data; boundary=another' });
});

test('a form that ends before its last boundary', async () => {
  const { type, body } = form([FILE, { name: 'name', value: 'x' }]);
  for (const end of [body.length - 60, body.length - 20, 1_000, 300, 100, 20]) {
    await refused('upload/bad-multipart', body.subarray(0, end), { 'content-type': type });
  }
});

test('query fields that are too long or twice', async () => {
  expect(await refused('request/invalid', smallGpx(), {}, `?name=${'x'.repeat(256)}`)).toHaveProperty('errors');
  await refused('request/invalid', smallGpx(), {}, '?sport=a&sport=b');
});

test('content encodings and types that cannot be', async () => {
  await refused('request/unsupported-media-type', smallGpx(), { 'content-encoding': 'br' });
  await refused('request/unsupported-media-type', smallGpx(), { 'content-encoding': 'gzip, gzip' });
  await refused('request/unsupported-media-type', smallGpx(), { 'content-type': 'no/such/type' });
});

import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { BlobMissing, BlobStoreUnavailable } from '../../services/blob-store.ts';
import { openFsBlobStore } from '../../services/blob-store-fs.ts';

const folder = await mkdtemp(path.join(tmpdir(), 'cairn blobs ü-'));
const store = await openFsBlobStore(folder);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function* chunks(...parts: string[]): AsyncIterable<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

test('a blob is found under the hash of its bytes, 0600, and its temporary file is gone', async () => {
  const stored = await store.put(chunks('one ', 'two'));
  expect(stored).toEqual({ key: sha256('one two'), bytes: 7 });
  expect(Buffer.from(await store.get(stored.key)).toString()).toBe('one two');
  const file = path.join(folder, stored.key.slice(0, 2), stored.key);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(path.join(folder, 'incoming'))).toEqual([]);
});

test('every folder that a blob can come to is there before the first one', async () => {
  const empty = await mkdtemp(path.join(tmpdir(), 'cairn-blobs-'));
  await openFsBlobStore(empty);
  await openFsBlobStore(empty); // another process, a moment later
  const names = (await readdir(empty)).sort();
  await rm(empty, { recursive: true });
  expect(names).toHaveLength(257);
  expect(names.slice(0, 2)).toEqual(['00', '01']);
  expect(names.slice(-2)).toEqual(['ff', 'incoming']);
});

test('the same bytes are one blob, whoever puts them and however often, and readers of it read on', async () => {
  const first = await store.put(chunks('same'));
  const reader = await store.range(first.key, 0, 4);
  const puts = await Promise.all(Array.from({ length: 20 }, () => store.put(chunks('sa', 'me'))));
  expect(new Set(puts.map(({ key }) => key))).toEqual(new Set([first.key]));
  expect(Buffer.concat(await reader.toArray()).toString()).toBe('same');
  expect(await readdir(path.join(folder, first.key.slice(0, 2)))).toEqual([first.key]);
  expect(await readdir(path.join(folder, 'incoming'))).toEqual([]);
});

test('a damaged blob is mended by the next upload of its bytes', async () => {
  const { key } = await store.put(chunks('whole'));
  await writeFile(path.join(folder, key.slice(0, 2), key), 'wh');
  await store.put(chunks('whole'));
  expect(Buffer.from(await store.get(key)).toString()).toBe('whole');
});

test('a staged blob is nowhere before it is published, and leaves nothing behind when it is not', async () => {
  const staged = [await store.stage(chunks('staged')), await store.stage(chunks('staged'))];
  expect(await store.head(sha256('staged'))).toBeUndefined();
  await Promise.all(staged.map((blob) => blob.publish()));
  const dropped = await store.stage(chunks('dropped'));
  for (const blob of [...staged, dropped, dropped]) await blob.discard();
  expect(await store.head(sha256('staged'))).toEqual({ bytes: 6 });
  expect(await store.head(sha256('dropped'))).toBeUndefined();
  expect(await readdir(path.join(folder, 'incoming'))).toEqual([]);
});

test('when the source fails nothing is kept and its own error comes out', async () => {
  async function* failing(): AsyncIterable<Uint8Array> {
    yield Buffer.from('half');
    throw new RangeError('cut off');
  }
  await expect(store.put(failing())).rejects.toThrow(RangeError);
  expect(await store.head(sha256('half'))).toBeUndefined();
  expect(await readdir(path.join(folder, 'incoming'))).toEqual([]);
});

test('a range is those bytes, end exclusive', async () => {
  const { key } = await store.put(chunks('0123456789'));
  const parts: Buffer[] = [];
  for await (const part of await store.range(key, 2, 5)) parts.push(Buffer.from(part));
  expect(Buffer.concat(parts).toString()).toBe('234');
});

test('what is not there is BlobMissing, undefined or false', async () => {
  const key = sha256('never stored');
  await expect(store.get(key)).rejects.toThrow(BlobMissing);
  await expect(store.range(key, 0, 1)).rejects.toThrow(BlobMissing);
  expect(await store.head(key)).toBeUndefined();
  expect(await store.delete(key)).toBe(false);
});

test('a deleted blob is gone, and list tells what there is', async () => {
  const { key } = await store.put(chunks('short-lived'));
  const listed = async () => {
    const keys: string[] = [];
    for await (const blob of store.list()) keys.push(blob.key);
    return keys;
  };
  expect(await listed()).toContain(key);
  expect(await store.delete(key)).toBe(true);
  expect(await listed()).not.toContain(key);
});

test('no text but a hash is ever a path', async () => {
  await expect(async () => store.get('../../etc/passwd')).rejects.toThrow('not a blob key');
});

test('a store that cannot be written says that it is unavailable', async () => {
  const broken = await openFsBlobStore(path.join(folder, 'sub'));
  await rm(path.join(folder, 'sub'), { recursive: true });
  await writeFile(path.join(folder, 'sub'), 'a file where the folder was');
  await expect(broken.put(chunks('x'))).rejects.toThrow(BlobStoreUnavailable);
});

test('a store that is not there is away, and says nothing of its blobs; who only reads makes none in its place', async () => {
  const at = path.join(folder, 'volume');
  const { key } = await (await openFsBlobStore(at)).put(chunks('kept'));
  const reader = await openFsBlobStore(at, { make: false });
  await rename(at, `${at}-unmounted`);
  const asked = [
    () => reader.get(key),
    () => reader.range(key, 0, 1),
    () => reader.head(key),
    () => reader.delete(key),
  ];
  for (const ask of asked) await expect(ask()).rejects.toThrow(BlobStoreUnavailable);
  await openFsBlobStore(at, { make: false });
  await expect(stat(at)).rejects.toThrow('ENOENT');
  await rename(`${at}-unmounted`, at);
  expect(Buffer.from(await reader.get(key)).toString()).toBe('kept');
});

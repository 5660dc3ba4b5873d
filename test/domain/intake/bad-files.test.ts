import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { receiveFile } from '../../../api/uploads/receive-file.ts';
import { Rejection } from '../../../contracts/rejections.ts';
import { deriveRecording } from '../../../domain/derive-recording.ts';
import { openFsBlobStore } from '../../../services/blob-store-fs.ts';
import { BAD_FILES, CLASSES } from '../../support/bad-files.ts';

const folder = await mkdtemp(path.join(tmpdir(), 'cairn-bad-files-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const blobs = await openFsBlobStore(folder);

/** Processor time: a busy machine is no bad file. */
const MOST_MS = 10_000;

test('there are at least 150 bad files, of every class, no two alike', () => {
  expect(BAD_FILES.length).toBeGreaterThanOrEqual(150);
  expect([...new Set(BAD_FILES.map((file) => file.class))].sort()).toEqual([...CLASSES].sort());
  expect(new Set(BAD_FILES.map(({ name }) => name)).size).toBe(BAD_FILES.length);
  const hashes = BAD_FILES.map(({ bytes }) => createHash('sha256').update(bytes()).digest('hex'));
  expect(new Set(hashes).size).toBe(BAD_FILES.length);
});

test.each(BAD_FILES)('$class: $name', async ({ bytes, expected }) => {
  const content = bytes();
  const before = process.cpuUsage();
  expect(await outcomeOf(content)).toEqual(expected);
  expect(process.cpuUsage(before).user / 1_000).toBeLessThan(MOST_MS);

  async function outcomeOf(sent: Uint8Array): Promise<object> {
    try {
      const { encoding, format, blob } = await receiveFile(blobs, oneChunk(sent));
      await blob.discard();
      const inflated = encoding === 'gzip' ? gunzipSync(sent) : sent;
      const { statistics, series } = deriveRecording(inflated, { format, receivedAtMs: Date.UTC(2026, 10, 21) });
      expect(JSON.parse(JSON.stringify({ statistics, series }))).toEqual({ statistics, series });
      const codes = statistics.warnings.map(({ code }) => code);
      if ('warned' in expected && codes.includes(expected.warned)) return expected;
      return codes.length === 0 ? { accepted: true } : { warned: codes };
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      return { refused: error.code };
    }
  }
});

async function* oneChunk(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

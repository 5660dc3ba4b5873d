import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import type { ReadJob } from '../../activities/read-recording.ts';

export interface TestBlobs {
  readonly folder: string;
  fileOf(key: string): string;
  /** Written by hand, past the API and its checks. */
  plant(bytes: Uint8Array | string): Promise<string>;
}

/** A blob store on disk of this file's own, removed at its end. */
export async function testBlobs(): Promise<TestBlobs> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cairn-blobs-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const fileOf = (key: string) => path.join(folder, key.slice(0, 2), key);
  const plant = async (bytes: Uint8Array | string) => {
    const key = createHash('sha256').update(bytes).digest('hex');
    await mkdir(path.dirname(fileOf(key)), { recursive: true });
    await writeFile(fileOf(key), bytes);
    return key;
  };
  return { folder, fileOf, plant };
}

export const SETTINGS = { name: null, sport: null, zone: { radiusM: 0, key: 0 } };

export function job(blobKey: string, changes: Partial<ReadJob> = {}): ReadJob {
  const receivedAtMs = Date.UTC(2026, 5, 1);
  return { blobKey, encoding: 'identity', format: 'gpx', receivedAtMs, settings: SETTINGS, ...changes };
}

import { readFile } from 'node:fs/promises';

/** One question and what the real Valhalla answered; see record.ts. */
export interface Recorded {
  readonly version: string;
  readonly question: unknown;
  readonly status: number;
  readonly answer: unknown;
}

export const RECORDED_FOLDER = new URL('../../fixtures/valhalla/', import.meta.url);
export const RECORDED_NAMES = ['walk', 'nowhere'] as const;
export type RecordedName = (typeof RECORDED_NAMES)[number];

export async function readRecorded(name: RecordedName): Promise<Recorded> {
  return JSON.parse(await readFile(new URL(`${name}.json`, RECORDED_FOLDER), 'utf8'));
}

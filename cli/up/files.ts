import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';

/** Written beside its place and renamed: a reader sees the old file or the new one, never a half. Mode 0600. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  const part = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(part, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  await rename(part, path);
}

/** The members of a JSON object that pass `isWanted`; empty when there is no such file. */
export async function readJson<Value>(
  path: string,
  isWanted: (value: unknown) => value is Value,
): Promise<Readonly<Partial<Record<string, Value>>>> {
  const text = await readFile(path, 'utf8').catch(() => '{}');
  const members: [string, unknown][] = Object.entries(JSON.parse(text));
  return Object.fromEntries(members.flatMap(([name, value]) => (isWanted(value) ? [[name, value]] : [])));
}

import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Kept histories: `<folder>/<workflow>/<path>@<version>.json`, and `<folder>/index.json` with the SHA-256 of each.
 * An intended change of a workflow gets `patched` or a new version beside the old; a kept history is never changed.
 */
export const INDEX_FILE = 'index.json';

type HistoryIndex = Readonly<Record<string, string>>;

async function readIndex(folder: string): Promise<HistoryIndex> {
  const text = await readFile(path.join(folder, INDEX_FILE), 'utf8').catch(() => '{}');
  const entries = Object.entries(JSON.parse(text)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(entries);
}

/** What is wrong with the kept histories: missing paths, missing, edited or unlisted files. Empty when all is well. */
export async function historyFaults(
  folder: string,
  wanted: Readonly<Record<string, readonly string[]>>,
): Promise<readonly string[]> {
  const index = await readIndex(folder);
  const faults: string[] = [];
  for (const [workflow, paths] of Object.entries(wanted)) {
    for (const each of paths) {
      const kept = Object.keys(index).some((name) => name.startsWith(`${workflow}/${each}@`));
      if (!kept) faults.push(`no history of ${workflow}, path ${each}: run \`cairn histories capture\``);
    }
  }
  for (const [name, sha256] of Object.entries(index)) {
    const content = await readFile(path.join(folder, name)).catch(() => undefined);
    if (!content) faults.push(`${name} is in the index but its file is gone`);
    else if (sha256Of(content) !== sha256) faults.push(`${name} was edited: a history is never changed, only added to`);
  }
  for (const name of await keptFiles(folder))
    if (!Object.hasOwn(index, name)) faults.push(`${name} is not in the index`);
  return faults;
}

/** Adds one history. Throws when that name is taken. */
export async function keepHistory(folder: string, name: string, content: string): Promise<void> {
  await writeFile(path.join(folder, name), content, { flag: 'wx' });
  const index = { ...(await readIndex(folder)), [name]: sha256Of(Buffer.from(content)) };
  const sorted = Object.fromEntries(Object.entries(index).sort(([a], [b]) => a.localeCompare(b)));
  await writeFile(path.join(folder, INDEX_FILE), `${JSON.stringify(sorted, null, 2)}\n`);
}

export async function keptFiles(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  return names
    .filter((name) => name.endsWith('.json') && name !== INDEX_FILE)
    .map((name) => name.split(path.sep).join('/'));
}

function sha256Of(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

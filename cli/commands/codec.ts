import { Command } from 'commander';
import { lossLines, statusLines } from '../codec/report.ts';
import { losses, type UseOfKey, useOfKeys } from '../codec/use-of-keys.ts';
import { withDatabase } from '../database.ts';
import { UsageError } from '../settings.ts';
import { withTemporal } from '../temporal.ts';

/** `cairn codec`: which keys seal what, and whether one can go. Reads ids of keys alone, so it works for keys that are gone. */
export function codecCommand(): Command {
  const codec = new Command('codec').description('Keys of the payload codec (CAIRN_CODEC_KEYS).');
  codec
    .command('status')
    .description(
      'Every key, and what is sealed with it in Temporal and in the database. Exit code 2: a key is missing.',
    )
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: true }) => {
      const uses = await usesHere();
      console.log(json ? JSON.stringify(uses, null, 2) : statusLines(uses).join('\n'));
      if (uses.some(({ configured }) => !configured)) process.exitCode = 2;
    });
  codec
    .command('rotate-check')
    .description(
      'Whether a key can be taken out of CAIRN_CODEC_KEYS. Exit codes: 0 it can, 1 it cannot, 2 that failed.',
    )
    .requiredOption('--remove <id>', 'the id of the key')
    .option('--ignore-ended', 'let runs that have ended become unreadable')
    .option('--json', 'print JSON')
    .action(checkRemoval);
  return codec;
}

interface RemovalOptions {
  readonly remove: string;
  readonly ignoreEnded?: true;
  readonly json?: true;
}

async function checkRemoval({ remove: id, ignoreEnded, json }: RemovalOptions): Promise<void> {
  const uses = await usesHere();
  const key = uses.find((use) => use.id === id);
  if (!key) throw new UsageError(`there is no key ${id}, and nothing is sealed with it`);
  const lost = losses(uses, id, { ignoreEnded: ignoreEnded === true });
  const removable = !key.current && lost.length === 0;
  process.exitCode = removable ? 0 : 1;
  if (json) return console.log(JSON.stringify({ id, removable, current: key.current, lost: Object.fromEntries(lost) }));
  if (removable)
    return console.log(`${id} can go: ${key.sealed.ended.count} ended runs would become unreadable, nothing else.`);
  console.log(`${id} cannot go.`);
  if (key.current) console.log('It is the current key: put another one in front of it first.');
  for (const line of lossLines(lost)) console.log(line);
}

/** Every history is read, and there may be as many as Temporal keeps. */
const DEADLINE_MS = 30 * 60_000;

async function usesHere(): Promise<readonly UseOfKey[]> {
  let uses: readonly UseOfKey[] = [];
  await withDatabase((db) =>
    withTemporal(
      async (temporal) => {
        uses = await useOfKeys({ ...temporal, db }, tellProgress);
      },
      { deadlineMs: DEADLINE_MS },
    ),
  );
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  return uses;
}

function tellProgress(count: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\rlooked at ${count} runs and schedules`);
}

import { Command } from 'commander';
import { captureHistories } from '../histories/capture.ts';
import { readDevHome } from '../settings.ts';

/** `cairn histories capture`: recorded runs that every later change of workflow code is replayed against. */
export function historiesCommand(): Command {
  const histories = new Command('histories').description('Histories of workflows, kept for the replay gate.');
  histories
    .command('capture')
    .description('Send one recording down each path of a running `npm start` and keep the histories, opened.')
    .requiredOption('--as <version>', 'the version to keep them under, such as 0.1.0; existing ones are never replaced')
    .option('--path <path>', 'only this one of the paths')
    .action(async ({ as: version, path: only }: { as: string; path?: string }) => {
      for (const file of await captureHistories(await readDevHome(), { version, only })) console.log(`kept ${file}`);
    });
  return histories;
}

import { Command, Option } from 'commander';
import { RATE_PER_MINUTE } from '../../api/ops/redrive.ts';
import { REJECTIONS } from '../../contracts/rejections.ts';
import { FAILURE_KINDS } from '../../domain/upload/failure-kinds.ts';
import { withDatabase } from '../database.ts';
import { type FailedOptions, listFailed } from '../uploads/list-failed.ts';
import { type RedriveOptions, redriveUploads } from '../uploads/redrive.ts';
import { showUpload } from '../uploads/show.ts';

/** `cairn uploads failed | show | redrive`: dead letters of uploads, straight from the database. */
export function uploadsCommand(): Command {
  const uploads = new Command('uploads').description('Failed uploads: list them, look at one, process them again.');
  filtered(uploads.command('failed'))
    .description('The latest failures first, with counts by code.')
    .option('--limit <count>', 'how many to list', '20')
    .option('--json', 'print JSON')
    .action((options: FailedOptions) => withDatabase((db) => listFailed(db, options)));
  uploads
    .command('show <id>')
    .description('One upload of any state, with its runs.')
    .option('--json', 'print JSON')
    .action((id: string, options: { json?: true }) => withDatabase((db) => showUpload(db, id, options)));
  filtered(uploads.command('redrive [id]'))
    .description('Process one failed upload again, or all that match, at a rate. Only counts unless confirmed.')
    .requiredOption('--reason <why>', 'kept for whoever asks later; at least 10 characters')
    .option('--rate <per minute>', 'how many begin in a minute', String(RATE_PER_MINUTE.byDefault))
    .option('--yes', 'do it without asking')
    .option('--dry-run', 'only count, and do not ask')
    .option('--json', 'print JSON')
    .action((id: string | undefined, options: RedriveOptions) => withDatabase((db) => redriveUploads(db, id, options)));
  return uploads;
}

function filtered(command: Command): Command {
  return command
    .addOption(
      new Option('--code <code>', 'of the failure, such as processing/failed').choices(Object.keys(REJECTIONS)),
    )
    .addOption(new Option('--kind <kind>', 'who can mend it').choices(FAILURE_KINDS))
    .option('--since <when>', 'failed then or later: a moment, or 90m, 24h, 7d ago')
    .option('--until <when>', 'failed before')
    .option('--build <build>', 'the build that ended the last run')
    .option('--account <id>', "the site's own id of the owner")
    .option('--kept', 'instead: ready uploads whose last reprocess failed, with the track of an earlier run');
}

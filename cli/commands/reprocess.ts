import { Command, Option } from 'commander';
import { REPROCESS_RATE_PER_MINUTE } from '../../api/ops/reprocess-orders.ts';
import { PLANS } from '../../contracts/plans.ts';
import { REJECTIONS } from '../../contracts/rejections.ts';
import { REPROCESS_ACTIONS } from '../../db/reprocess-orders.ts';
import { withDatabase } from '../database.ts';
import { exitCodeOf, type ReprocessOptions, rateOf, reprocessAll } from '../reprocess/order.ts';
import { type ChangeOptions, changeThis, listReprocesses, paceThis, showReprocess } from '../reprocess/orders.ts';

/** `cairn reprocess all | list | show | pause | resume | cancel | rate`: bulk reprocesses, straight on the database. */
export function reprocessCommand(): Command {
  const reprocess = new Command('reprocess').description('Have many uploads processed again, at a rate.');
  reprocess.addCommand(all());
  reprocess
    .command('list')
    .description('The latest orders.')
    .option('--json', 'print JSON')
    .action((options: { json?: true }) => withDatabase((db) => listReprocesses(db, options)));
  reprocess
    .command('show <order>')
    .description('How far an order is. Exit codes as of `all`.')
    .option('--json', 'print JSON')
    .action((id: string, options: { json?: true }) =>
      withDatabase(async (db) => {
        process.exitCode = exitCodeOf(await showReprocess(db, id, options));
      }),
    );
  for (const action of REPROCESS_ACTIONS) {
    changing(reprocess.command(`${action} <order>`))
      .description(SAID[action])
      .action((id: string, options: ChangeOptions) => withDatabase((db) => changeThis(db, id, action, options)));
  }
  changing(reprocess.command('rate <order> <perMinute>'))
    .description('How many begin in a minute, at most, from the next uploads on.')
    .action((id: string, rate: string, options: ChangeOptions) =>
      withDatabase((db) => paceThis(db, id, rateOf(rate), options)),
    );
  return reprocess;
}

const SAID = {
  pause: 'Begin nothing further; what is under way is brought to its end.',
  resume: 'Go on with a paused or failed order, where it was.',
  cancel: 'End the order; what is under way is brought to its end, the rest stays untouched.',
} as const;

function all(): Command {
  return changing(new Command('all'))
    .description(
      `Process again what matches. Only counts unless confirmed. Exit codes: 0 done, or counted; 1 usage; 2 not done yet, or
something of it has failed.`,
    )
    .addOption(new Option('--state <state>', 'without it both').choices(['ready', 'failed']))
    .addOption(new Option('--code <code>', 'of the failure of the last run').choices(Object.keys(REJECTIONS)))
    .option('--pipeline-below <version>', 'tracks of an older pipeline than this')
    .option('--pipeline <version>', 'tracks of this pipeline')
    .addOption(new Option('--plan <plan>', 'of the account').choices(PLANS))
    .option('--received-since <when>', 'received then or later: a moment, or 90m, 24h, 7d ago')
    .option('--received-until <when>', 'received before')
    .option('--since <when>', 'the last run ended then or later')
    .option('--until <when>', 'the last run ended before')
    .option('--account <id>', "the site's own id of the owner")
    .option('--rate <per minute>', 'how many begin in a minute, at most', String(REPROCESS_RATE_PER_MINUTE.byDefault))
    .option('--wait <seconds>', 'how long to wait until it is done', '0')
    .option('--yes', 'do it without asking')
    .option('--dry-run', 'only count, and do not ask')
    .action((options: ReprocessOptions) =>
      withDatabase(async (db) => {
        process.exitCode = await reprocessAll(db, options);
      }),
    );
}

function changing(command: Command): Command {
  return command
    .requiredOption('--reason <why>', 'kept for whoever asks later; at least 10 characters')
    .option('--json', 'print JSON');
}

import { Command } from 'commander';
import { applyDeclared } from '../schedules/apply.ts';
import { showDifferences } from '../schedules/diff.ts';
import {
  type BackfillOptions,
  backfillSchedule,
  type OrderOptions,
  pauseOrResume,
  triggerSchedule,
} from '../schedules/orders.ts';
import { showStatus } from '../schedules/status.ts';

/** `cairn schedules status | diff | apply | pause | resume | trigger | backfill`. */
export function schedulesCommand(): Command {
  const schedules = new Command('schedules').description(
    'Scheduled work: what is declared, what Temporal has, and whether it really ran.',
  );
  schedules
    .command('status')
    .description('Did it run? Exit codes: 0 green or amber, 1 usage, 2 red, 3 cannot tell.')
    .option('--json', 'print JSON')
    .action(async (options: { json?: true }) => {
      process.exitCode = await showStatus(options);
    });
  schedules
    .command('diff')
    .description('What is declared against what is registered. Exit codes: 0 in sync, 1 usage, 2 drift, 3 cannot tell.')
    .option('--json', 'print JSON')
    .action(async (options: { json?: true }) => {
      process.exitCode = await showDifferences(options);
    });
  schedules
    .command('apply')
    .description("Make Temporal agree with what is declared. Operators' pauses stay.")
    .option('--remove-orphans', 'remove schedules of ours that nobody declares any more')
    .option('--json', 'print JSON')
    .action((options: { removeOrphans?: true; json?: true }) => applyDeclared(options));
  for (const does of ['pause', 'resume'] as const) {
    ordering(schedules.command(`${does} <schedule>`))
      .description(does === 'pause' ? 'Let it miss its slots until it is resumed.' : 'Let it fire again.')
      .action((id: string, options: OrderOptions) => pauseOrResume(does, id, options));
  }
  ordering(schedules.command('trigger <schedule>'))
    .description('Run its latest slot that is due, now, also while it is paused.')
    .action((id: string, options: OrderOptions) => triggerSchedule(id, options));
  ordering(schedules.command('backfill <schedule>'))
    .description('Run the slots of a time that is past. Only lists them unless confirmed.')
    .requiredOption('--from <when>', 'of the first slot, or before it: a moment, or 90m, 24h, 7d ago')
    .requiredOption('--to <when>', 'of the last slot, or after it')
    .option('--yes', 'do it')
    .action((id: string, options: BackfillOptions) => backfillSchedule(id, options));
  return schedules;
}

function ordering(command: Command): Command {
  return command
    .requiredOption('--reason <why>', 'kept for whoever asks later; at least 10 characters')
    .option('--json', 'print JSON');
}

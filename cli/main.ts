import { Command } from 'commander';
import { accountsCommand } from './commands/accounts.ts';
import { codecCommand } from './commands/codec.ts';
import { doctorCommand } from './commands/doctor.ts';
import { historiesCommand } from './commands/histories.ts';
import { keysCommand } from './commands/keys.ts';
import { migrateCommand } from './commands/migrate.ts';
import { releaseCommand } from './commands/release.ts';
import { schedulesCommand } from './commands/schedules.ts';
import { stripeCommand } from './commands/stripe.ts';
import { uploadsCommand } from './commands/uploads.ts';
import { webhooksCommand } from './commands/webhooks.ts';
import { UsageError } from './settings.ts';

/** `cairn`: one command for operators. Exit codes: 0 done, 1 usage, 2 it failed. */
const program = new Command('cairn')
  .description('Operate a Cairn installation. Settings come from the environment, or from a running `npm start`.')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 1))
  .addCommand(doctorCommand())
  .addCommand(keysCommand())
  .addCommand(accountsCommand())
  .addCommand(uploadsCommand())
  .addCommand(schedulesCommand())
  .addCommand(webhooksCommand())
  .addCommand(stripeCommand())
  .addCommand(codecCommand())
  .addCommand(migrateCommand())
  .addCommand(releaseCommand())
  .addCommand(historiesCommand());

try {
  await program.parseAsync();
} catch (error) {
  console.error(`cairn: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = error instanceof UsageError ? 1 : 2;
}

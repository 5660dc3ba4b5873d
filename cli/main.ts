import { Command } from 'commander';
import { UsageError } from './settings.ts';

/** In the order of `cairn --help`. Only what is asked for is loaded: all of it costs two seconds of processor time. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand(),
  keys: async () => (await import('./commands/keys.ts')).keysCommand(),
  accounts: async () => (await import('./commands/accounts.ts')).accountsCommand(),
  uploads: async () => (await import('./commands/uploads.ts')).uploadsCommand(),
  reprocess: async () => (await import('./commands/reprocess.ts')).reprocessCommand(),
  schedules: async () => (await import('./commands/schedules.ts')).schedulesCommand(),
  webhooks: async () => (await import('./commands/webhooks.ts')).webhooksCommand(),
  stripe: async () => (await import('./commands/stripe.ts')).stripeCommand(),
  codec: async () => (await import('./commands/codec.ts')).codecCommand(),
  migrate: async () => (await import('./commands/migrate.ts')).migrateCommand(),
  release: async () => (await import('./commands/release.ts')).releaseCommand(),
  histories: async () => (await import('./commands/histories.ts')).historiesCommand(),
};

/** `cairn`: one command for operators. Exit codes: 0 done, 1 usage, 2 it failed. */
const program = new Command('cairn')
  .description('Operate a Cairn installation. Settings come from the environment, or from a running `npm start`.')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 1));
for (const make of wanted(process.argv[2])) program.addCommand(await make());

try {
  await program.parseAsync();
} catch (error) {
  console.error(`cairn: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = error instanceof UsageError ? 1 : 2;
}

/** One command where it is named; all for `--help`, `help release` and what is misspelt. */
function wanted(name = ''): readonly (() => Promise<Command>)[] {
  const named = Object.hasOwn(COMMANDS, name) && COMMANDS[name];
  return named ? [named] : Object.values(COMMANDS);
}

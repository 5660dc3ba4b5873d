import { Command } from 'commander';
import { migrate } from '../../db/migrate.ts';
import { registerSearchAttributes } from '../../platform/temporal/search-attributes.ts';
import { applyDeclared } from '../schedules/apply.ts';
import { databaseUrl, temporalAddress } from '../settings.ts';

/** `cairn migrate`: what a release does before its new processes start. Safe to repeat. */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description('Apply missing database migrations and make our search attributes and schedules known to Temporal.')
    .action(async () => {
      const migrations = await migrate(await databaseUrl());
      console.log(migrations.length > 0 ? `applied ${migrations.join(', ')}` : 'the database is up to date');
      const attributes = await registerSearchAttributes(await temporalAddress());
      console.log(attributes.length > 0 ? `registered ${attributes.join(', ')}` : 'the search attributes are known');
      await applyDeclared({});
    });
}

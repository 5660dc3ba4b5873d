import { Command } from 'commander';
import { type LinkOptions, link, listUnlinked, show, unlink } from '../accounts/links.ts';

/** `cairn accounts show | link | unlink | unlinked`. */
export function accountsCommand(): Command {
  const accounts = new Command('accounts').description(
    'What accounts have bought, and which customers of Stripe are theirs.',
  );
  accounts
    .command('show <account>')
    .description("Its plan and why, until when, subscriptions, cards and notices; by the site's own id.")
    .option('--json', 'print JSON')
    .action((account: string, options: { json?: true }) => show(account, options));
  ordering(accounts.command('link <account> <customer>'))
    .description('Say that a customer of Stripe (cus_…) is this account; whatever metadata or a checkout say.')
    .action((account: string, customer: string, options: LinkOptions) => link(account, customer, options));
  ordering(accounts.command('unlink <account> <customer>'))
    .description("Say that the customer is nobody's, until it is linked again.")
    .action((account: string, customer: string, options: LinkOptions) => unlink(account, customer, options));
  accounts
    .command('unlinked')
    .description("Customers of Stripe that are nobody's, the newest first.")
    .option('--limit <count>', 'how many to list', '20')
    .option('--json', 'print JSON')
    .action((options: { limit: string; json?: true }) => listUnlinked(options));
  return accounts;
}

function ordering(command: Command): Command {
  return command
    .requiredOption('--reason <why>', 'kept for whoever asks later; at least 10 characters')
    .option('--json', 'print JSON');
}

import { Command, Option } from 'commander';
import { STRIPE_REPLAY_RATE_PER_MINUTE } from '../../api/ops/stripe-replay.ts';
import { STRIPE_EVENT_SOURCES, STRIPE_EVENT_STATES } from '../../contracts/stripe-events.ts';
import type { Pool } from '../../db/pool.ts';
import { withDatabase } from '../database.ts';
import {
  ignoreStripeEvent,
  type ListOptions,
  listStripeEvents,
  type OrderOptions,
  printStripeEventBody,
  showStripeEvent,
} from '../stripe/events.ts';
import {
  type ReconcileOptions,
  rebuildEntitlements,
  reconcileStripe,
  resyncCustomer,
  type StripeOrderOptions,
  showStripeOrder,
  type VerifyOptions,
  verifyStripe,
} from '../stripe/orders.ts';
import { type ReplayOptions, replayEvents } from '../stripe/replay.ts';
import { sendCommand } from '../stripe/send.ts';

/** `cairn stripe events … | send | resync | reconcile | verify | rebuild-entitlements | order`. */
export function stripeCommand(): Command {
  const stripe = new Command('stripe').description("Stripe's side: its events, and what is done there on your order.");
  stripe.addCommand(events());
  stripe.addCommand(sendCommand());
  addOrders(stripe);
  return stripe;
}

/** Long work that a worker does; the command gives the order and waits for its end. */
function addOrders(stripe: Command): void {
  waiting(stripe.command('resync <customer>'))
    .description(
      'Fetch a customer anew, and all that is theirs. Exit codes: 0 done, 1 usage, 2 failed or not done yet.',
    )
    .action((customer: string, options: StripeOrderOptions) => exiting((db) => resyncCustomer(db, customer, options)));
  waiting(stripe.command('reconcile'))
    .description('Look for events that Stripe has made since a time and that never came. Exit codes as of resync.')
    .requiredOption('--since <when>', 'a moment of the last 30 days, or 90m, 24h, 7d ago')
    .action((options: ReconcileOptions) => exiting((db) => reconcileStripe(db, options)));
  waiting(stripe.command('verify'))
    .description(
      "Hold the mirrors against Stripe's own state. Exit codes: 0 alike, 1 usage, 2 failed or not done yet, 3 drift.",
    )
    .option('--repair', 'fetch anew what differs')
    .action((options: VerifyOptions) => exiting((db) => verifyStripe(db, options)));
  waiting(stripe.command('rebuild-entitlements'))
    .description('Work out anew what every subscription entitles to. Exit codes as of resync.')
    .action((options: StripeOrderOptions) => exiting((db) => rebuildEntitlements(db, options)));
  stripe
    .command('order <id>')
    .description('How far an order is. Exit codes as of the command that gave it.')
    .option('--json', 'print JSON')
    .action((id: string, options: { json?: true }) => exiting((db) => showStripeOrder(db, id, options)));
}

function exiting(work: (db: Pool) => Promise<number>): Promise<void> {
  return withDatabase(async (db) => {
    process.exitCode = await work(db);
  });
}

/** `cairn stripe events list | show | body | replay | ignore`: straight from the database. */
function events(): Command {
  const command = new Command('events').description("Stripe's events: list them, look at one, process them again.");
  filtered(command.command('list'))
    .description('The latest received first; with --state dead the dead letters.')
    .option('--limit <count>', 'how many to list', '20')
    .option('--json', 'print JSON')
    .action((options: ListOptions) => withDatabase((db) => listStripeEvents(db, options)));
  command
    .command('show <id>')
    .description('One event, with its tries and what operators did with it; never its body.')
    .option('--json', 'print JSON')
    .action((id: string, options: { json?: true }) => withDatabase((db) => showStripeEvent(db, id, options)));
  command
    .command('body <id>')
    .description(
      'Its body, byte by byte as it was signed. It holds personal data: that you have seen it is written down.',
    )
    .requiredOption('--reason <why>', 'kept for whoever asks later; at least 10 characters')
    .action((id: string, options: OrderOptions) => withDatabase((db) => printStripeEventBody(db, id, options)));
  filtered(ordering(command.command('replay [id]')))
    .description(
      'Process one event again, or all that match (dead ones by default), at a rate. Only counts unless confirmed.',
    )
    .option('--rate <per minute>', 'how many begin in a minute', String(STRIPE_REPLAY_RATE_PER_MINUTE.byDefault))
    .option('--yes', 'do it without asking')
    .option('--dry-run', 'only count, and do not ask')
    .action((id: string | undefined, options: ReplayOptions) => withDatabase((db) => replayEvents(db, id, options)));
  ordering(command.command('ignore <id>'))
    .description('Take a dead event off the list: nothing is done for it.')
    .action((id: string, options: OrderOptions) => withDatabase((db) => ignoreStripeEvent(db, id, options)));
  return command;
}

function filtered(command: Command): Command {
  return command
    .addOption(new Option('--state <state>', 'how it stands').choices(STRIPE_EVENT_STATES))
    .option('--type <type>', "Stripe's word for what has happened")
    .option('--object <id>', "Stripe's id of what it happened to")
    .option('--customer <id>', "Stripe's id of whose it is")
    .option('--code <code>', 'why it was ignored, or is dead')
    .addOption(new Option('--source <source>', 'how it came').choices(STRIPE_EVENT_SOURCES))
    .option('--since <when>', 'received then or later: a moment, or 90m, 24h, 7d ago')
    .option('--until <when>', 'received before');
}

function ordering(command: Command): Command {
  return command
    .requiredOption('--reason <why>', 'kept for whoever asks later; at least 10 characters')
    .option('--json', 'print JSON');
}

function waiting(command: Command): Command {
  return ordering(command).option('--wait <seconds>', 'how long to wait until it is done', '600');
}

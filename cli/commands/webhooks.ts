import { Command, Option } from 'commander';
import { REPLAY_RATE_PER_MINUTE } from '../../api/ops/webhook-replay.ts';
import { WEBHOOK_STATES, WEBHOOK_TYPES } from '../../contracts/webhooks.ts';
import { withDatabase } from '../database.ts';
import {
  enableOrDisable,
  type OrderOptions,
  retire,
  rotate,
  sendTest,
  setUrl,
  showEndpoint,
} from '../webhooks/endpoint.ts';
import {
  type ListOptions,
  listMessages,
  type ReplayOptions,
  replayMessages,
  showMessage,
} from '../webhooks/messages.ts';

/** `cairn webhooks endpoint | set | rotate | retire-secret | enable | disable | test | list | show | replay`. */
export function webhooksCommand(): Command {
  const webhooks = new Command('webhooks').description('What the site is told: where, how that goes, and once more.');
  webhooks
    .command('endpoint')
    .description('Where the site is told, and how that goes.')
    .option('--json', 'print JSON')
    .action((options: { json?: true }) => showEndpoint(options));
  ordering(webhooks.command('set <url>'))
    .description('Set where the site is told. The first time its secret is made, and shown once.')
    .action((url: string, options: OrderOptions) => setUrl(url, options));
  ordering(webhooks.command('rotate'))
    .description('Make a new secret; the one before goes on signing beside it.')
    .action((options: OrderOptions) => rotate(options));
  ordering(webhooks.command('retire-secret'))
    .description('End a rotation: only the newest secret signs.')
    .action((options: OrderOptions) => retire(options));
  for (const does of ['enable', 'disable'] as const) {
    ordering(webhooks.command(does))
      .description(does === 'enable' ? 'Send again; what waits goes out.' : 'Let messages wait.')
      .action((options: OrderOptions) => enableOrDisable(does, options));
  }
  ordering(webhooks.command('test'))
    .description('Send the site a message of type webhook.test.')
    .action((options: OrderOptions) => sendTest(options));
  addMessages(webhooks);
  return webhooks;
}

function addMessages(webhooks: Command): void {
  filtered(webhooks.command('list'))
    .description('Messages to the site, the newest first.')
    .option('--limit <count>', 'how many to list', '20')
    .option('--json', 'print JSON')
    .action((options: ListOptions) => withDatabase((db) => listMessages(db, options)));
  webhooks
    .command('show <id>')
    .description('One message, with what it tells and each attempt.')
    .option('--json', 'print JSON')
    .action((id: string, options: { json?: true }) => withDatabase((db) => showMessage(db, id, options)));
  filtered(ordering(webhooks.command('replay [id]')))
    .description(
      'Deliver one message again, or those since a time (parked ones by default). Only counts unless confirmed.',
    )
    .option('--until <when>', 'written before')
    .option('--rate <per minute>', 'how many begin in a minute', String(REPLAY_RATE_PER_MINUTE.byDefault))
    .option('--yes', 'do it')
    .action((id: string | undefined, options: ReplayOptions) => withDatabase((db) => replayMessages(db, id, options)));
}

function filtered(command: Command): Command {
  return command
    .addOption(new Option('--state <state>', 'how it stands').choices(WEBHOOK_STATES))
    .addOption(new Option('--type <type>', 'what it tells').choices(WEBHOOK_TYPES))
    .option('--since <when>', 'written then or later: a moment, or 90m, 24h, 7d ago');
}

function ordering(command: Command): Command {
  return command
    .requiredOption('--reason <why>', 'kept for whoever asks later; at least 10 characters')
    .option('--json', 'print JSON');
}

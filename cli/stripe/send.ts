import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import type { Db } from '../../db/pool.ts';
import { type StripeOutcome, stripeOutcomesOf } from '../../db/stripe-outcomes.ts';
import { withDatabase } from '../database.ts';
import { UsageError } from '../settings.ts';
import { fakeStripeHere, play, type SentEvent, storiesOf } from './fake-stripe.ts';

interface SendOptions {
  readonly account: string;
  readonly wait: string;
  readonly list?: true;
  readonly json?: true;
}

/** `cairn stripe send [type]`. */
export function sendCommand(): Command {
  return new Command('send')
    .argument('[type]', "Stripe's type of event, or `life`: twelve events of a customer's life")
    .description('Let the fake Stripe of a running `npm start` send an event, and wait until it has ended.')
    .option('--list', 'the types that can be sent')
    .option('--account <id>', "whose customer it is about, by the site's own id", 'dev')
    .option('--wait <seconds>', 'how long to wait until all have ended', '60')
    .option('--json', 'print JSON')
    .action((type: string | undefined, options: SendOptions) => send(type, options));
}

/** Lets the fake Stripe send an event, or a life of them, and says what became of each. */
async function send(story: string | undefined, { account, wait, list, json }: SendOptions): Promise<void> {
  const fake = await fakeStripeHere();
  if (list) return console.log((await storiesOf(fake)).join('\n'));
  if (story === undefined) throw new UsageError('say which type of event; --list tells those that can be sent');
  const waitS = /^\d{1,4}$/.test(wait) ? Number(wait) : Number.NaN;
  if (Number.isNaN(waitS)) throw new UsageError('--wait takes seconds');
  const sent = await play(fake, story, account);
  await withDatabase(async (db) => {
    const outcomes = await untilEnded(db, sent, waitS);
    if (json) console.log(JSON.stringify({ events: sent.map((event) => ({ ...event, ...of(outcomes, event) })) }));
    else console.log(tableOf(sent, outcomes));
    if (!sent.every((event) => ENDED_WELL.includes(of(outcomes, event)?.state ?? ''))) process.exitCode = 2;
  });
}

const POLL_MS = 200;
const OPEN: readonly string[] = ['received', 'processing'];
const ENDED_WELL: readonly string[] = ['processed', 'ignored'];

/** What is there when all have ended, or when the time is over. */
async function untilEnded(db: Db, sent: readonly SentEvent[], waitS: number): Promise<readonly StripeOutcome[]> {
  const deadline = performance.now() + waitS * 1_000;
  const ids = sent.map(({ id }) => id);
  for (;;) {
    const outcomes = await stripeOutcomesOf(db, ids);
    const allEnded = outcomes.length === ids.length && outcomes.every(({ state }) => !OPEN.includes(state));
    if (allEnded || performance.now() > deadline) return outcomes;
    await sleep(POLL_MS);
  }
}

function of(outcomes: readonly StripeOutcome[], { id }: SentEvent): StripeOutcome | undefined {
  return outcomes.find((outcome) => outcome.id === id);
}

function tableOf(sent: readonly SentEvent[], outcomes: readonly StripeOutcome[]): string {
  const rows = sent.map((event) => {
    const outcome = of(outcomes, event);
    const told = outcome
      ? outcome.reason
        ? `${outcome.state}: ${outcome.reason}`
        : outcome.state
      : undelivered(event);
    return [event.id, event.type, told, outcome?.mirror ? `${outcome.objectId} ${outcome.mirror}` : ''];
  });
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function undelivered({ status }: SentEvent): string {
  return `not taken (${status === null ? 'no answer' : `answered ${status}`}); it is tried again`;
}

import { type FakeStripeHere, readDevHome, UsageError } from '../settings.ts';

export interface SentEvent {
  readonly id: string;
  readonly type: string;
  /** What the first delivery was answered with; null when nobody answered. Without a 2xx it is tried again. */
  readonly status: number | null;
}

const ASK_TIMEOUT_MS = 60_000;

/** The fake Stripe of the running `npm start`. Throws `UsageError` where there is none. */
export async function fakeStripeHere(): Promise<FakeStripeHere> {
  const { stripe } = await readDevHome();
  if (stripe) return stripe;
  throw new UsageError('this `npm start` talks to the real Stripe: send test events with its own command line');
}

/** What it can let happen. */
export async function storiesOf(fake: FakeStripeHere): Promise<readonly string[]> {
  const { stories } = await ask(fake, 'GET', '/fake/stories');
  if (!Array.isArray(stories)) throw new Error('the fake Stripe tells no stories');
  return stories.map(String);
}

/** Lets it happen to an account's objects; the events that this made, each delivered once or to be tried again. */
export async function play(fake: FakeStripeHere, story: string, account: string): Promise<readonly SentEvent[]> {
  const query = new URLSearchParams({ account });
  const { events } = await ask(fake, 'POST', `/fake/stories/${encodeURIComponent(story)}?${query}`);
  if (!Array.isArray(events)) throw new Error('the fake Stripe tells no events');
  return events.map(({ id, type, status }) => ({
    ...{ id: String(id), type: String(type) },
    status: typeof status === 'number' ? status : null,
  }));
}

async function ask({ url, apiKey }: FakeStripeHere, method: string, path: string): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${apiKey}` };
  const answer = await fetch(url + path, { method, headers, signal: AbortSignal.timeout(ASK_TIMEOUT_MS) });
  const body = Object(await answer.json());
  if (answer.ok) return body;
  const { code } = Object(body.error);
  if (code === 'no_such_story') throw new UsageError('no event of that type can be sent; --list tells those that can');
  if (code === 'account_invalid') throw new UsageError('--account takes letters, digits, - and _, 64 at most');
  throw new Error(`the fake Stripe answered ${answer.status} (${code})`);
}

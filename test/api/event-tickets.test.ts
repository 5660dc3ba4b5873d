import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createKey } from '../../cli/keys.ts';
import { removeExpiredTickets } from '../../db/event-tickets.ts';
import { newUpload } from '../db/support.ts';
import { parseEventStream } from '../support/event-stream.ts';
import { apiStack } from './support/app.ts';
import { changesOf } from './support/events.ts';
import { expectProblem } from './support/problem.ts';

const lines: string[] = [];
const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
const stack = await apiStack({ log });
const { db, inject, headers, query } = stack;

async function finished(): Promise<string> {
  const { id } = await newUpload(db);
  await changesOf(stack).fail(id);
  return id;
}

async function ticketFor(id: string): Promise<string> {
  const answer = await inject({ method: 'POST', url: `/v1/uploads/${id}/events/ticket`, headers });
  expect(answer.statusCode).toBe(201);
  const { ticket, links } = answer.json();
  expect(links.events).toBe(`/v1/uploads/${id}/events?ticket=${ticket}`);
  return ticket;
}

const open = (id: string, ticket: string) => inject({ url: `/v1/uploads/${id}/events?ticket=${ticket}` });
const age = (seconds: number) =>
  query(
    `update event_tickets set created_at = created_at - make_interval(secs => $1), expires_at = expires_at - make_interval(secs => $1)`,
    [seconds],
  );

test('a ticket opens the events of its upload without a key, again and again', async () => {
  const id = await finished();
  const ticket = await ticketFor(id);
  for (let i = 0; i < 3; i++) {
    const answer = await open(id, ticket);
    expect(answer.statusCode).toBe(200);
    expect(parseEventStream(answer.body)).toHaveLength(1);
  }
});

test('and nothing else: no other upload, no other operation, no other method', async () => {
  const [id, other] = [await finished(), await finished()];
  const ticket = await ticketFor(id);
  expectProblem(await open(other, ticket), 'auth/invalid-ticket');
  for (const url of [`/v1/uploads/${id}`, `/v1/uploads/${id}/events/ticket`]) {
    const method = url.endsWith('ticket') ? 'POST' : 'GET';
    expectProblem(await inject({ method, url: `${url}?ticket=${ticket}` }), 'auth/missing-key');
    const bearer = { authorization: `Bearer ${ticket}` };
    expectProblem(await inject({ method, url, headers: bearer }), 'auth/invalid-key');
  }
});

test.each(['', 'x', 'a'.repeat(43), '%00', `x&ticket=y`])('the ticket %j is refused', async (ticket) => {
  expectProblem(await open(await finished(), ticket), 'auth/invalid-ticket');
});

test('unused it ends after a minute; used it comes back for 15 more, and for an hour in all', async () => {
  const id = await finished();
  const unused = await ticketFor(id);
  await age(61);
  expectProblem(await open(id, unused), 'auth/invalid-ticket');
  const used = await ticketFor(id);
  for (let minutes = 0; minutes < 56; minutes += 14) {
    expect((await open(id, used)).statusCode, `${minutes}`).toBe(200);
    await age(14 * 60);
  }
  expect((await open(id, used)).statusCode, '56 minutes').toBe(200);
  await age(5 * 60);
  expectProblem(await open(id, used), 'auth/invalid-ticket');
});

test('a ticket of another account, of an upload that is gone, or with a wrong key beside it, opens nothing', async () => {
  const id = await finished();
  const ticket = await ticketFor(id);
  const wrong = { authorization: 'Bearer nonsense' };
  const url = `/v1/uploads/${id}/events?ticket=${ticket}`;
  expectProblem(await inject({ url, headers: wrong }), 'auth/invalid-key');
  const { key } = await createKey(db, { kind: 'account', accountExternalId: 'other', name: 'test' });
  const bearer = { authorization: `Bearer ${key}` };
  expectProblem(await inject({ url, headers: bearer }), 'request/not-found');
  const asking = { method: 'POST', url: `/v1/uploads/${id}/events/ticket`, headers: bearer } as const;
  expectProblem(await inject(asking), 'request/not-found');
  await inject({ method: 'DELETE', url: `/v1/uploads/${id}`, headers });
  expectProblem(await inject({ url }), 'auth/invalid-ticket');
});

test('a key in an address is refused by name, whatever the parameter is called, also beside a good one', async () => {
  const id = await finished();
  const key = headers.authorization.replace('Bearer ', '');
  for (const name of ['ticket', 'key', 'access_token']) {
    for (const url of [`/v1/uploads/${id}/events?${name}=${key}`, `/v1/uploads/${id}?x=1&${name}=${key}`]) {
      expectProblem(await inject({ url }), 'auth/key-in-url');
      expectProblem(await inject({ url, headers }), 'auth/key-in-url');
    }
  }
});

test('only the hash is kept, and expired ones are tidied up', async () => {
  const id = await finished();
  const ticket = await ticketFor(id);
  const [row] = await query<{ text: string }>('select string_agg(t::text, $1) as text from event_tickets t', [' ']);
  expect(row?.text).not.toContain(ticket);
  await age(3_601);
  await ticketFor(id);
  await removeExpiredTickets(db, { before: new Date(), limit: 100 });
  expect(await query('select from event_tickets')).toHaveLength(1);
});

test('neither ticket nor key is in the log', async () => {
  const id = await finished();
  const ticket = await ticketFor(id);
  await open(id, ticket);
  await expect.poll(() => lines.join('')).toContain('/v1/uploads/:uploadId/events');
  expect(lines.join('')).not.toContain(ticket);
  expect(lines.join('')).not.toMatch(/cairn_account_|ticket=/);
});

import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { asStepFailure } from '../../activities/step-failures.ts';
import { REJECTIONS, Rejection, type RejectionCode } from '../../contracts/rejections.ts';
import { connect } from '../../db/pool.ts';
import { failureOf } from '../../domain/upload/failure-of.ts';
import { freePort } from '../../platform/embedded/ports.ts';
import { BlobStoreUnavailable } from '../../services/blob-store.ts';
import { StripeAway } from '../../services/stripe.ts';
import { testDatabase } from '../support/database.ts';

const { db, url, query } = await testDatabase();
const CODES = Object.keys(REJECTIONS).filter((code): code is RejectionCode => Object.hasOwn(REJECTIONS, code));

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

test('a rejection keeps code, sentence and facts; only those that time can mend are tried again', () => {
  for (const code of CODES) {
    const failure = asStepFailure(new Rejection(code, { detail: 'So it is.', offset: 7 }), 1);
    expect(failure).toMatchObject({ type: code, message: 'So it is.', details: [{ detail: 'So it is.', offset: 7 }] });
    expect(failure.nonRetryable, code).toBe(REJECTIONS[code].kind !== 'transient');
    expect(failureOf(failure)).toEqual({ code, facts: { detail: 'So it is.', offset: 7 } });
  }
});

test.each<[string, () => Promise<unknown>]>([
  ['a closed port', async () => errorOf(askOnce(`postgres://x@127.0.0.1:${await freePort()}/x`))],
  ['a server that hangs up', hungUp],
  ['a connection that the server ended', () => errorOf(endedByServer())],
  ['a statement that took too long', () => errorOf(slowStatement())],
  ['Stripe away', async () => new StripeAway('Stripe answered 500', true)],
  ['a blob store that is away', async () => new BlobStoreUnavailable('no space left on device')],
])('%s is an outage, tried again however often it was', async (_, make) => {
  const error = await make();
  expect(error).toBeInstanceOf(Error);
  for (const attempt of [1, 3, 1_000]) {
    expect(asStepFailure(error, attempt)).toMatchObject({ type: 'processing/outage', nonRetryable: false });
  }
});

test('what failed at Stripe, or by a race, is tried again after 10 s, doubling to five minutes', () => {
  for (const error of [new StripeAway('Stripe answered 500', true), new TypeError('x is not a function')]) {
    for (const step of ['processStripeEvent', 'fulfilStripeOrder']) {
      const pauses = [1, 2, 3, 6, 1_000].map((attempt) => asStepFailure(error, attempt, step).nextRetryDelay);
      expect(pauses, step).toEqual([10_000, 20_000, 40_000, 300_000, 300_000]);
    }
    expect(asStepFailure(error, 1, 'digest').nextRetryDelay).toBeUndefined();
  }
});

test('a Postgres that was away is back within seconds: the policy of the step holds, also at Stripe', async () => {
  const error = await hungUp();
  expect(asStepFailure(error, 1, 'processStripeEvent')).toMatchObject({
    type: 'processing/outage',
    nextRetryDelay: undefined,
  });
});

test.each<[string, () => Promise<unknown>]>([
  ['a syntax error', () => errorOf(db.query('selec 1'))],
  ['a broken rule of the database', () => errorOf(db.query(`insert into uploads (id) values (gen_random_uuid())`))],
  ['a TypeError', async () => new TypeError('x is not a function')],
  ['a thrown text', async () => 'just a text'],
])('%s is a bug: tried three times, since some bugs are races', async (_, make) => {
  const error = await make();
  expect(error).toBeDefined();
  const failures = [1, 2, 3, 4].map((attempt) => asStepFailure(error, attempt));
  expect(failures.map((failure) => failure.type)).toEqual(Array(4).fill('processing/failed'));
  expect(failures.map((failure) => failure.nonRetryable)).toEqual([false, false, true, true]);
  expect(failures[0]?.cause, 'kept for the log and the history').toBe(error instanceof Error ? error : undefined);
});

async function askOnce(databaseUrl: string): Promise<void> {
  const pool = connect(databaseUrl);
  await pool.query('select 1').finally(() => pool.end());
}

async function hungUp(): Promise<unknown> {
  const server = createServer((socket) => socket.destroy());
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return errorOf(askOnce(`postgres://x@127.0.0.1:${port}/x`)).finally(() => server.close());
}

async function endedByServer(): Promise<void> {
  const pool = connect(url, { max: 1 });
  const ending = pool.transaction(async (tx) => {
    const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
    await Promise.all([tx.query('select pg_sleep(60)'), query('select pg_terminate_backend($1)', [rows[0]?.pid])]);
  });
  await ending.finally(() => pool.end());
}

async function slowStatement(): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query('set local statement_timeout = 5');
    await tx.query('select pg_sleep(60)');
  });
}

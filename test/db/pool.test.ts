import { createServer } from 'node:net';
import { expect, test, vi } from 'vitest';
import { isDatabaseOutage } from '../../db/outage.ts';
import { connect, type Tx } from '../../db/pool.ts';
import { freePort } from '../../platform/embedded/ports.ts';
import { startTcpProxy } from '../drills/support/tcp-proxy.ts';
import { testDatabase } from '../support/database.ts';

const { db, url, query } = await testDatabase();
await query('create table notes (text text)');

const notes = async () => (await query<{ text: string }>('select text from notes')).map((row) => row.text);
const insert = (tx: Tx, text: string) => tx.query('insert into notes values ($1)', [text]);
const pidOf = async (tx: Tx) => (await tx.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid;
const endBackend = (pid: number | undefined) => query('select pg_terminate_backend($1)', [pid]);
const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

test('a transaction that returns is kept, with its result', async () => {
  const result = await db.transaction(async (tx) => {
    await insert(tx, 'kept');
    return 7;
  });
  expect(result).toBe(7);
  expect(await notes()).toContain('kept');
});

test('a transaction that throws leaves nothing, and its own error comes out', async () => {
  const work = db.transaction(async (tx) => {
    await insert(tx, 'undone');
    throw new RangeError('changed my mind');
  });
  await expect(work).rejects.toThrow(RangeError);
  expect(await notes()).not.toContain('undone');
});

test('work that goes on after a failed query is not taken for committed', async () => {
  const work = db.transaction(async (tx) => {
    await insert(tx, 'lost');
    await tx.query('select 1 / 0').catch(() => {});
    return 'done';
  });
  await expect(work).rejects.toThrow('rolled back');
  expect(await notes()).not.toContain('lost');
});

test('a connection that breaks in a transaction is an outage, and the pool goes on', async () => {
  const pool = connect(url, { max: 1 });
  const broken = await errorOf(
    pool.transaction(async (tx) => {
      const pid = await pidOf(tx);
      await insert(tx, 'half');
      await Promise.all([tx.query('select pg_sleep(60)'), endBackend(pid)]);
    }),
  );
  expect(isDatabaseOutage(broken), String(broken)).toBe(true);
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  expect(await notes()).not.toContain('half');
  await pool.end();
});

test('a connection that breaks between two queries ends neither the process nor the pool', async () => {
  const pool = connect(url, { max: 1 });
  const broken = await errorOf(
    pool.transaction(async (tx) => {
      await endBackend(await pidOf(tx));
      await vi.waitUntil(async () => (await errorOf(tx.query('select 1'))) !== undefined);
      await insert(tx, 'never');
    }),
  );
  expect(isDatabaseOutage(broken), String(broken)).toBe(true);
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  await pool.end();
});

test('an idle connection that breaks is told, and the next query gets a new one', async () => {
  const told: Error[] = [];
  const pool = connect(url, { max: 1, onIdleError: (error) => void told.push(error) });
  const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid');
  await endBackend(rows[0]?.pid);
  await vi.waitUntil(() => told.length > 0);
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  await pool.end();
});

test('big numbers that we count with are numbers', async () => {
  expect(await query('select 9007199254740991::bigint as n')).toEqual([{ n: Number.MAX_SAFE_INTEGER }]);
});

test.each<[string, string]>([
  ['a port where nobody listens', 'closed'],
  ['a server that hangs up', 'hangs-up'],
  ['a host that is not there', 'no-host'],
])('%s is an outage', async (_, how) => {
  const server = createServer((socket) => socket.destroy());
  const port = await freePort();
  if (how === 'hangs-up') await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const host = how === 'no-host' ? 'nowhere.invalid' : '127.0.0.1';
  const pool = connect(`postgres://x:y@${host}:${port}/z`);
  const error = await errorOf(pool.query('select 1'));
  expect(isDatabaseOutage(error), String(error)).toBe(true);
  await pool.end();
  server.close();
});

test.each<[string, string, boolean]>([
  ['a statement that takes too long', 'set local statement_timeout = 1; select pg_sleep(60)', true],
  ['a server that became read-only', 'set transaction read only; create table t (id int)', true],
  ['too many connections', "do $$ begin raise sqlstate '53300'; end $$", true],
  ['a server that is starting', "do $$ begin raise sqlstate '57P03'; end $$", true],
  ['a syntax error', 'selec 1', false],
  ['a table that is not there', 'select * from nothing', false],
  ['a broken rule', 'create table r (n int check (n > 0)); insert into r values (0)', false],
  ['a division by zero', 'select 1 / 0', false],
])('%s: outage or not', async (_, sql, expected) => {
  const error = await errorOf(db.transaction((tx) => tx.query(sql)));
  expect(error).toBeInstanceOf(Error);
  expect(isDatabaseOutage(error), String(error)).toBe(expected);
});

test('a wrong password and a database that is not there yet are outages: later they may be mended', async () => {
  const missing = Object.assign(new URL(url), { pathname: '/never_made' });
  const stranger = Object.assign(new URL(url), { username: 'nobody_known' });
  for (const { href } of [missing, stranger]) {
    const pool = connect(href);
    const error = await errorOf(pool.query('select 1'));
    expect(isDatabaseOutage(error), String(error)).toBe(true);
    await pool.end();
  }
});

test('what is no error of the database is none', () => {
  for (const error of [new TypeError('x'), 'ECONNREFUSED', undefined, { code: '08006' }]) {
    expect(isDatabaseOutage(error)).toBe(false);
  }
});

test('of a server that stops answering one wait is borne, not a second one for the rollback', async () => {
  const network = await startTcpProxy(Number(new URL(url).port));
  const { href } = Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(network.port) });
  const pool = connect(href, { max: 1, statementTimeoutMs: 500 });
  const other = connect(href, { max: 1, statementTimeoutMs: 1_500 }); // more than one wait of the first, less than two
  await other.query('select 1');
  const order: string[] = [];
  const late: Promise<unknown>[] = [];
  const error = await errorOf(
    pool.transaction(async (tx) => {
      await insert(tx, 'unheard');
      network.suffer('hang');
      late.push(errorOf(other.query('select 1')).then(() => order.push('the other')));
      await insert(tx, 'unheard too');
    }),
  );
  order.push('the transaction');
  await Promise.all(late);
  expect(order).toEqual(['the transaction', 'the other']);
  expect(isDatabaseOutage(error), String(error)).toBe(true);
  expect(pool.stats().open).toBe(0); // that connection is of no use any more
  network.suffer('none');
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  expect(await notes()).not.toContain('unheard');
  await Promise.all([pool.end(), other.end()]);
  await network.close();
});

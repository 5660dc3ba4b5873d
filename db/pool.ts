import pg from 'pg';

/** Anything that runs a query: the pool, or a transaction. */
export interface Db {
  query<Row extends pg.QueryResultRow>(
    sql: string | Prepared,
    values?: readonly unknown[],
  ): Promise<pg.QueryResult<Row>>;
}

/** A statement that each connection parses and plans once: for those that every request waits for. */
export interface Prepared {
  readonly name: string;
  readonly text: string;
}

/** A query runner inside a transaction. Queries that must not run outside one ask for this type. */
export interface Tx extends Db {
  readonly inTransaction: true;
}

export interface Pool extends Db {
  /** Runs `work` in one transaction: committed when it returns, rolled back when it throws. */
  transaction<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>;
  /** Connections that are open, those of them that are idle, who waits for one, and the most there may be. */
  stats(): { readonly open: number; readonly idle: number; readonly waiting: number; readonly most: number };
  end(): Promise<void>;
}

export interface PoolOptions {
  readonly max?: number;
  /** Migrations may take long; nothing else does. */
  readonly statementTimeoutMs?: number;
  readonly connectTimeoutMs?: number;
  /** Told about connections that break while idle; without a listener that would end the process. */
  readonly onIdleError?: (error: Error) => void;
}

/** A statement that runs longer than this is a fault: every query of ours is a few rows. */
const STATEMENT_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** Longer than the server takes to say itself that a statement took too long. */
const ANSWER_WITHIN_MS = 1_000;

/** For whoever a caller waits for: a Postgres that hangs costs a request these two at most, together less than ten seconds. */
export const REQUEST_POOL = { statementTimeoutMs: 6_000, connectTimeoutMs: 2_000 } as const;

/**
 * For Stripe's deliveries: a table that is locked, or requests that hold all other connections, do not keep Stripe waiting, and a
 * burst of events does not take the connections of everybody else. One statement each, of milliseconds: five do hundreds a second.
 */
export const INGRESS_POOL = { max: 5, statementTimeoutMs: 2_000, connectTimeoutMs: 2_000 } as const;

pg.types.setTypeParser(pg.types.builtins.INT8, Number); // byte counts and tokens: far below 2^53

export function connect(databaseUrl: string, options: PoolOptions = {}): Pool {
  const { statementTimeoutMs = STATEMENT_TIMEOUT_MS, connectTimeoutMs = CONNECT_TIMEOUT_MS } = options;
  const most = options.max ?? 10;
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: most,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + ANSWER_WITHIN_MS,
    keepAlive: true,
    application_name: 'cairn',
  });
  pool.on('error', options.onIdleError ?? (() => {}));
  return {
    query: (sql, values) => pool.query(configOf(sql, values)),
    transaction: (work) => transaction(pool, work),
    stats: () => ({ open: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount, most }),
    end: () => pool.end(),
  };
}

function configOf(sql: string | Prepared, values: readonly unknown[] | undefined): pg.QueryConfig {
  const statement = typeof sql === 'string' ? { text: sql } : sql;
  return { ...statement, ...(values && { values: [...values] }) };
}

/** The statement may still be at work there: its connection is of no use any more, and to cut it rolls back. */
function isUnanswered(error: unknown): error is Error {
  return error instanceof Error && error.message === 'Query read timeout';
}

async function transaction<Result>(pool: pg.Pool, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  const client = await pool.connect();
  const tx: Tx = { inTransaction: true, query: (sql, values) => client.query(configOf(sql, values)) };
  let broken: Error | undefined;
  const onBroken = (error: Error) => {
    broken = error;
  };
  client.on('error', onBroken); // a connection lost between two queries: unheard, it would end the process
  try {
    await client.query('begin');
    const result = await work(tx);
    const { command } = await client.query('commit');
    if (command !== 'COMMIT') throw new Error('the transaction was rolled back: its work went on after an error');
    return result;
  } catch (error) {
    if (isUnanswered(error))
      onBroken(error); // whoever did not answer would not answer a rollback either
    else await client.query('rollback').catch(onBroken);
    throw error;
  } finally {
    client.removeListener('error', onBroken);
    client.release(broken);
  }
}

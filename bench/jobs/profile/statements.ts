import { connect } from '../../../db/pool.ts';

/** Of a Postgres that counts its statements. */
export const COUNTING = { shared_preload_libraries: 'pg_stat_statements' } as const;

export interface Statement {
  readonly database: string;
  readonly callsPerJob: number;
  readonly msPerJob: number;
  readonly text: string;
}

export interface Statements {
  /** From now on. */
  begin(): Promise<void>;
  /** Those that took most, of so many jobs. */
  end(jobs: number, atMost: number): Promise<readonly Statement[]>;
}

export function statementsOf(databaseUrl: string): Statements {
  return {
    begin: () =>
      withDatabase(databaseUrl, async (db) => {
        await db.query('create extension if not exists pg_stat_statements');
        await db.query('alter system set pg_stat_statements.track_planning = on');
        await db.query('select pg_reload_conf()');
        await db.query('select pg_stat_statements_reset()');
      }),
    end: (jobs, atMost) =>
      withDatabase(databaseUrl, async (db) => {
        const { rows } = await db.query<Statement>(
          `select d.datname as database, s.calls::float8 / $1 as "callsPerJob",
                  (s.total_exec_time + s.total_plan_time) / $1 as "msPerJob", regexp_replace(s.query, '\\s+', ' ', 'g') as text
             from pg_stat_statements s join pg_database d on d.oid = s.dbid
            order by s.total_exec_time + s.total_plan_time desc limit $2`,
          [jobs, atMost],
        );
        return rows;
      }),
  };
}

async function withDatabase<Result>(
  databaseUrl: string,
  work: (db: ReturnType<typeof connect>) => Promise<Result>,
): Promise<Result> {
  const db = connect(databaseUrl, { max: 1 });
  try {
    return await work(db);
  } finally {
    await db.end();
  }
}

import { connect, type Pool } from '../db/pool.ts';
import { databaseUrl } from './settings.ts';

/** Runs `work` on the database of the environment, else of a running `npm start`. */
export async function withDatabase<Result>(work: (db: Pool) => Promise<Result>): Promise<Result> {
  const db = connect(await databaseUrl(), { max: 1 });
  try {
    return await work(db);
  } finally {
    await db.end();
  }
}

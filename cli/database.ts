import { connect, type Pool } from '../db/pool.ts';
import { databaseUrl } from './settings.ts';

/** Runs `work` on the database of the environment, else of a running `npm start`. */
export async function withDatabase(work: (db: Pool) => Promise<void>): Promise<void> {
  const db = connect(await databaseUrl(), { max: 1 });
  try {
    await work(db);
  } finally {
    await db.end();
  }
}

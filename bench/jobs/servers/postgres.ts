import { connect } from '../../../db/pool.ts';

/** The same for every target; everything else is as it comes, so a commit is durable. */
export const POSTGRES_SETTINGS = { shared_buffers: '256MB', max_wal_size: '4GB' } as const;

/** Takes effect with the server's next start. */
export async function settle(databaseUrl: string, more: Readonly<Record<string, string>> = {}): Promise<void> {
  const db = connect(databaseUrl, { max: 1 });
  try {
    for (const [name, value] of Object.entries({ ...POSTGRES_SETTINGS, ...more }))
      await db.query(`alter system set ${name} = '${value}'`);
  } finally {
    await db.end();
  }
}

export async function postgresVersion(databaseUrl: string): Promise<string> {
  const db = connect(databaseUrl, { max: 1 });
  try {
    const { rows } = await db.query<{ server_version: string }>('show server_version');
    return rows[0]?.server_version ?? 'unknown';
  } finally {
    await db.end();
  }
}

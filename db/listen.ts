import pg from 'pg';

/** A connection of its own that hears what is notified on one channel, from the moment it is there. */
export interface Listening {
  /** Throws when the connection does not answer in time. */
  ping(): Promise<void>;
  end(): Promise<void>;
}

export interface ListenOptions {
  readonly channel: string;
  readonly onNotification: (payload: string) => void;
  /** The connection is gone, once. Not told after `end`. */
  readonly onLost: () => void;
}

const CONNECT_TIMEOUT_MS = 5_000;
const ANSWER_TIMEOUT_MS = 3_000;

/** Throws when there is no connection to be had. A pool cannot do this: it hands out connections for one query. */
export async function listen(databaseUrl: string, options: ListenOptions): Promise<Listening> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'cairn listen',
  });
  let over = false;
  const lost = () => {
    if (over) return;
    over = true;
    options.onLost();
    client.end().catch(() => {});
  };
  client.on('error', lost);
  client.on('notification', ({ payload }) => options.onNotification(payload ?? ''));
  try {
    await client.connect();
    await client.query(`listen ${client.escapeIdentifier(options.channel)}`);
  } catch (error) {
    over = true;
    client.end().catch(() => {});
    throw error;
  }
  client.on('end', lost);
  return {
    ping: async () => {
      try {
        await client.query('select 1');
      } catch (error) {
        lost();
        throw error;
      }
    },
    end: () => {
      over = true;
      return client.end();
    },
  };
}

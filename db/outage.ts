/** Postgres error classes that mean "away", not "wrong": connection, log-in, resources, shutting down. */
const AWAY_CLASSES = ['08', '28', '53', '57P', '58'];
/**
 * Our own statement_timeout; a server that became a read-only standby; no such database (yet); and what lost against
 * another transaction (serialisation, deadlock), which a later try may win.
 */
const AWAY_CODES = new Set(['57014', '25006', '3D000', '40001', '40P01']);
const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
/** The `pg` package throws these without a code. */
const DRIVER_SENTENCES = [
  'Connection terminated',
  'Client has encountered a connection error',
  'timeout exceeded when trying to connect',
  'Query read timeout',
];

/** Whether an error says that Postgres is away (a later try may succeed) and not that the query is wrong. */
export function isDatabaseOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (SOCKET_CODES.has(code) || AWAY_CODES.has(code)) return true;
  if (code.length === 5 && AWAY_CLASSES.some((start) => code.startsWith(start))) return true;
  return DRIVER_SENTENCES.some((sentence) => error.message.startsWith(sentence));
}

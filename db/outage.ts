/** Postgres error classes that mean "away", not "wrong": connection, resources, shutting down. */
const AWAY_CLASSES = ['08', '53', '57P', '58'];
const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);
/** The `pg` package throws these without a code. */
const DRIVER_SENTENCES = ['Connection terminated', 'timeout exceeded when trying to connect', 'Query read timeout'];

/** Whether an error says that Postgres is away (a later try may succeed) and not that the query is wrong. */
export function isDatabaseOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (SOCKET_CODES.has(code) || code === '57014') return true; // 57014: our own statement_timeout
  if (code.length === 5 && AWAY_CLASSES.some((start) => code.startsWith(start))) return true;
  return DRIVER_SENTENCES.some((sentence) => error.message.startsWith(sentence));
}

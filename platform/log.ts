import { type Logger, pino } from 'pino';

export type Log = Logger;

/** Never in a log, down to the third level of an event: credentials, and where somebody was. */
const REDACTED = ['authorization', 'cookie', 'apiKey', 'key', 'secret', 'token', 'password', 'lat', 'lon'];

/** JSON lines on standard output; the trace id is added by the pino instrumentation (platform/instrument.mjs). */
export function createLog(options: { process: string; level: string; build: string }): Log {
  return pino({
    level: options.level,
    base: { process: options.process, build: options.build, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: REDACTED.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
    formatters: { level: (level) => ({ level }) },
  });
}

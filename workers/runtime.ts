import { type LogMetadata, Runtime } from '@temporalio/worker';
import type { Log } from '../platform/log.ts';
import { CodecError } from '../platform/temporal/codec.ts';

/** Temporal's own messages, and those of workflows, go into our log. Must run before the first connection; a second time does nothing. */
export function installRuntime(log: Log): void {
  if (installedRuntime) return;
  installedRuntime = Runtime.install({
    shutdownSignals: [], // platform/shutdown.ts decides the order of the end
    logger: {
      log: (level, message, meta) => write(log, level, message, meta),
      trace: (message, meta) => write(log, 'TRACE', message, meta),
      debug: (message, meta) => write(log, 'DEBUG', message, meta),
      info: (message, meta) => write(log, 'INFO', message, meta),
      warn: (message, meta) => write(log, 'WARN', message, meta),
      error: (message, meta) => write(log, 'ERROR', message, meta),
    },
    telemetryOptions: { logging: { filter: { core: 'WARN', other: 'WARN' }, forward: {} } },
  });
}

let installedRuntime: Runtime | undefined;

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;

/** What the SDK warns of and is no fault: a refused recording (the step interceptor logs it), a queue without workflows. */
const EXPECTED = ['Activity failed', 'No workflows registered, not polling for workflow tasks'];

/** Temporal's INFO is one line per workflow: our debug. */
function write(log: Log, level: keyof typeof LEVELS, message: string, meta: LogMetadata | undefined): void {
  const ours = level === 'WARN' && EXPECTED.includes(message) ? 'debug' : LEVELS[level];
  log[ours]({ temporal: textOnly(meta) }, message);
}

/** Of errors only ours of the codec is told: it names a key, and whoever runs this has to bring it back. */
function namedOnly(error: unknown): string | undefined {
  return error instanceof CodecError ? `${error.name}: ${error.message}` : undefined;
}

/** Metadata may hold errors with payloads and bigints; only short texts and numbers pass. */
function textOnly(meta: LogMetadata | undefined): Record<string, string | number | boolean> {
  const told: LogMetadata = { ...meta, error: namedOnly(meta?.error) };
  const entries = Object.entries(told).filter(
    (entry): entry is [string, string | number | boolean] =>
      typeof entry[1] !== 'object' && typeof entry[1] !== 'bigint' && entry[1] !== undefined,
  );
  return Object.fromEntries(entries);
}

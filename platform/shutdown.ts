import type { Log } from './log.ts';

export interface Shutdown {
  /** Closed in reverse order of registration, each within the grace that is left. */
  onClose(name: string, close: () => Promise<unknown>): void;
  /** Begins the end; later calls wait for the first. */
  begin(reason: string, exitCode?: number): Promise<void>;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Ends the process in order: on a signal, when the parent's channel closes (`npm start` died), or when asked. Exit code 0
 * when everything closed within `graceMs` (or the code that was asked for), else 1. `process.exit` is called here and nowhere else.
 */
export function shutdownOnSignals(options: { log: Log; graceMs: number }): Shutdown {
  const closers: { name: string; close: () => Promise<unknown> }[] = [];
  let ending: Promise<void> | undefined;
  const begin = (reason: string, exitCode = 0): Promise<void> => {
    ending ??= end(reason, exitCode);
    return ending;
  };
  const end = async (reason: string, exitCode: number): Promise<void> => {
    options.log.info({ reason }, 'shutdown begun');
    const late = setTimeout(() => {
      options.log.error({ graceMs: options.graceMs }, 'shutdown took too long');
      process.exit(1);
    }, options.graceMs);
    let code = exitCode;
    for (const { name, close } of closers.reverse()) {
      try {
        await close();
      } catch (error) {
        code = 1;
        options.log.error({ err: error, part: name }, 'part did not close');
      }
    }
    clearTimeout(late);
    options.log.info({ code }, 'shutdown done');
    process.exit(code);
  };
  for (const signal of SIGNALS) process.on(signal, () => void begin(signal));
  if (process.channel) process.on('disconnect', () => void begin('parent gone'));
  return { onClose: (name, close) => void closers.push({ name, close }), begin };
}

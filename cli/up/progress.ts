import { SetupError } from '../../platform/embedded/setup-error.ts';
import { ConfigError } from '../../platform/settings.ts';

export type Say = (text: string) => void;

/** Lines with the seconds since the start, so that a slow step shows itself. */
export function startProgress(): Say {
  const startedAt = performance.now();
  // A closed terminal makes every write fail; that must not keep us from ending everything in order.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  return (text) => {
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6);
    const [first, ...rest] = text.split('\n');
    console.log([`${seconds} s  ${first}`, ...rest.map((line) => `          ${line}`)].join('\n'));
  };
}

/** What the person can mend is said in sentences; everything else is a fault of ours and keeps its stack. */
export function failureText(error: unknown): string {
  if (error instanceof SetupError || error instanceof ConfigError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

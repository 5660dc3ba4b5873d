import { closeSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

const POLL_MS = 400;
const CHUNK_BYTES = 65_536;
/** The terminal is for a person: more lines than this per window are left to the file. */
const LINES_PER_WINDOW = 4;
const WINDOW_MS = 10_000;
/** pino's own names, as platform/log.ts writes them; what is not here is not worth a line. */
const SHOWN_LEVELS: Readonly<Record<string, string>> = { warn: 'warning', error: 'error', fatal: 'error' };

/**
 * Follows a pino log from `fromByte` on and hands over its warnings and errors in a few words each.
 * The answered function reads what is left and stops.
 */
export function watchLog(file: string, fromByte: number, tell: (line: string) => void): () => void {
  const lines = followLines(file, fromByte);
  const budget = { left: LINES_PER_WINDOW, renewAt: performance.now() + WINDOW_MS };
  const look = (): void => {
    if (performance.now() > budget.renewAt)
      Object.assign(budget, { left: LINES_PER_WINDOW, renewAt: performance.now() + WINDOW_MS });
    for (const line of lines()) {
      const summary = summarise(line);
      if (summary === undefined || budget.left < 0) continue;
      tell(budget.left === 0 ? `more in ${file}` : summary);
      budget.left -= 1;
    }
  };
  const timer = setInterval(look, POLL_MS).unref();
  return () => {
    clearInterval(timer);
    look();
  };
}

/** One line for a warning or worse; undefined for what is not one, or no pino line at all. */
function summarise(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  let entry: { level?: unknown; msg?: unknown; err?: { message?: unknown } | null };
  try {
    entry = JSON.parse(line);
  } catch {
    return undefined;
  }
  const level = SHOWN_LEVELS[String(entry.level)];
  if (level === undefined) return undefined;
  const cause = entry.err?.message === undefined ? '' : ` (${entry.err.message})`;
  return `${level}: ${entry.msg ?? ''}${cause}`.slice(0, 300);
}

function followLines(file: string, fromByte: number): () => readonly string[] {
  const decoder = new StringDecoder('utf8');
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let position = fromByte;
  let rest = '';
  return () => {
    const fd = openSync(file, 'r');
    try {
      for (let read = -1; read !== 0; position += read) {
        read = readSync(fd, buffer, 0, CHUNK_BYTES, position);
        rest += decoder.write(buffer.subarray(0, read));
      }
    } finally {
      closeSync(fd);
    }
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    return lines;
  };
}

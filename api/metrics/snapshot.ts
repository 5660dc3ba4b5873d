import { within } from '../within.ts';

/** The last answer of `read`, not older than a few seconds; or undefined when there is none in time. */
export type Snapshot<Facts> = () => Promise<Facts | undefined>;

/**
 * A scrape must neither fail nor wait, and many scrapers must not become many queries: one read at a time, whose answer
 * serves for `freshForMs`, and whoever asks waits at most `patienceMs` for it.
 */
export function createSnapshot<Facts>(
  read: () => Promise<Facts>,
  { freshForMs, patienceMs }: { freshForMs: number; patienceMs: number },
): Snapshot<Facts> {
  let fresh: { readonly facts: Facts; readonly until: number } | undefined;
  let reading: Promise<Facts | undefined> | undefined;
  const readOnce = async (): Promise<Facts | undefined> => {
    try {
      const facts = await read();
      fresh = { facts, until: performance.now() + freshForMs };
      return facts;
    } catch {
      return undefined;
    } finally {
      reading = undefined;
    }
  };
  return async () => {
    if (fresh && performance.now() < fresh.until) return fresh.facts;
    reading ??= readOnce();
    return within(reading, patienceMs);
  };
}

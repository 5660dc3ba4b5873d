import { onTestFinished } from 'vitest';
import type { TestDatabase } from '../../support/database.ts';
import { type EventSourceOptions, eventSource, type TestEventSource } from '../../support/event-source.ts';

/** Changes that a test makes in place of the worker. */
export function changesOf({ query }: Pick<TestDatabase, 'query'>) {
  return {
    attempt: (uploadId: string) =>
      query(`update uploads set state = 'processing', attempts = attempts + 1 where id = $1`, [uploadId]),
    fail: (uploadId: string) =>
      query(
        `update uploads set state = 'failed', failure = '{"code":"gpx/truncated","facts":{"offset":9}}', dispatch_at = null
          where id = $1`,
        [uploadId],
      ),
    again: (uploadId: string) =>
      query(`update uploads set state = 'received', failure = null, run = run + 1 where id = $1`, [uploadId]),
  };
}

/** Events 2 to `last` of 2 kB each: with some thousands more than the kernel's buffers take. */
export async function longHistory(
  { query }: Pick<TestDatabase, 'query'>,
  uploadId: string,
  last: number,
): Promise<void> {
  const data = JSON.stringify({ state: 'processing', run: 1, attempt: 1, trackId: 'x'.repeat(2_000) });
  await query(
    `insert into upload_events (upload_id, seq, kind, data) select $1, n, 'started', $2 from generate_series(2, $3) n`,
    [uploadId, data, last - 1],
  );
  await query('update uploads set events_seq = $2 where id = $1', [uploadId, last]); // the trigger writes the last one
}

/** Closed with the test. */
export function watch(options: EventSourceOptions): TestEventSource {
  const source = eventSource({ retryMs: 20, ...options });
  onTestFinished(() => source.close());
  return source;
}

/** 1 to n. */
export function upTo(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i + 1);
}

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

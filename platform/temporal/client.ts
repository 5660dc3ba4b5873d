import {
  Client,
  Connection,
  defaultGrpcRetryOptions,
  type GrpcRetryOptions,
  makeGrpcRetryInterceptor,
} from '@temporalio/client';
import { dataConverter } from './data-converter.ts';
import type { CodecKeyring } from './keyring.ts';
import { tracedStarts } from './tracing.ts';

export interface TemporalOptions {
  readonly address: string;
  readonly namespace: string;
  readonly codecKeys: CodecKeyring;
}

/**
 * A client that connects on first use, so that a process boots while Temporal is away. gRPC's own reconnect pause grows
 * to two minutes; ours stays at two seconds, or work would wait long after Temporal is back.
 */
export function temporalClient(options: TemporalOptions): Client {
  const connection = Connection.lazy({
    address: options.address,
    channelArgs: { 'grpc.initial_reconnect_backoff_ms': 200, 'grpc.max_reconnect_backoff_ms': 2_000 },
    interceptors: [makeGrpcRetryInterceptor(TEMPORAL_RETRIES)],
  });
  return new Client({
    connection,
    namespace: options.namespace,
    dataConverter: dataConverter(options.codecKeys),
    interceptors: { workflow: [tracedStarts] },
  });
}

const SDK = defaultGrpcRetryOptions();
const PAUSE_AT_MOST_MS = 1_000;
const ATTEMPTS = 21;

/**
 * While nobody answers the SDK's own pauses grow to five seconds and go on past a deadline: of sixty questions to a dead Temporal, with
 * 5 s each, the slowest was given up after 9.4 s, with pauses of a second after 6 s (2 cores, 2026-11-22). Without a deadline it takes as
 * long as the SDK does, some 19 s. A Temporal that says it has too much to do is left alone for as long as the SDK has it.
 */
const TEMPORAL_RETRIES: GrpcRetryOptions = {
  delayFunction: (attempt, status) => {
    const pauseMs = SDK.delayFunction(attempt, status);
    return isUnavailable(status) ? Math.min(pauseMs, PAUSE_AT_MOST_MS) : pauseMs;
  },
  retryableDecider: (attempt, status) =>
    isUnavailable(status) ? attempt < ATTEMPTS : SDK.retryableDecider(attempt, status),
};

const UNAVAILABLE = 14;

function isUnavailable({ code }: { code: number }): boolean {
  return code === UNAVAILABLE;
}

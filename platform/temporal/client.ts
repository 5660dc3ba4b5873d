import { Client, Connection } from '@temporalio/client';
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
  });
  return new Client({
    connection,
    namespace: options.namespace,
    dataConverter: dataConverter(options.codecKeys),
    interceptors: { workflow: [tracedStarts] },
  });
}

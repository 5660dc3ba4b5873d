import type { Client } from '@temporalio/client';
import { deferred } from './deferred.ts';

export interface HeldReply {
  readonly client: Client;
  /** The server has done what it was asked; its answer is kept back until `release`. */
  readonly held: Promise<void>;
  release(): void;
}

/** The client, whose answers arrive late: between the deed and the word for it. */
export function holdingReply(client: Client): HeldReply {
  const done = deferred();
  const gate = deferred();
  const withDeadline = async <Result>(deadline: number | Date, ask: () => Promise<Result>): Promise<Result> => {
    const result = await client.withDeadline(deadline, ask);
    done.resolve();
    await gate.promise;
    return result;
  };
  return { client: Object.assign(Object.create(client), { withDeadline }), held: done.promise, release: gate.resolve };
}

import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Recording } from './recordings.ts';
import type { Site } from './site.ts';

/** An upload that was acknowledged. */
export interface Accepted {
  readonly id: string;
  readonly account: number;
}

export interface Client {
  /** Resolves when the answer is whole; throws unless it is 202. */
  submit(recording: Recording): Promise<Accepted>;
  /** Asks for the state until it is `ready`. */
  untilReady(accepted: Accepted): Promise<void>;
  /** Listens until it is told that it is ready. */
  untilToldReady(accepted: Accepted): Promise<void>;
  close(): void;
}

/** As in the harness that the first figures were made with, so that they can be compared. */
const ASK_EVERY_MS = 2;
const PATIENCE_MS = 60_000;

/** Over connections that are kept, as a proxy in front does it. */
export function openClient(site: Site): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  const authorization = ({ account }: { account: number }) => ({ authorization: site.authorizationOf(account) });
  const ask = (method: string, path: string, headers: Readonly<Record<string, string | number>>, body?: Uint8Array) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const sent = request(`${site.url}${path}`, { method, agent, headers, timeout: PATIENCE_MS }, resolve);
      sent.once('timeout', () => sent.destroy(new Error(`${method} ${path}: no answer in ${PATIENCE_MS} ms`)));
      sent.once('error', reject);
      sent.end(body);
    });
  return {
    submit: async (recording) => {
      const { body, account } = recording;
      const headers = {
        ...authorization(recording),
        'content-type': 'application/gpx+xml',
        'content-length': body.length,
      };
      const { id } = await wholeJson(await ask('POST', '/v1/uploads', headers, body), 202);
      return { id, account };
    },
    untilReady: async (accepted) => {
      const deadline = performance.now() + PATIENCE_MS;
      for (;;) {
        const { state } = await wholeJson(await ask('GET', `/v1/uploads/${accepted.id}`, authorization(accepted)), 200);
        if (state === 'ready') return;
        if (state === 'failed' || performance.now() > deadline) throw new Error(`upload ${accepted.id} is ${state}`);
        await pause(ASK_EVERY_MS);
      }
    },
    untilToldReady: async (accepted) => {
      const headers = { ...authorization(accepted), accept: 'text/event-stream' };
      const answer = await ask('GET', `/v1/uploads/${accepted.id}/events`, headers);
      let told = '';
      for await (const piece of answer) {
        told += String(piece);
        if (told.includes('"state":"ready"')) return;
      }
      throw new Error(`the events of ${accepted.id} ended with: ${told.slice(-300)}`);
    },
    close: () => agent.destroy(),
  };
}

async function wholeJson(answer: IncomingMessage, wanted: number): Promise<{ id: string; state: string }> {
  const pieces: Buffer[] = [];
  for await (const piece of answer) pieces.push(Buffer.from(piece));
  const text = Buffer.concat(pieces).toString();
  if (answer.statusCode !== wanted) throw new Error(`answered ${answer.statusCode}: ${text.slice(0, 300)}`);
  const { id, state } = JSON.parse(text);
  return { id, state };
}

import { isRejectionCode } from '../../../../contracts/rejections.ts';
import type { BlastGround } from './ground.ts';
import type { Outcome } from './table.ts';

export interface Answer {
  /** 0: none came. */
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly text: string;
}

/** Asks, and remembers how long each answer took. */
export interface Asker {
  (path: string, how?: Asked): Promise<Answer>;
  readonly times: readonly { readonly what: string; readonly ms: number }[];
}

interface Asked {
  readonly method?: 'GET' | 'POST' | 'PUT';
  /** `nobody`: without a key. */
  readonly as?: 'account' | 'operator' | 'nobody';
  readonly json?: object;
  readonly bytes?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Longer than any answer may take: what is too late is measured, not cut. */
const PATIENCE_MS = 20_000;

export function createAsker({ cluster, operatorKey }: BlastGround): Asker {
  const times: { what: string; ms: number }[] = [];
  const keys = { account: cluster.apiKey, operator: operatorKey, nobody: undefined };
  const ask = async (path: string, { method = 'GET', as = 'account', json, bytes, headers }: Asked = {}) => {
    const key = keys[as];
    const body = json ? JSON.stringify(json) : bytes && Uint8Array.from(bytes);
    const startedAt = performance.now();
    try {
      const answer = await fetch(cluster.url + path, {
        method,
        headers: {
          ...(key && { authorization: `Bearer ${key}` }),
          ...(json && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body && { body }),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const text = await answer.text();
      const isJson = /json/.test(answer.headers.get('content-type') ?? '');
      return { status: answer.status, text, body: isJson ? Object(JSON.parse(text)) : {} };
    } catch (error) {
      return { status: 0, text: String(error), body: {} };
    } finally {
      times.push({ what: `${method} ${path}`, ms: Math.round(performance.now() - startedAt) });
    }
  };
  return Object.assign(ask, { times });
}

/** Of an answer that should have been good: `works`, or the refusal as the table writes it. */
export function outcomeOf({ status, body, text }: Answer): Outcome | string {
  if (status >= 200 && status < 300) return 'works';
  return isRejectionCode(body.code) ? `${status} ${body.code}` : `${status} ${text.slice(0, 200)}`;
}

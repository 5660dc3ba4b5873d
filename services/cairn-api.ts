/** Cairn's own API, as its callers know it. */
export interface CairnApi {
  /** The JSON of the answer; an empty object without any. Throws `ApiRefused`, and whatever `fetch` throws. */
  ask(path: string, request?: Asked): Promise<Readonly<Record<string, unknown>>>;
}

export interface Asked {
  readonly method: string;
  readonly body?: Uint8Array;
  /** In place of the key. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** It answered, and not with what was asked for. */
export class ApiRefused extends Error {
  override readonly name = 'ApiRefused';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const TIMEOUT_MS = 10_000;
/** Of an answer that was not wanted. */
const QUOTED_CHARACTERS = 500;

export function createCairnApi({ url, key }: { url: string; key: string }): CairnApi {
  return {
    ask: async (path, request: Asked = { method: 'GET' }) => {
      const { method, body, headers = { authorization: `Bearer ${key}` } } = request;
      const answer = await fetch(url + path, {
        method,
        headers,
        ...(body && { body: Buffer.from(body) }),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const text = await answer.text();
      if (!answer.ok) {
        const quoted = text.slice(0, QUOTED_CHARACTERS);
        throw new ApiRefused(answer.status, `${method} ${path} answered ${answer.status}: ${quoted}`);
      }
      return text === '' ? {} : { ...JSON.parse(text) };
    },
  };
}

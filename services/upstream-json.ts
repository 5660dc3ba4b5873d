import type { UpstreamOutcome } from './upstream-calls.ts';

/** A call that brought no JSON back: `outcome` says why. The message never holds what was asked. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed';
  readonly outcome: UpstreamOutcome;

  constructor(outcome: UpstreamOutcome, message: string) {
    super(message);
    this.outcome = outcome;
  }
}

export interface JsonCall {
  /** Posted as JSON; without one it is a GET. */
  readonly question: object | undefined;
  /** For the whole of it, until the last byte of the answer. */
  readonly timeoutMs: number;
  readonly bytesAtMost: number;
}

/** One HTTP call for a JSON object. Throws `CallFailed`; follows no redirect, so that nobody else learns the question. */
export async function askJson(
  url: string,
  { question, timeoutMs, bytesAtMost }: JsonCall,
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await fetch(url, {
      signal,
      redirect: 'error',
      ...(question && {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(question),
      }),
    });
    return { status: answer.status, body: objectOf(await textOf(answer, bytesAtMost)) };
  } catch (error) {
    if (error instanceof CallFailed) throw error;
    if (signal.aborted) throw new CallFailed('timeout', `no answer within ${timeoutMs} ms`);
    throw new CallFailed('away', reasonOf(error));
  }
}

async function textOf(answer: Response, bytesAtMost: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of answer.body ?? []) {
    bytes += part.length;
    if (bytes > bytesAtMost) throw new CallFailed('bad-answer', `an answer of more than ${bytesAtMost} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function objectOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {} // as bad as JSON that is no object
  throw new CallFailed('bad-answer', 'an answer that is no JSON object');
}

/** `fetch failed` alone says nothing; its cause does. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'the connection failed';
}

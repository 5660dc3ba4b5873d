import { type ClientRequest, type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { AddressNotAllowed, addressesOf, targetProblem, type WebhookTargets } from './webhook-target.ts';

export interface WebhookRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Why there was no answer. Words of ours: what the other side says may hold anything. */
export const WEBHOOK_FAULTS = [
  'timeout',
  'unknown-host',
  'refused',
  'cut',
  'tls',
  'address-not-allowed',
  'unreachable',
] as const;
export type WebhookFault = (typeof WEBHOOK_FAULTS)[number];

export type WebhookAnswer = { readonly durationMs: number } & (
  | { readonly status: number; readonly retryAfterS: number | undefined }
  | { readonly fault: WebhookFault }
);

/** Sends one request, once. Never throws for what the other side does; a redirect is an answer like any other. */
export type WebhookSender = (request: WebhookRequest) => Promise<WebhookAnswer>;

export interface SenderOptions {
  readonly targets: WebhookTargets;
  readonly timeoutMs?: number;
}

/** From the lookup of the name to the head of the answer. Shorter than a stopping worker waits for its steps. */
const TIMEOUT_MS = 15_000;
/** Of the answer, which nobody reads: it is taken, so that a receiver that writes it meets no broken connection. */
const BODY_BYTES_AT_MOST = 65_536;
const BODY_MS_AT_MOST = 2_000;

export function createWebhookSender({ targets, timeoutMs = TIMEOUT_MS }: SenderOptions): WebhookSender {
  return async (request) => {
    const startedAt = performance.now();
    const tookMs = () => Math.round(performance.now() - startedAt);
    try {
      const head = await withinTime(timeoutMs, (signal) => headOf(request, targets, signal));
      const durationMs = tookMs();
      await takeBody(head);
      const retryAfterS = secondsOf(head.headers['retry-after']);
      return { durationMs, status: head.statusCode ?? 0, retryAfterS };
    } catch (error) {
      return { durationMs: tookMs(), fault: faultOf(error) };
    }
  };
}

class TimedOut extends Error {
  override readonly name = 'TimedOut';
}

/** Also what cannot be aborted, as a lookup, is waited for no longer. */
async function withinTime<Result>(ms: number, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const abort = new AbortController();
  const timedOut = new TimedOut('no answer in time');
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(timedOut);
      abort.abort(timedOut);
    }, ms);
  });
  try {
    return await Promise.race([work(abort.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function headOf(
  { url, headers, body }: WebhookRequest,
  targets: WebhookTargets,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  if (targetProblem(url, targets) !== undefined) throw new AddressNotAllowed('the address is not allowed');
  const target = new URL(url);
  const addresses = await addressesOf(target, targets);
  const lookup: LookupFunction = (_host, { all }, done) => {
    const [first] = addresses;
    if (all) done(null, [...addresses]);
    else done(null, first?.address ?? '', first?.family);
  };
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const send = target.protocol === 'https:' ? overHttps : overHttp;
    const length = String(Buffer.byteLength(body));
    const all = { 'content-type': 'application/json', 'user-agent': 'cairn', 'content-length': length, ...headers };
    const request: ClientRequest = send(target, { method: 'POST', headers: all, lookup, signal, agent: false });
    request.once('response', resolve);
    request.on('error', reject);
    request.end(body);
  });
}

/** What matters stood in the head: the body's end, fault or length change nothing. */
async function takeBody(answer: IncomingMessage): Promise<void> {
  const timer = setTimeout(() => answer.destroy(), BODY_MS_AT_MOST);
  try {
    let bytes = 0;
    for await (const part of answer) {
      bytes += Buffer.byteLength(part);
      if (bytes > BODY_BYTES_AT_MOST) break; // which destroys the answer
    }
  } catch {
    // cut off by them or by us
  } finally {
    clearTimeout(timer);
  }
}

const FAULTS: Readonly<Record<string, WebhookFault>> = {
  ENOTFOUND: 'unknown-host',
  EAI_AGAIN: 'unknown-host',
  ECONNREFUSED: 'refused',
  ECONNRESET: 'cut',
  EPIPE: 'cut',
  ETIMEDOUT: 'timeout',
  ERR_STREAM_PREMATURE_CLOSE: 'cut',
};

function faultOf(error: unknown): WebhookFault {
  if (error instanceof TimedOut) return 'timeout';
  if (error instanceof AddressNotAllowed) return 'address-not-allowed';
  if (error instanceof AggregateError) return faultOf(error.errors[0]); // of several addresses
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (/^HPE_/.test(code)) return 'cut'; // not HTTP
  if (/CERT|SSL|TLS|^EPROTO$|SELF_SIGNED|UNABLE_TO_/.test(code)) return 'tls';
  return FAULTS[code] ?? 'unreachable';
}

/** `Retry-After`, in seconds or as a date. */
function secondsOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const seconds = /^\d{1,9}$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1_000;
  return seconds > 0 ? Math.ceil(seconds) : undefined;
}

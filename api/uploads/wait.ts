import type { IncomingMessage } from 'node:http';
import { isFinal } from '../../contracts/upload-events.ts';
import type { ShownUpload } from '../../db/uploads.ts';
import type { EventRelay } from '../events/relay.ts';

/** Shorter than the silence that the server and common proxies (60 s) bear. */
const WAIT_S_AT_MOST = 30;

/** Seconds of `Prefer: wait=N` (RFC 7240), 0 without it. */
export function readWaitS(prefer: string | string[] | undefined): number {
  const [, seconds] = /(?:^|[,;]\s*)wait\s*=\s*"?(\d{1,6})"?/i.exec([prefer ?? ''].flat().join(',')) ?? [];
  return Math.min(Number(seconds ?? 0), WAIT_S_AT_MOST);
}

export interface Wait {
  readonly find: () => Promise<ShownUpload>;
  readonly relay: EventRelay;
  readonly waitS: number;
  readonly request: IncomingMessage;
  readonly closing: AbortSignal;
}

/** The upload when it is finished, or as it stands after `waitS` seconds, when the caller has gone or the process stops. */
export async function waitUntilFinished({ find, relay, waitS, request, closing }: Wait): Promise<ShownUpload> {
  const upload = await find();
  if (isFinal(upload.state) || closing.aborted || request.socket.destroyed) return upload;
  const subscription = relay.subscribe({ uploadId: upload.id, after: upload.newestSeq });
  const end = () => subscription.close();
  const late = setTimeout(end, waitS * 1000);
  request.socket.once('close', end);
  closing.addEventListener('abort', end);
  try {
    for (let news = await subscription.next(); news && !news.over; ) news = await subscription.next();
  } finally {
    clearTimeout(late);
    request.socket.removeListener('close', end);
    closing.removeEventListener('abort', end);
    end();
  }
  return find();
}

import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { ShownUpload } from '../../db/uploads.ts';

/** Shorter than the silence that the server and common proxies (60 s) bear. */
const WAIT_S_AT_MOST = 30;
const LOOK_EVERY_MS = 50;

/** Seconds of `Prefer: wait=N` (RFC 7240), 0 without it. */
export function readWaitS(prefer: string | string[] | undefined): number {
  const [, seconds] = /(?:^|[,;]\s*)wait\s*=\s*"?(\d{1,6})"?/i.exec([prefer ?? ''].flat().join(',')) ?? [];
  return Math.min(Number(seconds ?? 0), WAIT_S_AT_MOST);
}

export interface Wait {
  readonly find: () => Promise<ShownUpload>;
  readonly waitS: number;
  readonly request: IncomingMessage;
  readonly closing: AbortSignal;
}

/** The upload when it is finished, or as it stands after `waitS` seconds, when the caller has gone or the process stops. */
export async function waitUntilFinished({ find, waitS, request, closing }: Wait): Promise<ShownUpload> {
  const until = performance.now() + waitS * 1000;
  for (;;) {
    const upload = await find();
    const finished = upload.state === 'ready' || upload.state === 'failed';
    if (finished || performance.now() > until || request.socket.destroyed || closing.aborted) return upload;
    await pause(LOOK_EVERY_MS);
  }
}

import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { ShownUpload } from '../../db/uploads.ts';

const WAIT_S_AT_MOST = 30;
const LOOK_EVERY_MS = 50;

/** Seconds of `Prefer: wait=N` (RFC 7240), 0 without it. */
export function readWaitS(prefer: string | string[] | undefined): number {
  const [, seconds] = /(?:^|[,;]\s*)wait\s*=\s*"?(\d{1,6})"?/i.exec([prefer ?? ''].flat().join(',')) ?? [];
  return Math.min(Number(seconds ?? 0), WAIT_S_AT_MOST);
}

/** The upload when it is finished, or as it stands after `waitS` seconds or when the caller has gone. */
export async function waitUntilFinished(
  find: () => Promise<ShownUpload>,
  waitS: number,
  request: IncomingMessage,
): Promise<ShownUpload> {
  const until = performance.now() + waitS * 1000;
  for (;;) {
    const upload = await find();
    const finished = upload.state === 'ready' || upload.state === 'failed';
    if (finished || performance.now() > until || request.socket.destroyed) return upload;
    await pause(LOOK_EVERY_MS);
  }
}

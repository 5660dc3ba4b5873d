import { setTimeout as pause } from 'node:timers/promises';
import type { DevHome } from '../settings.ts';

/** Sends it to a running installation and waits for its end, whatever that is. Returns the id of its upload. */
export async function sendRecording(home: DevHome, recording: Uint8Array<ArrayBuffer>): Promise<string> {
  const headers = { authorization: `Bearer ${home.apiKey}` };
  const upload = await fetch(`${home.api}/v1/uploads`, { method: 'POST', headers, body: recording });
  if (upload.status !== 202) throw new Error(`the upload was answered with ${upload.status}`);
  const { id } = Object(await upload.json());
  for (;;) {
    const { state } = Object(await (await fetch(`${home.api}/v1/uploads/${id}`, { headers })).json());
    if (state === 'ready' || state === 'failed') break;
    await pause(200);
  }
  return String(id);
}

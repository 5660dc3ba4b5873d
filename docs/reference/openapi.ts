/** Writes `openapi.json`, the published contract: `npm run openapi`. A test fails when the committed one is stale. */
import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { buildApp } from '../../api/app.ts';
import { connect } from '../../db/pool.ts';
import { createLog } from '../../platform/log.ts';
import { createLoops } from '../../platform/loops.ts';

const FILE = new URL('./openapi.json', import.meta.url);

/** The document as text. The app is built and never serves: its parts are there and nothing of them is asked. */
export async function openapiText(): Promise<string> {
  const log = createLog({ process: 'openapi', level: 'silent', build: 'none' });
  const loops = createLoops({ log, onDead: () => {} });
  const never = () => Promise.reject(new Error('the document is made without servers'));
  const nothing = { list: async function* () {} };
  const blobs = {
    put: never,
    stage: never,
    get: never,
    range: never,
    head: never,
    delete: never,
    removeAbandoned: never,
    ...nothing,
  };
  const dispatcher = { nudge: () => {}, status: () => 'unknown' as const };
  const db = connect('postgres://nobody@127.0.0.1:9/none');
  const inline = {
    status: () => ({ reason: undefined, processed: 0, processedFor: { 'temporal away': 0, 'no worker alive': 0 } }),
  };
  const relay = { subscribe: () => ({ next: never, close: () => {} }), close: async () => {} };
  const reader = { shape: never };
  const orders = { pause: never, resume: never, trigger: never, backfill: never, slotsOf: () => [] };
  const seen = { audit: never, watchdog: { latest: () => undefined, ageMs: () => undefined } };
  const webhooks = { codecKeys: { current: '', keys: new Map() }, targets: { http: false, privateAddresses: false } };
  const doing = { reader, loops, dispatcher, inline, relay, orders, webhooks };
  const app = await buildApp({ ...seen, ...doing, log, build: 'none', db, blobs });
  try {
    await app.ready();
    return `${JSON.stringify(app.swagger(), null, 2)}\n`;
  } finally {
    await app.close();
    await loops.stop();
    await db.end();
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await writeFile(FILE, await openapiText());

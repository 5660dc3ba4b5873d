import { decodeForUi, type PayloadJson } from '../../platform/temporal/codec-endpoint.ts';
import type { CodecKeyring } from '../../platform/temporal/keyring.ts';

const SEALED = Buffer.from('binary/encrypted').toString('base64');

/**
 * A history (as JSON) with every sealed payload opened, so that it replays without any key, and without what names the
 * machine it was captured on: identities and stack traces.
 */
export async function openHistory(value: unknown, keyring: CodecKeyring): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((each) => openHistory(each, keyring)));
  if (typeof value === 'string') return value.replace(PROCESS_AND_HOST, 'captured');
  if (typeof value !== 'object' || value === null) return value;
  if (isSealed(value)) {
    const [opened] = await decodeForUi(keyring, [value]);
    return opened && withoutStackTrace(opened);
  }
  const entries = Object.entries(value).map(async ([name, each]) => {
    return [name, await openHistory(each, keyring)];
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** How a worker names itself, and the queue of its own that a workflow sticks to. */
const PROCESS_AND_HOST = /^\d+@.*$/;

function isSealed(value: object): value is PayloadJson {
  return 'metadata' in value && Object(value.metadata).encoding === SEALED;
}

function withoutStackTrace(payload: PayloadJson): PayloadJson {
  const text = Buffer.from(payload.data ?? '', 'base64').toString();
  if (!text.includes('"stack_trace"')) return payload;
  const failure: unknown = JSON.parse(text);
  const data = Buffer.from(JSON.stringify({ ...Object(failure), stack_trace: '' })).toString('base64');
  return { ...payload, data };
}

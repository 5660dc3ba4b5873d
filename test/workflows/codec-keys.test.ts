import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { setEndpoint } from '../../api/ops/webhook-endpoint.ts';
import { losses, useOfKeys } from '../../cli/codec/use-of-keys.ts';
import { PAYLOAD_BYTES_AT_MOST } from '../../contracts/payloads.ts';
import { temporalClient } from '../../platform/temporal/client.ts';
import { CodecError } from '../../platform/temporal/codec.ts';
import { type CodecKeyring, parseCodecKeys } from '../../platform/temporal/keyring.ts';
import { bundleWorkflows } from '../../workers/bundle.ts';
import { installRuntime } from '../../workers/runtime.ts';
import { cairn } from '../cli/cairn.ts';
import { testDatabase } from '../support/database.ts';
import { testNamespace } from '../support/namespace.ts';
import { startProbeWorker, uniqueId } from '../support/probe.ts';
import type { handOn, wait } from './programs/probe.ts';

let logged = '';
const sink = new Writable({
  write: (chunk, _encoding, done) => {
    logged += String(chunk);
    done();
  },
});
const log = pino({ level: 'debug' }, sink);
installRuntime(log);
const PATIENT = { timeout: 40_000, interval: 100 };
const address = inject('temporalAddress');
const namespace = await testNamespace(address);
const { db, url, query } = await testDatabase();
const bundle = await bundleWorkflows(fileURLToPath(new URL('./programs/probe.ts', import.meta.url)));

const [one, two] = ['k1', 'k2'].map((id) => `${id}:${randomBytes(32).toString('base64')}`);
const RINGS = { before: `${one}`, during: `${two},${one}`, after: `${two}` } as const;
const before = party(RINGS.before);
const during = party(RINGS.during);
const after = party(RINGS.after);

interface Party {
  readonly codecKeys: CodecKeyring;
  readonly client: Client;
}

function party(text: string): Party {
  const codecKeys = parseCodecKeys(text);
  const client = temporalClient({ address, namespace, codecKeys });
  afterAll(() => client.connection.close());
  return { codecKeys, client };
}

async function worker(taskQueue: string, { codecKeys }: Party) {
  const started = await startProbeWorker({ address, namespace, taskQueue, bundle, log, codecKeys });
  onTestFinished(started.stop);
  return started;
}

async function started(taskQueue: string) {
  const workflowId = uniqueId('wait', before.client);
  const memo = { about: 'sealed with k1' };
  return before.client.workflow.start<typeof wait>('wait', { workflowId, taskQueue, args: ['seed'], memo });
}

const lostWithout = async (keyId: string) =>
  Object.fromEntries(losses(await useOfKeys({ ...during, db }), keyId, { ignoreEnded: false }));

describe('a key is rotated', () => {
  test('a run that began under k1 ends under k2; without k1 its beginning is refused by name, its end is read', async () => {
    const run = await started('rotated');
    const old = await worker('rotated', before);
    await expect.poll(() => old.calls, PATIENT).toEqual(['look']);
    await old.stop();
    await worker('rotated', during);
    await during.client.workflow.getHandle(run.workflowId).signal('note', 'said under k2');
    expect(await during.client.workflow.getHandle(run.workflowId).result()).toBe('said under k2');

    const handle = after.client.workflow.getHandle(run.workflowId);
    expect(await handle.result()).toBe('said under k2');
    const refused = await handle.describe().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(CodecError);
    expect(refused).toMatchObject({ code: 'codec/unknown-key', keyId: 'k1' });
    expect(String(refused)).toBe('CodecError: There is no codec key "k1" in CAIRN_CODEC_KEYS');
    await expect.poll(() => lostWithout('k1'), PATIENT).toMatchObject({ ended: { examples: [run.workflowId] } });
  });

  test('a worker without k1 cannot go on with such a run and its log says why; when the key is back, it ends', async () => {
    const run = await started('stranded');
    logged = '';
    const lacking = await worker('stranded', after);
    await expect.poll(() => logged, PATIENT).toContain('There is no codec key \\"k1\\" in CAIRN_CODEC_KEYS');
    expect(lacking.calls).toEqual([]);
    await expect.poll(() => lostWithout('k1'), PATIENT).toMatchObject({ open: { examples: [run.workflowId] } });
    await lacking.stop();
    await worker('stranded', during);
    await during.client.workflow.getHandle(run.workflowId).signal('note', 'and on');
    expect(await during.client.workflow.getHandle(run.workflowId).result()).toBe('and on');
  });

  test('a key can go when nothing is sealed with it: runs, schedules and secrets each hold it back', async () => {
    const { client } = before;
    const action = { type: 'startWorkflow', workflowType: 'wait', taskQueue: 'none', args: ['x'] } as const;
    const spec = { intervals: [{ every: '1 day' }] };
    const schedule = await client.schedule.create({ scheduleId: 'old', spec, action, state: { paused: true } });
    const targets = { http: true, privateAddresses: true };
    const by = { actor: 'cli:test', reason: 'to see what is sealed' };
    await setEndpoint({ db, codecKeys: before.codecKeys, targets }, 'https://site.example/hook', by);
    await expect.poll(async () => 'open' in (await lostWithout('k1')), PATIENT).toBe(false);
    expect(await lostWithout('k1')).toMatchObject({
      ended: { count: expect.any(Number) },
      schedule: { count: 1, examples: ['old'] },
      secret: { count: 1, examples: ['webhook_endpoint.secret'] },
    });
    const env = { DATABASE_URL: url, CAIRN_TEMPORAL_ADDRESS: address, CAIRN_TEMPORAL_NAMESPACE: namespace };
    const rotating = { ...env, CAIRN_CODEC_KEYS: RINGS.during };
    const held = await cairn(['codec', 'rotate-check', '--remove', 'k1', '--ignore-ended'], rotating);
    expect(held, held.err).toMatchObject({ code: 1 });
    expect(held.out).toMatch(/^k1 cannot go\.\n1 schedules: .*\n {4}old\n1 secrets in the database: .*\n {4}webhook/);
    const lacking = await cairn(['codec', 'status'], { ...env, CAIRN_CODEC_KEYS: RINGS.after });
    expect(lacking).toMatchObject({ code: 2, out: expect.stringMatching(/^k2 {2}current .*\nk1 {2}MISSING /) });

    await schedule.delete();
    await query('delete from webhook_endpoint');
    const [one, other] = await Promise.all(
      ['k1', 'k2'].map((id) => cairn(['codec', 'rotate-check', '--remove', id, '--ignore-ended'], rotating)),
    );
    expect(one, one?.err).toMatchObject({ code: 0, out: expect.stringMatching(/^k1 can go: \d+ ended runs .*\n$/) });
    expect(other).toMatchObject({ code: 1, out: expect.stringContaining('It is the current key') });
    expect(Object.keys(await lostWithout('k1'))).toEqual(['ended']);
    expect(await useOfKeys({ ...during, db })).toMatchObject([
      { id: 'k2', configured: true, current: true, sealed: { open: { count: 0 } } },
      { id: 'k1', configured: true, current: false, sealed: { schedule: { count: 0 }, secret: { count: 0 } } },
    ]);
  }, 120_000);
});

describe('what is too large for a history', () => {
  const LARGE = PAYLOAD_BYTES_AT_MOST + 1;
  const taskQueue = 'large';
  let calls: readonly string[] = [];
  beforeAll(async () => {
    const { codecKeys } = during;
    const started = await startProbeWorker({ address, namespace, taskQueue, bundle, log, codecKeys });
    ({ calls } = started);
    return started.stop;
  });
  const over = async (...[where, by, bytes]: Parameters<typeof handOn>) => {
    const before = calls.length;
    const workflowId = uniqueId('large', during.client);
    const handle = await during.client.workflow.start<typeof handOn>('handOn', {
      workflowId,
      taskQueue,
      args: [where, by, bytes],
    });
    const error = await handle.result().then(
      () => undefined,
      (failed: unknown) => failed,
    );
    return { called: calls.slice(before), cause: causeOf(error), status: (await handle.describe()).status.name };
  };
  const refused = { type: 'payload/too-large', nonRetryable: true };

  test('is refused before it leaves the client, and nothing is started', async () => {
    const workflowId = uniqueId('never', during.client);
    const start = { workflowId, taskQueue: 'none', args: ['x'.repeat(LARGE)] };
    await expect(during.client.workflow.start('wait', start)).rejects.toMatchObject(refused);
    await expect(during.client.workflow.getHandle(workflowId).describe()).rejects.toThrow(/not found/i);
  });

  test.each([
    ['the result of a workflow', ['workflow', 'result', LARGE], []],
    ['the input of a step', ['remote', 'input', LARGE], []],
    ['the input of a local step', ['local', 'input', LARGE], []],
    ['the result of a step', ['remote', 'result', LARGE], ['result']],
    ['the result of a local step', ['local', 'result', LARGE], ['result']],
    ['the details of a heart-beat', ['remote', 'heartbeat', LARGE], ['heartbeat']],
  ] as const)('%s fails the run by name, and is never tried again', async (_, [where, by, bytes], steps) => {
    const { cause, status, called } = await over(where, by, bytes);
    expect(cause).toMatchObject(refused);
    expect(status).toBe('FAILED');
    expect(called).toEqual(steps);
  });

  test('what is just small enough passes', async () => {
    const { cause, status } = await over('remote', 'result', PAYLOAD_BYTES_AT_MOST - 2);
    expect({ cause, status }).toEqual({ cause: undefined, status: 'COMPLETED' });
  });

  test('a failure tells the beginning of a long message, and leaves out large details', async () => {
    const long = await over('remote', 'message', 3_000_000);
    expect(long).toMatchObject({ status: 'FAILED', cause: { type: 'processing/failed' } });
    expect(String(long.cause)).toMatch(/x{2000} … \(3000000 characters\)$/);
    const { cause } = await over('local', 'details', 3_000_000);
    expect(cause).toMatchObject({ details: [{ leftOut: expect.stringMatching(/^\d{7} bytes$/) }] });
  });
});

/** The failure at the end of the chain. */
function causeOf(error: unknown): Error | undefined {
  if (!(error instanceof Error)) return undefined;
  return error.cause instanceof Error && !('type' in error) ? causeOf(error.cause) : error;
}

import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import proto from '@temporalio/proto';
import { afterAll, expect, inject, onTestFinished, test } from 'vitest';
import { createLog } from '../../platform/log.ts';
import { temporalClient } from '../../platform/temporal/client.ts';
import { encryptionCodec } from '../../platform/temporal/codec.ts';
import { type CodecKeyring, parseCodecKeys } from '../../platform/temporal/keyring.ts';
import { bundleWorkflows } from '../../workers/bundle.ts';
import { installRuntime } from '../../workers/runtime.ts';
import { deferred } from '../support/deferred.ts';
import { CHANNELS, mark } from '../support/marks.ts';
import { testNamespace } from '../support/namespace.ts';
import { startProbeWorker } from '../support/probe.ts';
import type { answer, probe } from './programs/probe.ts';

const {
  DescribeScheduleResponse,
  DescribeWorkflowExecutionResponse,
  GetWorkflowExecutionHistoryResponse,
  ListWorkflowExecutionsResponse,
  QueryWorkflowResponse,
} = proto.temporal.api.workflowservice.v1;
const PATIENT = { timeout: 40_000, interval: 50 };
const log = createLog({ process: 'test', level: 'silent', build: 'test' });
installRuntime(log);
const address = inject('temporalAddress');
const namespace = await testNamespace(address);
const bundle = await bundleWorkflows(fileURLToPath(new URL('./programs/probe.ts', import.meta.url)));
const connection = Connection.lazy({ address });
afterAll(() => connection.close());

/** What Temporal answers and stores, as bytes, by where it was found. */
type Places = Record<string, Buffer>;

test('of what is handed to Temporal nothing is in a history, in any of its answers or in its database', async () => {
  const codecKeys = parseCodecKeys(`k1:${randomBytes(32).toString('base64')}`);
  const seed = randomUUID().replaceAll('-', '');
  const client = temporalClient({ address, namespace, codecKeys });
  onTestFinished(() => client.connection.close());
  const places = await plantAll({ client, seed, codecKeys });
  expect(foundIn(places, seed)).toEqual({});
  // The same search finds what is public: the id of the workflow, in each of the places but an answer to a query.
  const { query, schedule, ...others } = places;
  for (const [place, bytes] of Object.entries(others)) expect(bytes.includes(`visible-${seed}`), place).toBe(true);
  expect(query?.length).toBeGreaterThan(100);
  expect(schedule?.includes('binary/encrypted')).toBe(true);
}, 90_000);

test('without the codec every single mark is found, in the database too: the search above can fail', async () => {
  const seed = randomUUID().replaceAll('-', '');
  const places = await plantAll({ client: new Client({ connection, namespace }), seed });
  const found = foundIn(places, seed);
  expect(Object.keys(found).sort()).toEqual([...CHANNELS].sort());
  const stored = Object.entries(found).flatMap(([channel, where]) => (where.includes('database') ? [channel] : []));
  expect(stored.sort()).toEqual(CHANNELS.filter((channel) => channel !== 'query').sort());
}, 90_000);

interface Planting {
  readonly client: Client;
  readonly seed: string;
  readonly codecKeys?: CodecKeyring;
}

/** Uses every channel, and gathers all that the server says and stores of it, while the run is open and afterwards. */
async function plantAll({ client, seed, codecKeys }: Planting): Promise<Places> {
  const taskQueue = `probe-${seed}`;
  const gate = deferred();
  const common = { address, namespace, taskQueue, bundle, log, letGo: gate.promise };
  const worker = await startProbeWorker({ ...common, ...(codecKeys && { codecKeys }) });
  onTestFinished(worker.stop);
  const run = await client.workflow.start<typeof probe>('probe', {
    workflowId: `visible-${seed}`,
    taskQueue,
    args: [{ seed, text: mark('input', seed) }],
    memo: { planted: mark('memo', seed) },
    staticSummary: mark('summary', seed),
    staticDetails: mark('details', seed),
  });
  await run.signal('note', mark('signal', seed));
  await run.executeUpdate('change', { args: [mark('update', seed)] });
  const scheduled = await scheduleBytes(client, seed, taskQueue);
  const { open, openDatabase } = await whileItBeats(run.workflowId);
  const query = await queryBytes(run.workflowId, seed, codecKeys);
  gate.resolve();
  await expect(run.result()).rejects.toThrow();
  const answerId = `answer-visible-${seed}`;
  await client.workflow.execute<typeof answer>('answer', { workflowId: answerId, taskQueue, args: [{ seed }] });
  return {
    open,
    query,
    schedule: scheduled,
    history: await historyBytes(run.workflowId),
    answerHistory: await historyBytes(answerId),
    listed: await listedBytes(seed),
    database: Buffer.concat([openDatabase, await databaseBytes()]),
  };
}

/** Also what is not in the history: heart-beats of a step, and what the database holds meanwhile. */
async function whileItBeats(workflowId: string): Promise<{ open: Buffer; openDatabase: Buffer }> {
  const describe = () => connection.workflowService.describeWorkflowExecution({ namespace, execution: { workflowId } });
  const beats = async () => (await describe()).pendingActivities[0]?.heartbeatDetails?.payloads?.length;
  await expect.poll(beats, PATIENT).toBe(1);
  const open = Buffer.from(DescribeWorkflowExecutionResponse.encode(await describe()).finish());
  return { open, openDatabase: await databaseBytes() };
}

async function historyBytes(workflowId: string): Promise<Buffer> {
  const execution = { workflowId };
  const answer = await connection.workflowService.getWorkflowExecutionHistory({ namespace, execution });
  expect(answer.nextPageToken?.length ?? 0).toBe(0);
  return Buffer.from(GetWorkflowExecutionHistoryResponse.encode(answer).finish());
}

async function listedBytes(seed: string): Promise<Buffer> {
  const query = `WorkflowId = 'visible-${seed}' and ExecutionStatus = 'Failed'`;
  const list = () => connection.workflowService.listWorkflowExecutions({ namespace, query });
  await expect.poll(async () => (await list()).executions?.length, PATIENT).toBe(1);
  return Buffer.from(ListWorkflowExecutionsResponse.encode(await list()).finish());
}

/** Asked by hand: the client would open the answer. */
async function queryBytes(workflowId: string, seed: string, codecKeys: CodecKeyring | undefined): Promise<Buffer> {
  const plain = [defaultPayloadConverter.toPayload(mark('query', seed))];
  const payloads = codecKeys ? await encryptionCodec(codecKeys).encode(plain) : plain;
  const query = { queryType: 'peek', queryArgs: { payloads } };
  const answer = await connection.workflowService.queryWorkflow({ namespace, execution: { workflowId }, query });
  return Buffer.from(QueryWorkflowResponse.encode(answer).finish());
}

async function scheduleBytes(client: Client, seed: string, taskQueue: string): Promise<Buffer> {
  const scheduleId = `schedule-${seed}`;
  const handle = await client.schedule.create({
    scheduleId,
    spec: { intervals: [{ every: '1 day' }] },
    state: { paused: true },
    action: {
      type: 'startWorkflow',
      workflowType: 'answer',
      taskQueue,
      args: [{ seed, text: mark('scheduleInput', seed) }],
      memo: { planted: mark('scheduleMemo', seed) },
    },
  });
  const answer = await connection.workflowService.describeSchedule({ namespace, scheduleId });
  onTestFinished(() => handle.delete());
  return Buffer.from(DescribeScheduleResponse.encode(answer).finish());
}

async function databaseBytes(): Promise<Buffer> {
  const file = inject('temporalDatabaseFile');
  const parts = [file, `${file}-wal`].map((each) => readFile(each).catch(() => Buffer.alloc(0)));
  return Buffer.concat(await Promise.all(parts));
}

/** Which marks are where. */
function foundIn(places: Places, seed: string): Record<string, string[]> {
  const found = CHANNELS.map((channel): [string, string[]] => {
    const text = mark(channel, seed);
    return [channel, Object.entries(places).flatMap(([place, bytes]) => (bytes.includes(text) ? [place] : []))];
  });
  return Object.fromEntries(found.filter(([, where]) => where.length > 0));
}

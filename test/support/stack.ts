import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cancellationSignal } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { NativeConnection, type Worker } from '@temporalio/worker';
import type { FastifyInstance } from 'fastify';
import { inject } from 'vitest';
import { createStripeEventSteps } from '../../activities/billing/stripe-event-steps.ts';
import { createStripeOrderSteps } from '../../activities/billing/stripe-order-steps.ts';
import { createRecordingReader, type RecordingReader } from '../../activities/read-recording.ts';
import { type BulkReprocessStepsDeps, createBulkReprocessSteps } from '../../activities/reprocess/reprocess-steps.ts';
import { createScheduleSteps, type Jobs } from '../../activities/schedule-steps.ts';
import { createUploadBatchSteps } from '../../activities/upload-batch-steps.ts';
import { createUploadSteps } from '../../activities/upload-steps.ts';
import { createWayTypesStep } from '../../activities/way-types-step.ts';
import { createWebhookSteps, type WebhookStepsDeps } from '../../activities/webhook-steps.ts';
import { buildApp } from '../../api/app.ts';
import { dispatchedLines } from '../../api/dispatch/lines.ts';
import { seenNamespace } from '../../api/dispatch/seen-namespace.ts';
import { namespaceIdOf } from '../../api/dispatch/start-once.ts';
import { type Dispatcher, startDispatcher } from '../../api/dispatcher.ts';
import { startEventRelay } from '../../api/events/relay.ts';
import { type InlinePath, startInlinePath } from '../../api/inline-path.ts';
import { createKey } from '../../cli/keys.ts';
import { processUploadId } from '../../contracts/ids.ts';
import type { BillingRules } from '../../contracts/plans.ts';
import type { QueueName } from '../../contracts/queues.ts';
import type { ScheduleId } from '../../contracts/schedules.ts';
import { createLog, type Log } from '../../platform/log.ts';
import { createLoops, type Loops } from '../../platform/loops.ts';
import { temporalClient } from '../../platform/temporal/client.ts';
import { type CodecKeyring, parseCodecKeys } from '../../platform/temporal/keyring.ts';
import { type Audit, auditSchedules } from '../../schedules/audit.ts';
import { isSlotOf, MANIFEST, type Manifest } from '../../schedules/manifest.ts';
import { createScheduleOrders } from '../../schedules/orders.ts';
import type { BlobStore } from '../../services/blob-store.ts';
import { openFsBlobStore } from '../../services/blob-store-fs.ts';
import { createDeadManPings, type DeadManPings } from '../../services/dead-man-pings.ts';
import type { StripeApi } from '../../services/stripe.ts';
import type { Valhalla } from '../../services/valhalla.ts';
import { createWebhookSender } from '../../services/webhook-sender.ts';
import { workflowBundle } from '../../workers/bundle.ts';
import { createWorkers, type WorkersDeps } from '../../workers/create-workers.ts';
import { installRuntime } from '../../workers/runtime.ts';
import { type AtTheEnd, atTheEnd } from './at-the-end.ts';
import { RULES } from './billing-rules.ts';
import { type TestDatabase, testDatabase } from './database.ts';
import { testNamespace } from './namespace.ts';

/** A whole Cairn inside the test process, on the run's real servers, with a database and queues of its own. */
export interface Stack extends TestDatabase {
  readonly app: FastifyInstance;
  readonly blobs: BlobStore;
  readonly blobDir: string;
  readonly reader: RecordingReader;
  readonly client: Client;
  readonly dispatcher: Dispatcher;
  readonly loops: Loops;
  readonly log: Log;
  readonly codecKeys: CodecKeyring;
  readonly namespace: string;
  /** `Authorization` of an account key. */
  readonly headers: { authorization: string };
  /** For what belongs to it: cleared away before it is. */
  readonly atEnd: AtTheEnd;
  startWorkers(options?: StartOptions): Promise<{ stop(): Promise<void> }>;
}

export type Steps = WorkersDeps['steps'];

/** Of these workers; several of one stack may differ. */
export interface StartOptions extends Partial<Pick<WorkersDeps, 'workflowBundle' | 'version'>> {
  readonly queues?: readonly QueueName[];
  /** What runs in place of the real steps. */
  readonly stepsOf?: (real: Steps) => Steps;
}

export interface StackOptions {
  /** Where Temporal is; by default the run's own server. */
  readonly temporalAddress?: string;
  /** Made new by default. */
  readonly namespace?: string;
  readonly codecUiToken?: string;
  /** Whether the inline path is there; without it what no worker processes stays open. */
  readonly inline?: boolean;
  /** The map matcher; none by default. */
  readonly valhalla?: Valhalla;
  /** Where events are looked into; without it they are refused. */
  readonly stripe?: StripeApi;
  readonly stripeWebhookSecrets?: readonly string[];
  /** What prices buy; those of the fake by default. */
  readonly rules?: BillingRules;
  /** What schedules do; nothing by default. */
  readonly jobs?: Jobs;
  /** Who is told of each run; nobody by default. */
  readonly pings?: DeadManPings<ScheduleId>;
  /** How messages to the site are sent; anywhere by default. */
  readonly webhooks?: Partial<Pick<WebhookStepsDeps, 'send' | 'nextInS'>>;
  /** How a bulk reprocess goes about it. */
  readonly bulk?: Partial<Pick<BulkReprocessStepsDeps, 'reader' | 'size' | 'lanes'>>;
  /** When they do it. */
  readonly manifest?: Manifest;
}

const ANYWHERE = { http: true, privateAddresses: true };

/** What a watchdog of a test has seen, unless it starts one of its own. */
const WELL: Audit = { checkedAt: new Date(), worst: 'OK', schedules: [] };

const NOT_INLINE: InlinePath = {
  status: () => ({ reason: undefined, processed: 0, processedFor: { 'temporal away': 0, 'no worker alive': 0 } }),
};

export async function testStack(options: StackOptions = {}): Promise<Stack> {
  const database = await testDatabase();
  const blobDir = await mkdtemp(path.join(tmpdir(), 'cairn-blobs-'));
  const log = createLog({ process: 'test', level: 'fatal', build: 'test' });
  const loops = createLoops({ log, onDead: (name) => expectAlive(name) });
  const codecKeys = parseCodecKeys(`k1:${randomBytes(32).toString('base64')}`);
  const address = options.temporalAddress ?? inject('temporalAddress');
  const namespace = options.namespace ?? (await testNamespace(address));
  const client = temporalClient({ address, namespace, codecKeys });
  const blobs = await openFsBlobStore(blobDir);
  const reader = createRecordingReader({ blobDir, processes: 2 });
  const wayTypes = options.valhalla !== undefined;
  const lines = dispatchedLines({ db: database.db, client, log, wayTypes, uploadBatch: 25 });
  const namespaceId = () => namespaceIdOf(client);
  const dispatcher = startDispatcher({ loops, log, lines, namespaceId, seen: seenNamespace(database.db) });
  const inline = options.inline
    ? startInlinePath({ db: database.db, loops, log, reader, build: 'test', wayTypes, temporal: dispatcher })
    : NOT_INLINE;
  const relay = startEventRelay({ databaseUrl: database.url, db: database.db, loops, log });
  const codec = options.codecUiToken && { codecKeys, token: options.codecUiToken, uiOrigin: 'http://ui.example' };
  const manifest = options.manifest ?? MANIFEST;
  const asked = { client, db: database.db, manifest, sealingKey: codecKeys.current };
  const app = await buildApp({
    audit: () => auditSchedules(asked),
    watchdog: { latest: () => WELL, ageMs: () => 0 },
    log,
    build: 'test',
    wayTypes,
    webhooks: { codecKeys, targets: ANYWHERE },
    ...database,
    blobs,
    reader,
    loops,
    dispatcher,
    inline,
    relay,
    orders: createScheduleOrders({ db: database.db, client, manifest: options.manifest ?? MANIFEST }),
    ...(codec && { codec }),
    ...(options.stripeWebhookSecrets && { stripeWebhookSecrets: options.stripeWebhookSecrets }),
  });
  const { key } = await createKey(database.db, { kind: 'account', accountExternalId: 'tester', name: 'test' });
  const atEnd = atTheEnd();
  atEnd(async () => {
    await app.close();
    await loops.stop();
    await relay.close();
    await client.connection.close();
    await reader.close();
    await rm(blobDir, { recursive: true, force: true });
  });
  const made = { atEnd, app, blobs, blobDir, reader, dispatcher, loops };
  const parts = { ...database, ...made, client, log, codecKeys, namespace };
  return {
    ...parts,
    headers: { authorization: `Bearer ${key}` },
    startWorkers: (workers = {}) => startWorkers({ ...parts, ...options, address }, workers),
  };
}

function expectAlive(name: string): never {
  throw new Error(`the loop ${name} died in a test`);
}

async function startWorkers(
  stack: Pick<Stack, 'db' | 'reader' | 'log' | 'codecKeys' | 'namespace' | 'atEnd'> &
    StackOptions & { address: string },
  { queues, version, workflowBundle: given, stepsOf = (real) => real }: StartOptions,
): Promise<{ stop(): Promise<void> }> {
  installRuntime(stack.log);
  const connection = await NativeConnection.connect({ address: stack.address });
  const steps = stepsOf({
    ...createUploadSteps({
      db: stack.db,
      reader: stack.reader,
      build: 'test',
      processedBy: 'workflow',
      ownerOf: ({ uploadId, run }) => `workflow:${processUploadId(uploadId, run)}`,
    }),
    ...createUploadBatchSteps({ ...stack, build: 'test', lanes: 2 }),
    ...createBulkReprocessSteps({ ...stack, build: 'test', addWayTypes: undefined, lanes: 4, ...stack.bulk }),
    ...createWayTypesStep({ ...stack, valhalla: stack.valhalla }),
    ...createStripeEventSteps({ ...stack, stripe: stack.stripe, rules: stack.rules ?? RULES }),
    ...createStripeOrderSteps({ ...stack, stripe: stack.stripe, rules: stack.rules ?? RULES }),
    ...createWebhookSteps({ ...stack, send: createWebhookSender({ targets: ANYWHERE }), ...stack.webhooks }),
    ...createScheduleSteps({
      db: stack.db,
      build: 'test',
      jobs: stack.jobs ?? {},
      pings: stack.pings ?? createDeadManPings({ urls: {}, log: stack.log }),
      isSlot: (schedule, at) => isSlotOf(stack.manifest ?? MANIFEST, schedule, at),
      signal: cancellationSignal,
    }),
  });
  const { codecKeys, log, namespace, atEnd } = stack;
  const bundle = given ?? (await workflowBundle());
  const deps = { connection, namespace, codecKeys, workflowBundle: bundle, steps, log, version };
  const workers = await createWorkers(deps, queues);
  const runs = workers.map((worker) => worker.run());
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= end(workers, runs, connection);
    return stopped;
  };
  atEnd(stop);
  return { stop };
}

async function end(
  workers: readonly Worker[],
  runs: readonly Promise<void>[],
  connection: NativeConnection,
): Promise<void> {
  for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  await Promise.all(runs);
  await connection.close();
}

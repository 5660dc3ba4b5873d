import { ApplicationFailure, activityInfo, heartbeat } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { NativeConnection, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import type { Log } from '../../platform/log.ts';
import { dataConverter } from '../../platform/temporal/data-converter.ts';
import type { CodecKeyring } from '../../platform/temporal/keyring.ts';
import { tracedRuns, tracedSteps } from '../../platform/temporal/tracing.ts';
import { stepInterceptor } from '../../workers/step-interceptor.ts';
import type { ProbeSteps } from '../workflows/programs/probe.ts';
import { mark } from './marks.ts';

export interface ProbeWorker {
  /** Names of the steps that were called, in order. */
  readonly calls: readonly string[];
  stop(): Promise<void>;
}

export interface ProbeWorkerOptions {
  readonly address: string;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly bundle: WorkflowBundleOption;
  readonly log: Log;
  /** Undefined: as a worker without a codec does it. */
  readonly codecKeys?: CodecKeyring;
  /** What the beating step waits for before it fails. */
  readonly letGo?: Promise<void>;
}

/** A worker of the probe's workflows, with converter and interceptors as Cairn's workers have them. */
export async function startProbeWorker(options: ProbeWorkerOptions): Promise<ProbeWorker> {
  const { namespace, taskQueue, bundle, codecKeys, log } = options;
  const connection = await NativeConnection.connect({ address: options.address });
  const calls: string[] = [];
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue,
    workflowBundle: bundle,
    activities: { ...probeSteps(calls, options.letGo) },
    interceptors: { activity: [tracedSteps, stepInterceptor(log)] },
    sinks: tracedRuns,
    stickyQueueScheduleToStartTimeout: '1s',
    ...(codecKeys && { dataConverter: dataConverter(codecKeys) }),
  });
  const run = worker.run();
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= (async () => {
      worker.shutdown();
      await run;
      await connection.close();
    })();
    return stopped;
  };
  return { calls, stop };
}

function probeSteps(calls: string[], letGo: Promise<void> | undefined): ProbeSteps {
  return {
    look: async (seed) => {
      calls.push('look');
      return mark(activityInfo().isLocal ? 'localResult' : 'stepResult', seed);
    },
    beat: async (seed) => {
      calls.push('beat');
      heartbeat(mark('heartbeat', seed));
      await letGo;
      const failure = ApplicationFailure.create({
        message: mark('stepMessage', seed),
        nonRetryable: true,
        details: [mark('stepDetails', seed)],
        cause: new Error(mark('stepCause', seed)),
      });
      failure.stack = `Error\n    at ${mark('stepStack', seed)} (probe.ts:1:1)`;
      throw failure;
    },
    handOn: async (by, bytes) => {
      calls.push(by);
      const text = 'x'.repeat(bytes);
      if (by === 'message') throw new Error(text);
      if (by === 'details') throw ApplicationFailure.create({ message: 'large', nonRetryable: true, details: [text] });
      if (by === 'heartbeat') heartbeat(text);
      return by === 'result' ? text : 'small';
    },
  };
}

/** A name that nobody else uses. */
export function uniqueId(what: string, { options }: Client): string {
  return `${what}-${options.namespace.slice(-8)}-${Math.random().toString(36).slice(2, 10)}`;
}

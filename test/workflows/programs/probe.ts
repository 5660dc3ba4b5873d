/** Workflows that are no part of Cairn: they use every channel of Temporal, so that what the codec does to each can be seen. */
import {
  ApplicationFailure,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
  upsertMemo,
} from '@temporalio/workflow';
import { mark } from '../../support/marks.ts';

export interface ProbeSteps {
  /** Returns a mark of its own. */
  look(seed: string, given: string): Promise<string>;
  /** Beats with a mark, waits until it is let go, and fails with marks in all parts of its failure. */
  beat(seed: string): Promise<void>;
  /** Hands on so many bytes in the given way. */
  handOn(by: 'result' | 'heartbeat' | 'message' | 'details' | 'nothing', bytes: number, given: string): Promise<string>;
}

const retry = { initialInterval: '20ms', maximumAttempts: 3 };
const local = proxyLocalActivities<ProbeSteps>({ startToCloseTimeout: '20s', retry });
const remote = proxyActivities<ProbeSteps>({ startToCloseTimeout: '60s', heartbeatTimeout: '10s', retry });

export const note = defineSignal<[string]>('note');
export const peek = defineQuery<string, [string]>('peek');
export const change = defineUpdate<string, [string]>('change');

/** Plants a mark in every channel, and fails in the end. */
export async function probe({ seed }: { seed: string; text: string }): Promise<void> {
  let noted = false;
  let changed = false;
  setHandler(note, () => {
    noted = true;
  });
  setHandler(peek, (text) => text);
  setHandler(change, () => {
    changed = true;
    return mark('updateAnswer', seed);
  });
  upsertMemo({ later: mark('upsertedMemo', seed) });
  await local.look(seed, 'stays here');
  await remote.look(seed, mark('stepInput', seed));
  await sleep(1, { summary: mark('timerSummary', seed) });
  await condition(() => noted && changed);
  await remote.beat(seed).catch((cause: Error) => {
    const failure = ApplicationFailure.create({
      message: mark('workflowMessage', seed),
      type: 'probe',
      nonRetryable: true,
      details: [mark('workflowDetails', seed)],
      cause,
    });
    failure.stack = `Error\n    at ${mark('workflowStack', seed)} (probe.ts:1:1)`;
    throw failure;
  });
}

export async function answer({ seed }: { seed: string }): Promise<string> {
  return mark('result', seed);
}

/** Takes a step, waits to be noted, takes another one. */
export async function wait(seed: string): Promise<string> {
  let noted = '';
  setHandler(note, (text) => {
    noted = text;
  });
  await local.look(seed, 'before');
  await condition(() => noted !== '');
  await local.look(seed, 'after');
  return noted;
}

/** Hands on so many bytes in one way. */
export async function handOn(
  where: 'workflow' | 'local' | 'remote',
  by: 'input' | 'result' | 'heartbeat' | 'message' | 'details',
  bytes: number,
): Promise<string> {
  if (where === 'workflow') return 'x'.repeat(bytes);
  const { handOn: step } = where === 'local' ? local : remote;
  return by === 'input' ? step('nothing', 0, 'x'.repeat(bytes)) : step(by, bytes, '');
}

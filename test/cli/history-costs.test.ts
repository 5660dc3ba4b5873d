import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { actionsOf } from '../../cli/histories/actions.ts';
import { HISTORIES_FOLDER } from '../../cli/histories/capture.ts';
import { keptCosts } from '../../cli/histories/costs.ts';
import { keptFiles } from '../../cli/histories/store.ts';

/** Counted by hand from the published rules, the histories beside. */
const BY_HAND: Readonly<Record<string, number>> = {
  'bulkReprocess/broken@0.1.0.json': 6, // start, three attempts, local step, upsert
  'bulkReprocess/continued@0.1.0.json': 3, // start, attempt, timer; as a new history it goes on without a further one
  'bulkReprocess/done@0.1.0.json': 3, // start, attempt, upsert
  'bulkReprocess/paused@0.1.0.json': 5, // start, two attempts, timer, upsert
  'bulkReprocess/waited@0.1.0.json': 7, // start, three attempts, two timers, upsert
  'deliverWebhook/delivered@0.1.0.json': 2, // start, attempt
  'deliverWebhook/parked@0.1.0.json': 3, // start, attempt that was cancelled and never told, local step
  'deliverWebhook/parked@0.2.0.json': 5, // and the outcome, and the mark of its version, which is listed by an attribute
  'processUpload/large-failed@0.1.0.json': 4, // start, attempt, local step, upsert
  'processUpload/large-ready@0.1.0.json': 3, // start, attempt, upsert
  'processUpload/ordinary-failed@0.1.0.json': 3, // start, two local steps of one task, upsert
  'processUpload/ordinary-ready@0.1.0.json': 3, // start, local step, upsert
  'processUpload/ordinary-wayTypes@0.1.0.json': 4, // start, local step, attempt, upsert
  'runSchedule/failed@0.1.0.json': 6, // start, three attempts, upsert, local step
  'runSchedule/succeeded@0.1.0.json': 3, // start, attempt, upsert
  'stripeEvent/dead@0.1.0.json': 4, // start, attempt, local step, upsert
  'stripeEvent/ended@0.1.0.json': 2, // start, attempt
  'stripeOrder/absent@0.1.0.json': 3, // start, attempt, upsert
  'stripeOrder/refused@0.1.0.json': 4, // start, attempt, local step, upsert
};

test('kept histories are counted as the rules have it', async () => {
  const counted = (await keptFiles(HISTORIES_FOLDER)).map(async (file) => {
    const history = JSON.parse(await readFile(path.join(HISTORIES_FOLDER, file), 'utf8'));
    return [file, actionsOf(history)];
  });
  expect(Object.fromEntries(await Promise.all(counted))).toMatchObject(BY_HAND);
});

const task = [{ workflowTaskScheduledEventAttributes: {} }, { workflowTaskCompletedEventAttributes: {} }];
const local = { markerRecordedEventAttributes: { markerName: 'core_local_activity' } };
const attempt = (count: number) => [
  { activityTaskScheduledEventAttributes: {} },
  { activityTaskStartedEventAttributes: { attempt: count } },
];

test.each([
  ['a start alone', [], 1],
  ['each attempt of a remote step', [...task, ...attempt(7), ...task, ...attempt(1)], 9],
  ['a remote step that has not told its end', [...task, { activityTaskScheduledEventAttributes: {} }], 2],
  ['local steps of one task together, of two apart', [...task, local, local, ...task, local], 3],
  ['a task that only waits for its local step', [...task, ...task, ...task, local], 4],
  ['marks of versions: nothing', [...task, { markerRecordedEventAttributes: { markerName: 'core_patch' } }], 1],
  ['an upsert', [...task, { upsertWorkflowSearchAttributesEventAttributes: {} }], 2],
  ['a change of the memo', [...task, { workflowPropertiesModifiedEventAttributes: {} }], 2],
  ['a timer', [...task, { timerStartedEventAttributes: {} }], 2],
  ['a signal', [...task, { workflowExecutionSignaledEventAttributes: {} }], 2],
  ['an update', [...task, { workflowExecutionUpdateAcceptedEventAttributes: {} }], 2],
  ['a child', [...task, { startChildWorkflowExecutionInitiatedEventAttributes: {} }], 2],
])('%s', (_, events, actions) => expect(actionsOf({ events })).toBe(actions));

test('what is kept is within its budget, but for its retries', () => {
  for (const { workflow, path: each, actions, events, retries, budget } of keptCosts(HISTORIES_FOLDER)) {
    expect(actions - retries, `actions of ${workflow}, ${each}`).toBeLessThanOrEqual(budget.actions);
    expect(events, `events of ${workflow}, ${each}`).toBeLessThanOrEqual(budget.events);
  }
});

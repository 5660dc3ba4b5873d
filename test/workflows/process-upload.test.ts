import { beforeAll, expect, test } from 'vitest';
import { BUDGETS } from '../../cli/histories/budgets.ts';
import { processUploadId } from '../../contracts/ids.ts';
import { generateGpx } from '../../domain/sample/generate-gpx.ts';
import { expectCost } from '../support/costs.ts';
import { smallGpx } from '../support/gpx.ts';
import { eventTypes } from '../support/histories.ts';
import { testStack } from '../support/stack.ts';

const stack = await testStack();
beforeAll(() => stack.startWorkers().then(() => {}));

async function upload(payload: string | Buffer) {
  const headers = { ...stack.headers, prefer: 'wait=30' };
  return stack.app.inject({ method: 'POST', url: '/v1/uploads', headers, payload });
}

/** The workflow of an upload, once it is closed (the row is final just before). */
async function closedRun(uploadId: string) {
  const handle = stack.client.workflow.getHandle(processUploadId(uploadId, 1));
  await handle.result();
  return handle;
}

test('a GPX becomes a track by its workflow, with the stamp of what made it', async () => {
  const created = await upload(smallGpx({ name: 'Morning walk' }));
  expect(created.statusCode, created.body).toBe(201);
  const { id, trackId, processedBy, attempts } = created.json();
  expect({ processedBy, attempts }).toEqual({ processedBy: 'workflow', attempts: 1 });
  const track = await stack.app.inject({ url: `/v1/tracks/${trackId}`, headers: stack.headers });
  expect(track.json()).toMatchObject({ uploadId: id, name: 'Morning walk', points: 60, elapsedS: 59, format: 'gpx' });
  const [row] = await stack.query('select build, processed_by, run, pipeline_version from tracks where id = $1', [
    trackId,
  ]);
  expect(row).toEqual({ build: 'test', processed_by: 'workflow', run: 1, pipeline_version: 2 });
});

test('an ordinary upload costs 3 actions and 7 events, first attempt', async () => {
  const { id } = (await upload(smallGpx({ name: 'Three actions' }))).json();
  const history = await (await closedRun(id)).fetchHistory();
  expectCost(history, BUDGETS.processUpload['ordinary-ready']);
  expect(eventTypes(history)).toEqual([
    'WORKFLOW_EXECUTION_STARTED',
    'WORKFLOW_TASK_SCHEDULED',
    'WORKFLOW_TASK_STARTED',
    'WORKFLOW_TASK_COMPLETED',
    'MARKER_RECORDED',
    'UPSERT_WORKFLOW_SEARCH_ATTRIBUTES',
    'WORKFLOW_EXECUTION_COMPLETED',
  ]);
});

test('a large upload is one remote, heart-beating step on the heavy queue, and 3 actions', async () => {
  const created = await upload(Buffer.from(generateGpx({ seed: 3, points: 40_000, sensors: ['heartRate'] })));
  expect(created.statusCode, created.body).toBe(201);
  const history = await (await closedRun(created.json().id)).fetchHistory();
  expectCost(history, BUDGETS.processUpload['large-ready']);
  const scheduled = history.events?.find((event) => event.activityTaskScheduledEventAttributes);
  const step = scheduled?.activityTaskScheduledEventAttributes;
  expect(step?.taskQueue?.name).toBe('cairn-heavy');
  expect(Number(step?.heartbeatTimeout?.seconds)).toBe(5);
});

test('a broken GPX is refused with code and offset, in one attempt, and its workflow completes', async () => {
  const refused = await upload(smallGpx().slice(0, -30));
  expect(refused.statusCode).toBe(422);
  expect(refused.json()).toMatchObject({ code: 'gpx/truncated', state: 'failed', attempts: 1 });
  expect(refused.json().offset).toBeGreaterThan(100);
  const handle = await closedRun(refused.json().id);
  expect(await handle.result()).toEqual({ outcome: 'failed', code: 'gpx/truncated' });
  expect((await handle.describe()).status.name).toBe('COMPLETED');
  expectCost(await handle.fetchHistory(), BUDGETS.processUpload['ordinary-failed']);
});

test('an operator finds a run by account, upload, kind and outcome, with a summary to read', async () => {
  const [ready, refused] = [
    (await upload(smallGpx({ name: 'To be found' }))).json(),
    (await upload('<gpx version="1.1"></gpx>')).json(),
  ];
  await Promise.all([closedRun(ready.id), closedRun(refused.id)]);
  const [row] = await stack.query<{ account_id: string }>('select account_id from uploads where id = $1', [ready.id]);
  const found = async (query: string) => {
    const ids: string[] = [];
    for await (const run of stack.client.workflow.list({ query })) ids.push(run.workflowId);
    return ids;
  };
  await expect.poll(() => found(`CairnUpload = '${ready.id}'`)).toEqual([processUploadId(ready.id, 1)]);
  const ofAccount = `CairnAccount = '${row?.account_id}' and CairnKind = 'upload'`;
  await expect.poll(() => found(`${ofAccount} and CairnOutcome = 'ready'`)).toContain(processUploadId(ready.id, 1));
  await expect
    .poll(() => found(`${ofAccount} and CairnOutcome = 'gpx/no-points'`))
    .toContain(processUploadId(refused.id, 1));
  const described = await stack.client.workflow.getHandle(processUploadId(ready.id, 1)).describe();
  expect(await described.staticSummary()).toMatch(/^gpx recording, \d+ bytes, run 1$/);
});

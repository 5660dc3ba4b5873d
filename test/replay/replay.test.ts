import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { afterAll, describe, expect, test } from 'vitest';
import { HISTORIES_FOLDER } from '../../cli/histories/capture.ts';
import { WORKFLOW_PATHS } from '../../cli/histories/paths.ts';
import { historyFaults, INDEX_FILE, keepHistory, keptFiles } from '../../cli/histories/store.ts';
import { createLog } from '../../platform/log.ts';
import { dataConverter } from '../../platform/temporal/data-converter.ts';
import { parseCodecKeys } from '../../platform/temporal/keyring.ts';
import { bundleWorkflows, workflowBundle } from '../../workers/bundle.ts';
import { installRuntime } from '../../workers/runtime.ts';
import * as workflows from '../../workflows/index.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const temporary = await mkdtemp(path.join(tmpdir(), 'cairn-replay-'));
afterAll(() => rm(temporary, { recursive: true, force: true }));
installRuntime(createLog({ process: 'test', level: 'fatal', build: 'test' }));

/** The errors of those histories that this code would have run differently, by file. */
async function replayFaults(workflowBundle: WorkflowBundleOption): Promise<Record<string, string>> {
  const histories = await Promise.all(
    (await keptFiles(HISTORIES_FOLDER)).map(async (workflowId) => {
      return { workflowId, history: JSON.parse(await readFile(path.join(HISTORIES_FOLDER, workflowId), 'utf8')) };
    }),
  );
  const keyring = parseCodecKeys(`k1:${randomBytes(32).toString('base64')}`);
  const options = { workflowBundle, dataConverter: dataConverter(keyring) };
  const faults: Record<string, string> = {};
  for await (const { workflowId, error } of Worker.runReplayHistories(options, histories)) {
    if (error) faults[workflowId] = error.name;
  }
  return faults;
}

test('every workflow has a kept history of each of its paths, and none was lost or edited', async () => {
  expect(await historyFaults(HISTORIES_FOLDER, WORKFLOW_PATHS)).toEqual([]);
});

test('every workflow that is exported has its paths listed', () => {
  expect(Object.keys(WORKFLOW_PATHS)).toEqual(Object.keys(workflows));
});

test('every kept history replays on the code of today', async () => {
  expect(await replayFaults(await workflowBundle())).toEqual({});
});

describe('the gate can fail', () => {
  async function copyOfHistories(): Promise<string> {
    const folder = await mkdtemp(path.join(temporary, 'histories-'));
    await cp(HISTORIES_FOLDER, folder, { recursive: true });
    return folder;
  }

  test('on a history that is gone, and on a path without any', async () => {
    const folder = await copyOfHistories();
    const [first = ''] = await keptFiles(folder);
    await rm(path.join(folder, first));
    expect(await historyFaults(folder, WORKFLOW_PATHS)).toEqual([`${first} is in the index but its file is gone`]);
    await writeFile(path.join(folder, INDEX_FILE), '{}');
    for (const workflow of Object.keys(WORKFLOW_PATHS)) await rm(path.join(folder, workflow), { recursive: true });
    expect(await historyFaults(folder, WORKFLOW_PATHS)).toHaveLength(Object.values(WORKFLOW_PATHS).flat().length);
  });

  test('on one that was edited, or slipped in past the index', async () => {
    const folder = await copyOfHistories();
    const [first = ''] = await keptFiles(folder);
    await writeFile(path.join(folder, first), `${await readFile(path.join(folder, first), 'utf8')} `);
    await writeFile(path.join(folder, 'processUpload', 'stray.json'), '{}');
    expect(await historyFaults(folder, WORKFLOW_PATHS)).toEqual([
      `${first} was edited: a history is never changed, only added to`,
      'processUpload/stray.json is not in the index',
    ]);
    await expect(keepHistory(folder, first, '{}')).rejects.toThrow('EEXIST');
  });

  const RENAMED = `const renamed = proxyLocalActivities<{ read: UploadSteps['digest'] }>({ startToCloseTimeout: '9s' });`;
  const UPLOADS = { file: 'process-upload.ts', affects: 'processUpload/' };
  const SCHEDULES = { file: 'run-schedule.ts', affects: 'runSchedule/' };
  const mutations: [string, (code: string) => string, { file: string; affects: string }][] = [
    [
      'a step with another name',
      (code) => code.replace(': ordinary.digest', ': (given) => renamed.read(given)').concat(RENAMED),
      { ...UPLOADS, affects: 'processUpload/ordinary-' },
    ],
    ['an upsert that is left out', (code) => code.replace(/upsertSearchAttributes\(\[.*\]\);/, ''), UPLOADS],
    [
      'a large file read by a local step',
      (code) => code.replace('> LARGE_BYTES', '< 0'),
      { ...UPLOADS, affects: 'processUpload/large-' },
    ],
    [
      'a message that nobody parks',
      (code) => code.replace(/return CancellationScope.*\n/, 'throw error;\n'),
      { file: 'deliver-webhook.ts', affects: 'deliverWebhook/parked' },
    ],
    ['an outcome that is not told', (code) => code.replace(/upsertSearchAttributes\(\[.*\]\);/, ''), SCHEDULES],
    [
      'a row that nobody closes',
      (code) => code.replace(/await CancellationScope.*\n/, ''),
      { ...SCHEDULES, affects: 'runSchedule/failed' },
    ],
  ];

  test.each(mutations)('on %s', async (_, mutate, { file: name, affects }) => {
    const folder = await mkdtemp(path.join(temporary, 'code-'));
    for (const room of ['workflows', 'contracts', 'domain']) {
      await cp(path.join(root, room), path.join(folder, room), { recursive: true });
    }
    await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
    const file = path.join(folder, 'workflows', name);
    const code = await readFile(file, 'utf8');
    expect(mutate(code)).not.toBe(code);
    await writeFile(file, mutate(code));
    const faults = await replayFaults(await bundleWorkflows(path.join(folder, 'workflows', 'index.ts')));
    const expected = (await keptFiles(HISTORIES_FOLDER)).filter((kept) => kept.startsWith(affects));
    expect(faults).toEqual(Object.fromEntries(expected.map((name) => [name, 'DeterminismViolationError'])));
  });
});

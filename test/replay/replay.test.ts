import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { type InjectedSinks, Worker } from '@temporalio/worker';
import { afterAll, describe, expect, test } from 'vitest';
import { HISTORIES_FOLDER } from '../../cli/histories/capture.ts';
import { WORKFLOW_PATHS } from '../../cli/histories/paths.ts';
import { historyFaults, INDEX_FILE, keepHistory, keptFiles } from '../../cli/histories/store.ts';
import { createLog } from '../../platform/log.ts';
import { dataConverter } from '../../platform/temporal/data-converter.ts';
import { parseCodecKeys } from '../../platform/temporal/keyring.ts';
import { bundleWorkflows } from '../../workers/bundle.ts';
import { installRuntime } from '../../workers/runtime.ts';
import * as workflows from '../../workflows/index.ts';
import { commandRecorder, commandsIn, type KeptHistory } from './commands.ts';
import { MUTATIONS } from './mutations.ts';
import type { CommandSinks } from './programs/record-commands.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const temporary = await mkdtemp(path.join(tmpdir(), 'cairn-replay-'));
afterAll(() => rm(temporary, { recursive: true, force: true }));
installRuntime(createLog({ process: 'test', level: 'fatal', build: 'test' }));

const RECORDER = fileURLToPath(new URL('./programs/record-commands.ts', import.meta.url));

/**
 * What is wrong with those histories that this code would have run differently, by file. The SDK compares commands in their order,
 * however early they come: it passes a step that nobody awaits any more. So each workflow task is compared here besides.
 */
async function replayFaults(workflowsPath?: string): Promise<Record<string, string>> {
  const kept = await keptHistories();
  const recorder = commandRecorder();
  const sinks: InjectedSinks<CommandSinks> = {
    commands: {
      issued: { fn: ({ workflowId }, task, kinds) => recorder.issued(workflowId, task, kinds), callDuringReplay: true },
    },
  };
  const keyring = parseCodecKeys(`k1:${randomBytes(32).toString('base64')}`);
  const workflowBundle = await bundleWorkflows(workflowsPath, [RECORDER]);
  const options = { workflowBundle, dataConverter: dataConverter(keyring), sinks };
  const histories = [...kept].map(([workflowId, history]) => ({ workflowId, history }));
  const faults: Record<string, string> = {};
  for await (const { workflowId, error } of Worker.runReplayHistories(options, histories)) {
    const [now, before] = [recorder.of(workflowId), commandsIn(kept.get(workflowId) ?? { events: [] })];
    if (error) faults[workflowId] = error.name;
    else if (!isDeepStrictEqual(now, before)) faults[workflowId] = `CommandsMoved ${JSON.stringify({ before, now })}`;
  }
  return faults;
}

async function keptHistories(): Promise<ReadonlyMap<string, KeptHistory>> {
  const files = (await keptFiles(HISTORIES_FOLDER)).map(async (file): Promise<[string, KeptHistory]> => {
    return [file, JSON.parse(await readFile(path.join(HISTORIES_FOLDER, file), 'utf8'))];
  });
  return new Map(await Promise.all(files));
}

test('every workflow has a kept history of each of its paths, and none was lost or edited', async () => {
  expect(await historyFaults(HISTORIES_FOLDER, WORKFLOW_PATHS)).toEqual([]);
});

test('every workflow that is exported has its paths listed', () => {
  expect(Object.keys(WORKFLOW_PATHS)).toEqual(Object.keys(workflows));
});

test('every kept history replays on the code of today', async () => {
  expect(await replayFaults()).toEqual({});
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

  test.each(MUTATIONS)('on a $name', async ({ edits, stops }) => {
    const folder = await mkdtemp(path.join(temporary, 'code-'));
    for (const room of ['workflows', 'contracts', 'domain']) {
      await cp(path.join(root, room), path.join(folder, room), { recursive: true });
    }
    await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
    for (const { file, change } of edits) {
      const code = await readFile(path.join(folder, file), 'utf8');
      expect(change(code), `the edit of ${file} finds nothing to change`).not.toBe(code);
      await writeFile(path.join(folder, file), change(code));
    }
    const faults = await replayFaults(path.join(folder, 'workflows', 'index.ts'));
    const expected = (await keptFiles(HISTORIES_FOLDER)).filter((kept) => stops.some((stop) => kept.startsWith(stop)));
    expect(Object.keys(faults).sort()).toEqual([...expected].sort());
    for (const fault of Object.values(faults)) expect(fault).toMatch(/^(DeterminismViolationError$|CommandsMoved )/);
  });
});

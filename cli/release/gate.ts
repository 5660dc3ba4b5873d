import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { createLog } from '../../platform/log.ts';
import { dataConverter } from '../../platform/temporal/data-converter.ts';
import type { CodecKeyring } from '../../platform/temporal/keyring.ts';
import { installRuntime } from '../../workers/runtime.ts';
import { HISTORIES_FOLDER } from '../histories/capture.ts';
import { WORKFLOW_PATHS } from '../histories/paths.ts';
import { historyFaults, keptFiles } from '../histories/store.ts';

export interface GateDeps {
  readonly client: Client;
  readonly codecKeys: CodecKeyring;
  readonly bundle: WorkflowBundleOption;
}

export interface GateReport {
  /** How many histories were replayed: kept ones, and open runs of the namespace. */
  readonly kept: number;
  readonly open: number;
  /** Why this code may not go live; empty when all is well. */
  readonly faults: readonly string[];
}

/**
 * Whether this code runs on what is there: every kept history, and up to `live` open runs of the installation, replayed from their
 * first event. An open run that fails here would be held by this build.
 */
export async function gate(deps: GateDeps, { live }: { live: number }): Promise<GateReport> {
  const kept = await keptHistories();
  const open = live > 0 ? await openHistories(deps.client, live) : [];
  const ofStore = kept.length > 0 ? await historyFaults(HISTORIES_FOLDER, WORKFLOW_PATHS) : [];
  const nothing =
    kept.length + open.length === 0 ? ['there is no history to replay: keep some, or ask for open runs'] : [];
  const faults = [...ofStore, ...nothing, ...(await replayFaults(deps, [...kept, ...open]))];
  return { kept: kept.length, open: open.length, faults };
}

interface ReplayedHistory {
  readonly workflowId: string;
  readonly history: unknown;
}

async function replayFaults(
  { bundle, codecKeys }: GateDeps,
  histories: readonly ReplayedHistory[],
): Promise<readonly string[]> {
  if (histories.length === 0) return [];
  installRuntime(createLog({ process: 'cli', level: 'fatal', build: 'cli' })); // each fault is told once, by the report
  const options = { workflowBundle: bundle, dataConverter: dataConverter(codecKeys) };
  const faults: string[] = [];
  for await (const { workflowId, error } of Worker.runReplayHistories(options, histories)) {
    if (error) faults.push(`${workflowId}: ${error.name}: ${error.message.split('\n')[0]}`);
  }
  return faults;
}

/** Those of the repository; the image carries them along. */
async function keptHistories(): Promise<readonly ReplayedHistory[]> {
  if (!existsSync(HISTORIES_FOLDER)) return [];
  const files = await keptFiles(HISTORIES_FOLDER);
  return Promise.all(
    files.map(async (name) => {
      return { workflowId: name, history: JSON.parse(await readFile(path.join(HISTORIES_FOLDER, name), 'utf8')) };
    }),
  );
}

async function openHistories(client: Client, most: number): Promise<readonly ReplayedHistory[]> {
  const found: ReplayedHistory[] = [];
  for await (const { workflowId, runId } of client.workflow.list({ query: OPEN_RUNS })) {
    const history = await client.workflow
      .getHandle(workflowId, runId)
      .fetchHistory()
      .catch((error: unknown) => {
        if (error instanceof WorkflowNotFoundError) return undefined; // ended, and its time is over
        throw error;
      });
    if (history) found.push({ workflowId, history });
    if (found.length === most) break;
  }
  return found;
}

/** Of workflows of ours. */
export const OPEN_RUNS = `ExecutionStatus = 'Running' and WorkflowType in (${Object.keys(WORKFLOW_PATHS)
  .map((type) => `'${type}'`)
  .join(', ')})`;

import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Connection } from '@temporalio/client';
import { PROCESSES } from '../../contracts/processes.ts';
import { type Finding, finding, reasonOf } from './finding.ts';
import type { Where } from './where.ts';

const CONNECT_TIMEOUT_MS = 3_000;

/** Whether Temporal's frontend answers, and knows our namespace. */
export async function examineTemporal({ address, namespace }: Where['temporal']): Promise<Finding> {
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({ address, connectTimeout: CONNECT_TIMEOUT_MS });
    const asked = connection;
    const describe = () => asked.workflowService.describeNamespace({ namespace });
    await connection.withDeadline(Date.now() + CONNECT_TIMEOUT_MS, describe);
    return finding('process.temporal', 'ok', `answers at ${address}, namespace ${namespace}`);
  } catch (error) {
    const detail = `away at ${address}, namespace ${namespace}: ${reasonOf(error)}; without it ${PROCESSES.temporal.without}`;
    return finding('process.temporal', 'red', detail, 'temporal-away');
  } finally {
    await connection?.close();
  }
}

/** Whether the map matcher answers; nothing where none is configured. */
export async function examineValhalla(url: string | undefined): Promise<readonly Finding[]> {
  if (url === undefined) return [];
  const without = 'without it tracks get no way types until they are processed again';
  try {
    const answer = await fetch(`${url}/status`, { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS), redirect: 'error' });
    if (!answer.ok) throw new Error(`/status answered ${answer.status}`);
    const { version, tileset_last_modified: builtAt } = Object(await answer.json());
    const map = typeof builtAt === 'number' ? new Date(builtAt * 1_000).toISOString() : 'an unknown time';
    return [finding('upstream.valhalla', 'ok', `answers at ${url}, version ${version}, map of ${map}`)];
  } catch (error) {
    const detail = `away at ${url}: ${reasonOf(error)}; ${without}`;
    return [finding('upstream.valhalla', 'red', detail, 'valhalla-away')];
  }
}

/** Whether this user can write where originals are kept. */
export async function examineBlobs(blobDir: string | undefined): Promise<Finding> {
  if (blobDir === undefined) return finding('blobs.writable', 'unknown', 'CAIRN_BLOB_DIR is not set here');
  const file = path.join(blobDir, 'incoming', `doctor-${randomUUID()}`);
  try {
    await writeFile(file, 'written by cairn doctor', { flag: 'wx' });
    await rm(file);
    return finding('blobs.writable', 'ok', `${blobDir} can be written`);
  } catch (error) {
    return finding('blobs.writable', 'red', `${blobDir} cannot be written: ${reasonOf(error)}`);
  }
}

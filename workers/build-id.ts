import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { WorkflowBundleOption } from '@temporalio/worker';

const HASH_CHARACTERS = 12;

/**
 * What Temporal tells builds apart by: the commit, and the hash of the workflow bundle's bytes. So a change of steps alone is another
 * build where the release names commits, and from source (`development`) every change of workflow code is one, and nothing else.
 */
export async function buildIdOf(build: string, bundle: WorkflowBundleOption): Promise<string> {
  const code = 'code' in bundle ? bundle.code : await readFile(bundle.codePath);
  return `${build}-${createHash('sha256').update(code).digest('hex').slice(0, HASH_CHARACTERS)}`;
}

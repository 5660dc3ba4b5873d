import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Db } from '../../../db/pool.ts';
import type { FinalRead, FinalUpload } from './verdict.ts';

export interface Stores {
  readonly db: Db;
  readonly blobDir: string;
  readonly client: Client;
}

/** Reads every store once all uploads are final and no workflow runs any more, or after `patienceS`. */
export async function finalRead(stores: Stores, patienceS: number): Promise<FinalRead> {
  const deadline = performance.now() + patienceS * 1000;
  const until = async (isQuiet: () => Promise<boolean>) => {
    while (!(await isQuiet()) && performance.now() < deadline) await pause(500);
  };
  await until(async () => (await finalUploads(stores.db)).every(({ finalS }) => finalS !== null));
  await until(async () => (await workflowsOf(stores.client)).every(({ status }) => status !== 'RUNNING'));
  const [uploads, blobs, workflows] = await Promise.all([
    finalUploads(stores.db),
    blobsIn(stores.blobDir),
    workflowsOf(stores.client),
  ]);
  return { uploads, blobs, workflows };
}

async function finalUploads(db: Db): Promise<readonly FinalUpload[]> {
  const { rows } = await db.query<FinalUpload>(
    `select u.id, u.content_sha256 as sha256, u.state, u.processed_by as "processedBy", t.input_sha256 as "inputSha256",
            extract(epoch from u.finished_at - u.received_at)::float as "finalS",
            (select count(*) from tracks where upload_id = u.id) as tracks,
            count(*) filter (where e.effect = 'track') as "trackWrites", count(*) filter (where e.effect = 'end') as ends,
            count(*) filter (where e.effect = 'stolen claim') as "stolenClaims"
       from uploads u left join tracks t on t.id = u.track_id left join drill_effects e on e.upload_id = u.id
      group by u.id, t.id`,
  );
  return rows;
}

async function blobsIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(
    files.map(async ({ parentPath, name }) => {
      const sha256 = createHash('sha256').update(await readFile(path.join(parentPath, name)));
      return sha256.digest('hex') === name ? name : `not whole: ${name}`;
    }),
  );
}

async function workflowsOf(client: Client): Promise<readonly { uploadId: string; status: string }[]> {
  const found: { uploadId: string; status: string }[] = [];
  for await (const { workflowId, status } of client.workflow.list({ query: `WorkflowType = 'processUpload'` })) {
    found.push({ uploadId: workflowId.split(':')[1] ?? '', status: status.name });
  }
  return found;
}

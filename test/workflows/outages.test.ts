import { rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { smallGpx } from '../support/gpx.ts';
import { testStack } from '../support/stack.ts';

const stack = await testStack();
beforeAll(() => stack.startWorkers().then(() => {}));
const PATIENT = { timeout: 40_000, interval: 100 };

async function upload(payload: string): Promise<string> {
  const answer = await stack.app.inject({ method: 'POST', url: '/v1/uploads', headers: stack.headers, payload });
  return answer.json().id;
}

const rowOf = async (id: string) =>
  (
    await stack.query<{ state: string; attempts: number }>('select state, attempts from uploads where id = $1', [id])
  )[0];

test('while the blob store is away the step is tried again, and succeeds when it is back', async () => {
  await stack.query(`create function later() returns trigger language plpgsql as
    $$ begin perform pg_sleep(0.5); return new; end $$`);
  await stack.query(
    'create trigger later before update of claim_token on uploads for each row execute function later()',
  );
  const id = await upload(smallGpx({ name: 'shelf' }));
  const [row] = await stack.query<{ blob_key: string }>('select blob_key from uploads where id = $1', [id]);
  const shelf = path.join(stack.blobDir, String(row?.blob_key).slice(0, 2));
  await rename(shelf, `${shelf}-away`);
  await writeFile(shelf, 'a file in the place of the folder');
  await expect.poll(() => rowOf(id), PATIENT).toMatchObject({ state: 'processing', attempts: 2 });
  await rm(shelf);
  await rename(`${shelf}-away`, shelf);
  await expect.poll(() => rowOf(id), PATIENT).toMatchObject({ state: 'ready' });
  await stack.query('drop trigger later on uploads');
});

test('an original that is gone is a typed failure for the operator, after one attempt', async () => {
  const bytes = smallGpx({ name: 'gone' });
  await stack.query('create table gate (id int)');
  await stack.query(`create function wait_for_gate() returns trigger language plpgsql as
    $$ begin lock table gate in share mode; return new; end $$`);
  await stack.query(
    'create trigger gated before update of claim_token on uploads for each row execute function wait_for_gate()',
  );
  let id = '';
  await stack.db.transaction(async (tx) => {
    await tx.query('lock table gate in exclusive mode');
    id = await upload(bytes);
    const { rows } = await tx.query<{ blob_key: string }>('select blob_key from uploads where id = $1', [id]);
    expect(await stack.blobs.delete(String(rows[0]?.blob_key))).toBe(true);
  });
  await expect.poll(() => rowOf(id), PATIENT).toMatchObject({ state: 'failed' });
  const shown = await stack.app.inject({ url: `/v1/uploads/${id}`, headers: stack.headers });
  expect(shown.json().error).toMatchObject({ code: 'processing/original-missing' });
  await stack.query('drop trigger gated on uploads');
});

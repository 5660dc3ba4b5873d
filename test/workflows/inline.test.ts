import { expect, test } from 'vitest';
import { processUploadId } from '../../contracts/ids.ts';
import { spawnCairn } from '../support/cairn-process.ts';
import { smallGpx } from '../support/gpx.ts';
import { ownTemporal } from '../support/own-temporal.ts';
import { testStack } from '../support/stack.ts';

const temporal = await ownTemporal();
const stack = await testStack({ temporalAddress: temporal.address, namespace: 'default', inline: true });
const PATIENT = { timeout: 60_000, interval: 200 };

async function accept(count: number, name: string): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const payload = smallGpx({ name: `${name} ${i}` });
    const answer = await stack.app.inject({ method: 'POST', url: '/v1/uploads', headers: stack.headers, payload });
    expect(answer.statusCode).toBe(202);
    ids.push(answer.json().id);
  }
  return ids;
}

const rowsOf = async (ids: string[]) =>
  stack.query<{ state: string; processed_by: string | null; tracks: number }>(
    `select distinct state, processed_by, (select count(*) from tracks where upload_id = u.id) as tracks
       from uploads u where id = any ($1)`,
    [ids],
  );
const oneTrackEach = async (ids: string[]) => {
  const rows = await stack.query<{ state: string; tracks: number }>(
    'select state, (select count(*) from tracks where upload_id = u.id) as tracks from uploads u where id = any ($1)',
    [ids],
  );
  return rows.length === ids.length && rows.every((row) => row.state === 'ready' && row.tracks === 1);
};
const healthOf = async (name: string) => {
  const { parts } = (await stack.app.inject({ url: '/health' })).json();
  return parts.find((part: { name: string }) => part.name === name);
};

const INLINE = [{ state: 'ready', processed_by: 'inline', tracks: 1 }];

test('with no worker alive uploads are processed inline, refusals too, and health says so', async () => {
  const ids = await accept(5, 'no worker');
  const refused = await stack.app.inject({
    method: 'POST',
    url: '/v1/uploads',
    headers: stack.headers,
    payload: smallGpx().slice(0, -30),
  });
  await expect.poll(() => rowsOf(ids), PATIENT).toEqual(INLINE);
  const url = `/v1/uploads/${refused.json().id}`;
  const shown = async () => (await stack.app.inject({ url, headers: stack.headers })).json();
  await expect.poll(shown, PATIENT).toMatchObject({ state: 'failed', processedBy: 'inline', attempts: 1 });
  expect((await shown()).error).toMatchObject({ code: 'gpx/truncated' });
  expect(await healthOf('inline path')).toMatchObject({ status: 'degraded' });
});

test('a worker that comes back finds those workflows, and changes nothing', { timeout: 120_000 }, async () => {
  const ids = await accept(3, 'late worker');
  await expect.poll(() => rowsOf(ids), PATIENT).toEqual(INLINE);
  const stamps = () =>
    stack.query('select id, updated_at, attempts from uploads where id = any ($1) order by id', [ids]);
  const before = await stamps();
  const worker = spawnCairn('worker', stack, { CAIRN_TEMPORAL_ADDRESS: temporal.address });
  await worker.ready;
  for (const id of ids) {
    const result = await stack.client.workflow.getHandle(processUploadId(id, 1)).result();
    expect(result).toMatchObject({ outcome: 'ready' });
  }
  expect(await stamps()).toEqual(before);
  await expect.poll(async () => (await healthOf('inline path')).status, PATIENT).toBe('healthy');
  worker.child.kill('SIGTERM');
  expect(await worker.ended).toBe(0);
});

test('Temporal dies and comes back in the middle: each upload becomes one track', { timeout: 180_000 }, async () => {
  const worker = spawnCairn('worker', stack, { CAIRN_TEMPORAL_ADDRESS: temporal.address });
  await worker.ready;
  const early = await accept(10, 'before');
  await temporal.kill();
  const during = await accept(30, 'during');
  const inlineSoFar = () =>
    stack.query(`select 1 from uploads where processed_by = 'inline' and id = any ($1)`, [during]);
  await expect.poll(async () => (await inlineSoFar()).length, PATIENT).toBeGreaterThan(3);
  await temporal.start();
  const after = await accept(10, 'after');
  await expect.poll(() => oneTrackEach([...early, ...during, ...after]), PATIENT).toBe(true);
  await expect.poll(async () => (await healthOf('temporal')).status, PATIENT).toBe('healthy');
  worker.child.kill('SIGTERM');
  expect(await worker.ended).toBe(0);
});

import { expect, test } from 'vitest';
import { processUploadId } from '../../contracts/ids.ts';
import { smallGpx } from '../support/gpx.ts';
import { ownTemporal } from '../support/own-temporal.ts';
import { testStack } from '../support/stack.ts';

const temporal = await ownTemporal();
const stack = await testStack({ temporalAddress: temporal.address, namespace: 'default' });

async function accept(count: number): Promise<string[]> {
  const { headers, app } = stack;
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const payload = smallGpx({ name: `walk ${i} of ${count}` });
    const answer = await app.inject({ method: 'POST', url: '/v1/uploads', headers, payload });
    expect(answer.statusCode).toBe(202);
    ids.push(answer.json().id);
  }
  return ids;
}

const statesOf = async (ids: string[]) => {
  const rows = await stack.query<{ state: string }>('select distinct state from uploads where id = any ($1)', [ids]);
  return rows.map((row) => row.state);
};
const tracksOf = async (ids: string[]) => {
  const rows = await stack.query<{ count: number }>('select count(*) from tracks where upload_id = any ($1)', [ids]);
  return rows[0]?.count;
};

const BACK = { timeout: 45_000, interval: 200 };

test('a run that an operator terminates is followed by the next run', { timeout: 120_000 }, async () => {
  const [id = ''] = await accept(1);
  const handle = stack.client.workflow.getHandle(processUploadId(id, 1));
  const isThere = () => handle.describe().then(Boolean, () => false);
  await expect.poll(isThere, BACK).toBe(true);
  await handle.terminate('looked stuck');
  const { stop } = await stack.startWorkers();
  await dispatchNow([id]);
  await expect.poll(() => statesOf([id]), BACK).toEqual(['ready']);
  expect(await stack.query('select run from uploads where id = $1', [id])).toEqual([{ run: 2 }]);
  await stop();
});

test('when the data of Temporal is wiped, open uploads are started again', { timeout: 120_000 }, async () => {
  const ids = await accept(3);
  const notYetStarted = `select 1 from uploads where id = any ($1) and dispatch_at < now() + interval '1 minute'`;
  await expect.poll(() => stack.query(notYetStarted, [ids]), BACK).toEqual([]);
  await temporal.kill();
  await expect.poll(() => stack.dispatcher.status(), BACK).toBe('away');
  await temporal.start({ wiped: true });
  const { stop } = await stack.startWorkers();
  await expect.poll(() => statesOf(ids), BACK).toEqual(['ready']);
  expect(await tracksOf(ids)).toBe(3);
  await stop();
});

test('while Temporal is dead uploads are accepted, and all run once when it is back', {
  timeout: 120_000,
}, async () => {
  const { stop } = await stack.startWorkers();
  await temporal.kill();
  const ids = await accept(20);
  await expect.poll(() => stack.dispatcher.status(), BACK).toBe('away');
  expect(await statesOf(ids)).toEqual(['received']);
  const health = (await stack.app.inject({ url: '/health' })).json();
  expect(health.parts).toContainEqual(expect.objectContaining({ name: 'temporal', status: 'degraded' }));
  await temporal.start();
  await expect.poll(() => statesOf(ids), BACK).toEqual(['ready']);
  expect(await tracksOf(ids)).toBe(20);
  expect(stack.dispatcher.status()).toBe('reachable');
  await stop();
});

/** What happens by itself five minutes after a start, should the upload still be open then. */
async function dispatchNow(ids: string[]): Promise<void> {
  await stack.query('update uploads set dispatch_at = now() where id = any ($1)', [ids]);
}

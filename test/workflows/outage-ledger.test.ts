import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { watchEffects } from '../drills/support/effects.ts';
import { finalRead } from '../drills/support/final-read.ts';
import { createLedger } from '../drills/support/ledger.ts';
import { judge } from '../drills/support/verdict.ts';
import { spawnCairn } from '../support/cairn-process.ts';
import { smallGpx } from '../support/gpx.ts';
import { ownTemporal } from '../support/own-temporal.ts';
import { testStack } from '../support/stack.ts';

/** The drills of test/drills in short: the same ledger, effects counted by the database, every store read in the end. */
const temporal = await ownTemporal();
const stack = await testStack({ temporalAddress: temporal.address, namespace: 'default', inline: true });
const ledger = createLedger();
const PATIENT = { timeout: 60_000, interval: 100 };

async function send(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const payload = smallGpx({ name: `outing ${ledger.entries.length}` });
    const entry = ledger.begin(createHash('sha256').update(payload).digest('hex'));
    const answer = await stack.app.inject({ method: 'POST', url: '/v1/uploads', headers: stack.headers, payload });
    entry.outcome = answer.statusCode;
  }
}

async function inlineSoFar(): Promise<number> {
  return (await stack.query(`select from uploads where processed_by = 'inline'`)).length;
}

test('Temporal is killed and comes back, is killed and comes back empty: nothing lost, doubled or left over', {
  timeout: 240_000,
}, async () => {
  await watchEffects(stack.db);
  const worker = spawnCairn('worker', stack, { CAIRN_TEMPORAL_ADDRESS: temporal.address });
  await worker.ready;
  for (const wiped of [false, true]) {
    const before = await inlineSoFar();
    await send(10);
    await temporal.kill();
    await send(15);
    await expect.poll(inlineSoFar, PATIENT).toBeGreaterThan(before + 2); // in the middle of it
    await temporal.start({ wiped });
  }
  await send(10);
  const end = await finalRead(stack, 120);
  expect(judge(ledger.entries, end, { finalWithinS: 120 })).toMatchObject({ answers: { '2xx': 60 }, good: true });
  expect(await inlineSoFar()).toBeGreaterThan(4);
  worker.child.kill('SIGTERM');
  expect(await worker.ended).toBe(0);
});

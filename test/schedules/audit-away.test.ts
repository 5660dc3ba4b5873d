import type { Client } from '@temporalio/client';
import { beforeAll, expect, test } from 'vitest';
import type { Jobs } from '../../activities/schedule-steps.ts';
import { SCHEDULE_IDS } from '../../contracts/schedules.ts';
import type { Db, Pool } from '../../db/pool.ts';
import { temporalClient } from '../../platform/temporal/client.ts';
import { auditSchedules } from '../../schedules/audit.ts';
import { absentDatabase } from '../api/support/app.ts';
import { deferred } from '../support/deferred.ts';
import {
  allDone,
  applyLongAgo,
  auditNow,
  contextOf,
  dueSchedules,
  ledgerRow,
  of,
  verdictsOf,
} from '../support/due-schedules.ts';
import { fire } from '../support/schedules.ts';
import { testStack } from '../support/stack.ts';

let databaseOfJobs: Pool | undefined;
let mayEnd = deferred();
const jobs: Jobs = {
  'stuck-work': async ({ finish }) => {
    await mayEnd.promise;
    await databaseOfJobs?.transaction(finish);
  },
};

const due = dueSchedules();
const stack = await testStack({ jobs, manifest: due.manifest });
databaseOfJobs = stack.db;
const PATIENT = { timeout: 60_000, interval: 100 };
const context = contextOf(stack, due);

beforeAll(async () => {
  await applyLongAgo(stack, due);
  await allDone(stack, due);
  await stack.startWorkers();
});

test('all is done: green', async () => {
  const { worst, schedules } = await auditNow(stack, due);
  expect(schedules.map(({ report }) => report.findings)).toMatchObject(SCHEDULE_IDS.map(() => [{ verdict: 'OK' }]));
  expect(worst).toBe('OK');
});

test('the same while Temporal is away: nobody can tell, and it is named', async () => {
  const { namespace, codecKeys } = stack;
  const away = temporalClient({ address: '127.0.0.1:9', namespace, codecKeys });
  const { worst, schedules } = await auditNow(stack, due, { ...context, client: away });
  await away.connection.close();
  expect(worst).toBe('UNKNOWN');
  for (const id of SCHEDULE_IDS) {
    const { paused, report } = of({ checkedAt: new Date(), worst, schedules }, id);
    expect({ paused, worst: report.worst }).toEqual({ paused: null, worst: 'UNKNOWN' });
    expect(report.findings[0]?.because).toMatch(/Temporal, of the schedule: .+; Temporal, of its runs: .+/);
  }
});

test('what is owed stays red while Temporal is away', async () => {
  await stack.query(`delete from schedule_runs where schedule = 'retention'`);
  const { namespace, codecKeys } = stack;
  const away = temporalClient({ address: '127.0.0.1:9', namespace, codecKeys });
  const audit = await auditNow(stack, due, { ...context, client: away });
  await away.connection.close();
  expect(verdictsOf(of(audit, 'retention'))).toEqual(['NEVER_RAN', 'MISSED', 'UNKNOWN']);
  for (const slot of [due.earlier, due.last]) await ledgerRow(stack, 'retention', { slot, state: 'succeeded' });
});

test('orphans that could not be listed are not taken for none', async () => {
  const list = () => {
    throw new Error('the list is not to be had');
  };
  const schedule = Object.assign(Object.create(stack.client.schedule), { list });
  const client: Client = Object.create(stack.client, { schedule: { value: schedule } });
  const audit = await auditNow(stack, due, { ...context, client });
  expect(of(audit, 'cairn-*')).toMatchObject({ schedule: null, report: { worst: 'UNKNOWN' } });
  expect(of(audit, 'cairn-*').report.findings[0]?.because).toContain('the list is not to be had');
});

test('Postgres away: nobody can tell, and nothing throws', async () => {
  const db = absentDatabase();
  const { worst, schedules } = await auditSchedules({ ...context, db });
  await db.end();
  expect(worst).toBe('UNKNOWN');
  expect(schedules.map(({ report }) => report.findings[0]?.because)).toEqual(
    SCHEDULE_IDS.map(() => expect.stringMatching(/^ledger: .+; workers: .+/)),
  );
});

/** Another clock than Temporal's, by more than any grace; `around` is done about each reading of a schedule's ledger. */
function databaseAhead(around: (read: () => Promise<unknown>) => Promise<unknown>): Db {
  const { db } = stack;
  return {
    query: async (sql, values) => {
      const read = () => db.query<never>(sql, values);
      if (sql === 'select now()') return db.query<never>(`select now() + interval '5 minutes' as now`);
      const isLedger = String(sql).includes('from schedule_runs r') && values?.[0] === 'stuck-work';
      if (!isLedger || !String(sql).includes('limit $3')) return read();
      const kept: { answer?: Awaited<ReturnType<typeof read>> } = {};
      await around(async () => {
        kept.answer = await read();
      });
      if (!kept.answer) throw new Error('the ledger was not read');
      return kept.answer;
    },
  };
}

async function endOf(run: string): Promise<void> {
  mayEnd.resolve();
  await stack.client.workflow.getHandle(run).result();
  const ended = async () => (await stack.client.workflow.getHandle(run).describe()).status.name;
  expect(await ended()).toBe('COMPLETED');
}

test.each<[string, (read: () => Promise<unknown>, end: () => Promise<void>) => Promise<unknown>]>([
  ['just before the ledger is read', (read, end) => end().then(read)],
  ['just after it', (read, end) => read().then(end)],
])('a run that ends %s is not lost, however the clocks differ', async (_, order) => {
  mayEnd = deferred();
  await stack.query(`delete from schedule_runs where schedule = 'stuck-work' and slot = $1`, [due.last]);
  await fire(stack, 'stuck-work', due.last);
  const open = () => stack.query<{ id: string }>(`select workflow_id as id from schedule_runs where state = 'running'`);
  await expect.poll(open, PATIENT).toHaveLength(1);
  const [run] = await open();
  const db = databaseAhead((read) => order(read, () => endOf(run?.id ?? '')));
  const report = of(await auditNow(stack, due, { ...context, db }), 'stuck-work').report;
  expect(report.gaps).toEqual([]);
  expect(report.findings.map(({ verdict }) => verdict)).not.toContain('FAILED');
});

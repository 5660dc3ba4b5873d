import { beforeAll, expect, test } from 'vitest';
import { createKey } from '../../cli/keys.ts';
import { BY_RANK } from '../../domain/schedules/verdicts.ts';
import { type Audit, auditSchedules } from '../../schedules/audit.ts';
import { createScheduleOrders } from '../../schedules/orders.ts';
import { allDone, applyLongAgo, auditNow, contextOf, dueSchedules, ledgerRow } from '../support/due-schedules.ts';
import { testStack } from '../support/stack.ts';
import { testApp } from './support/app.ts';
import { checkedInject, type Inject } from './support/contract.ts';
import { scrape } from './support/metrics.ts';

const due = dueSchedules();
const stack = await testStack({ manifest: due.manifest });
const { client, db } = stack;
const { key } = await createKey(db, { kind: 'operator', name: 'test' });
const headers = { authorization: `Bearer ${key}` };
const orders = createScheduleOrders({ db, client, manifest: due.manifest });
let inject: Inject;
let seen: Audit;

/** Green: stuck-work. Amber: retention, which is paused. Red: coupon-expiry, whose slots were missed, and canary, which failed. */
beforeAll(async () => {
  await applyLongAgo(stack, due);
  await allDone(stack, due);
  await stack.query(
    `update schedule_runs set scanned = 7, changed = 3, failed = 1 where schedule = 'stuck-work' and slot = $1`,
    [due.earlier],
  );
  await stack.query(
    `delete from schedule_runs where schedule = 'coupon-expiry' or (schedule = 'canary' and slot = $1)`,
    [due.last],
  );
  await ledgerRow(stack, 'canary', { slot: due.last, state: 'failed' });
  await orders.pause('retention', { actor: 'cli:ann', reason: 'until it is mended' });
  seen = await auditNow(stack, due);
  const watchdog = { latest: () => seen, ageMs: () => 12_500 };
  const audit = () => auditSchedules(contextOf(stack, due));
  inject = await checkedInject(await testApp({ db, blobs: Object.create(null), watchdog, audit }));
});

test('every schedule as it is now: verdict, reasons, what is done and what is owed', async () => {
  await auditNow(stack, due);
  const answer = await inject({ url: '/v1/ops/schedules', headers });
  expect(answer.statusCode).toBe(200);
  const { schedules, ...whole } = answer.json();
  expect(whole).toEqual({ checkedAt: expect.any(String), verdict: 'NEVER_RAN', severity: 'red', exitCode: 2 });
  const [earlier, last, next] = [due.earlier, due.last, due.next].map((slot) => slot.toISOString());
  const [stuckWork, retention, couponExpiry, canary] = schedules;
  expect(stuckWork).toMatchObject({
    ...{ schedule: 'stuck-work', temporalId: 'cairn-stuck-work', verdict: 'OK', severity: 'green', paused: false },
    ...{ queue: 'cairn-maintenance', owner: 'operations', graceS: 5, startedLateS: 1, nextSlot: next },
    ...{ owedSince: null, owedSlots: 0, gaps: [], gapsTotal: 0, foreignRuns: [] },
    spec: due.manifest['stuck-work'].spec,
    findings: [{ verdict: 'OK', severity: 'green' }],
    lastSuccess: { slot: last, run: 1, origin: 'schedule', actor: null, reason: null, finishedAt: expect.any(String) },
  });
  expect(retention).toMatchObject({
    ...{ verdict: 'PAUSED', severity: 'amber', paused: true, owedSlots: 0 },
    findings: [{ because: expect.stringContaining('cli:ann ("until it is mended")') }],
  });
  expect(couponExpiry).toMatchObject({
    ...{ verdict: 'NEVER_RAN', severity: 'red', lastSuccess: null, owedSince: earlier, owedSlots: 2, gapsTotal: 2 },
    gaps: [earlier, last].map((slot) => ({ slot, why: 'missed', execution: null, coveredBy: null })),
  });
  expect(canary).toMatchObject({ verdict: 'FAILED', owedSince: last, gaps: [{ why: 'failed' }] });
});

test('what it shows of runs on order is who and why', async () => {
  await stack.query(
    `update schedule_runs set origin = 'manual', audit_id = (select max(id) from ops_audit), slot = slot + interval '1 s',
            opened_at = now(), finished_at = now() where schedule = 'retention' and slot = $1`,
    [due.last],
  );
  const answer = await inject({ url: '/v1/ops/schedules', headers });
  const { lastSuccess } = answer.json().schedules[1];
  expect(lastSuccess).toMatchObject({ origin: 'manual', actor: 'cli:ann', reason: 'until it is mended' });
});

test('for operators alone', async () => {
  const account = await inject({ url: '/v1/ops/schedules', headers: stack.headers });
  expect([account.statusCode, (await inject({ url: '/v1/ops/schedules' })).statusCode]).toEqual([403, 401]);
});

test('the metrics say what the watchdog has seen: every verdict of every schedule, held or not', async () => {
  const metrics = await scrape(inject);
  const holding = (schedule: string) =>
    BY_RANK.filter((verdict) => metrics('cairn_schedule_verdict', { schedule, verdict }) === 1);
  expect(holding('stuck-work')).toEqual(['OK']);
  expect(holding('retention')).toEqual(['PAUSED']);
  expect(holding('coupon-expiry')).toEqual(['NEVER_RAN', 'MISSED']);
  expect(holding('canary')).toEqual(['FAILED']);
  const of = (name: string, schedule: string) => metrics(`cairn_schedule_${name}`, { schedule });
  const severity = ['stuck-work', 'retention', 'coupon-expiry', 'canary'].map((id) => of('severity', id));
  expect(severity).toEqual([0, 1, 2, 2]);
  expect([of('owed_slots', 'stuck-work'), of('owed_slots', 'coupon-expiry')]).toEqual([0, 2]);
  expect(of('last_success_timestamp_seconds', 'stuck-work')).toBe(due.last.getTime() / 1_000);
  expect(of('last_success_timestamp_seconds', 'canary')).toBe(due.earlier.getTime() / 1_000);
  expect(of('started_late_seconds', 'stuck-work')).toBe(1);
  expect(() => of('last_success_timestamp_seconds', 'coupon-expiry')).toThrow('no series');
  expect(metrics('cairn_schedule_audit_age_seconds')).toBe(12.5);
});

test('runs and what they did are counted from the ledger, by what is over', async () => {
  await ledgerRow(stack, 'canary', { slot: due.next, state: 'running' });
  const { body } = await inject({ url: '/metrics' });
  const metrics = await scrape(inject);
  const runs = (schedule: string, state: string) => metrics('cairn_schedule_runs_total', { schedule, state });
  expect([runs('canary', 'succeeded'), runs('canary', 'failed'), runs('stuck-work', 'succeeded')]).toEqual([1, 1, 2]);
  const did = ['scanned', 'changed', 'failed'].map((outcome) =>
    metrics('cairn_schedule_outcomes_total', { schedule: 'stuck-work', outcome }),
  );
  expect(did).toEqual([7, 3, 1]);
  expect(body, 'a counter never falls').not.toContain('state="running"');
});

import { Counter, Gauge, type Registry } from 'prom-client';
import type { Db } from '../../db/pool.ts';
import { type RunTotals, runTotals } from '../../db/schedule-audit.ts';
import { BY_RANK, VERDICTS } from '../../domain/schedules/verdicts.ts';
import type { AuditedSchedule } from '../../schedules/audit.ts';
import type { Watchdog } from '../watchdog.ts';
import { createSnapshot, type Snapshot } from './snapshot.ts';

export interface ScheduleMetricsDeps {
  readonly watchdog: Watchdog;
  readonly db: Db;
}

/** As of the other series that the database alone knows. */
const FRESH_FOR_MS = 3_000;
const PATIENCE_MS = 1_500;

const SEVERITY_VALUES = { green: 0, amber: 1, red: 2 } as const;

/**
 * What the watchdog's newest audit says; series without a value while there is none that is fresh, since an old verdict would
 * look like a fresh one. `cairn_schedule_audit_age_seconds` tells of its silence.
 */
export function measureSchedules(registers: Registry[], { watchdog, db }: ScheduleMetricsDeps): void {
  const gauge = (name: string, help: string, of: (schedule: AuditedSchedule) => number | null) =>
    new Gauge({
      name,
      help,
      labelNames: ['schedule'],
      registers,
      collect() {
        this.reset();
        for (const one of watchdog.latest()?.schedules ?? []) {
          const value = of(one);
          if (value !== null) this.set({ schedule: one.schedule ?? one.temporalId }, value);
        }
      },
    });
  new Gauge({
    name: 'cairn_schedule_verdict',
    help: 'Whether the verdict holds for the schedule: several may. Docs: schedule-verdicts.',
    labelNames: ['schedule', 'verdict'],
    registers,
    collect() {
      this.reset();
      for (const { schedule, temporalId, report } of watchdog.latest()?.schedules ?? []) {
        const holding = new Set(report.findings.map(({ verdict }) => verdict));
        for (const verdict of BY_RANK) {
          this.set({ schedule: schedule ?? temporalId, verdict }, Number(holding.has(verdict)));
        }
      }
    },
  });
  gauge('cairn_schedule_severity', 'Of the worst verdict that holds: 0 green, 1 amber, 2 red.', ({ report }) => {
    return SEVERITY_VALUES[VERDICTS[report.worst].severity];
  });
  gauge('cairn_schedule_owed_slots', 'Slots of the look-back whose work is owed.', ({ report }) => {
    return report.gaps.filter(({ coveredBy }) => coveredBy === null).length;
  });
  gauge('cairn_schedule_started_late_seconds', 'How late the newest fire was begun.', ({ report }) => {
    return report.startedLateMs === null ? null : report.startedLateMs / 1_000;
  });
  gauge('cairn_schedule_last_success_timestamp_seconds', 'Slot up to which the work is done.', ({ report }) => {
    return report.lastSuccess ? report.lastSuccess.slotMs / 1_000 : null;
  });
  new Gauge({
    name: 'cairn_schedule_audit_age_seconds',
    help: 'Since the audit that these series stand on; no number without a fresh one.',
    registers,
    collect() {
      this.set((watchdog.ageMs() ?? Number.NaN) / 1_000);
    },
  });
  measureTotals(
    registers,
    createSnapshot(() => runTotals(db), { freshForMs: FRESH_FOR_MS, patienceMs: PATIENCE_MS }),
  );
}

function measureTotals(registers: Registry[], totals: Snapshot<readonly RunTotals[]>): void {
  const counter = (name: string, help: string, label: string, values: (of: RunTotals) => Record<string, number>) =>
    new Counter({
      name,
      help: `${help} Of the whole installation: take the maximum over processes, not the sum.`,
      labelNames: ['schedule', label],
      registers,
      async collect() {
        this.reset();
        for (const of of (await totals()) ?? []) {
          for (const [value, number] of Object.entries(values(of))) {
            this.inc({ schedule: of.schedule, [label]: value }, number);
          }
        }
      },
    });
  counter(
    'cairn_schedule_runs_total',
    'Runs in the ledger that are over, by their state.',
    'state',
    ({ succeeded, failedRuns }) => {
      return { succeeded, failed: failedRuns };
    },
  );
  counter('cairn_schedule_outcomes_total', 'What runs did, as their ledger counts it.', 'outcome', (of) => {
    return { scanned: of.scanned, changed: of.changed, failed: of.failed };
  });
}

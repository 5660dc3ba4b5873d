import { type OperationContract, ROWS_ONLY } from './operation.ts';

const DEGRADED = { ...ROWS_ONLY, temporal: '503 service/temporal-unavailable, with Retry-After; nothing is done.' };
const parameters = { scheduleId: 'retention' };
const reason = 'Stripe is mended, catching up what was missed';
const slot = '2026-11-21T03:30:00.000Z';
const RUNS = {
  schedule: 'retention',
  auditId: 14,
  runs: [{ slot, workflowId: `schedule:retention:${slot}:14` }],
} as const;

function pausing(paused: boolean): OperationContract {
  return {
    degraded: DEGRADED,
    refusals: ['request/invalid', 'request/not-found', 'schedule/not-registered', 'service/temporal-unavailable'],
    examples: {
      parameters,
      bodies: { 'application/json': { reason } },
      answers: { 200: { schedule: 'retention', paused, auditId: 13 } },
    },
  };
}

const WAITING = { ...DEGRADED, workers: 'works: the runs wait for a worker until their time is over.' };

export const SCHEDULES: Readonly<Record<string, OperationContract>> = {
  pauseSchedule: pausing(true),
  resumeSchedule: pausing(false),
  triggerSchedule: {
    degraded: WAITING,
    refusals: ['request/invalid', 'request/not-found', 'service/temporal-unavailable'],
    examples: { parameters, bodies: { 'application/json': { reason } }, answers: { 202: RUNS } },
  },
  backfillSchedule: {
    degraded: WAITING,
    refusals: ['request/invalid', 'request/not-found', 'schedule/too-many-slots', 'service/temporal-unavailable'],
    examples: {
      parameters,
      bodies: {
        'application/json': { reason, from: '2026-11-20T00:00:00Z', to: '2026-11-21T12:00:00Z', dryRun: false },
      },
      answers: { 200: { schedule: 'retention', dryRun: true, slots: [slot] }, 202: RUNS },
    },
  },
};

import { QUEUES } from '../../contracts/queues.ts';

/** A night in which nobody ran the hourly work, and a morning in which somebody did. */
const REPAIR = {
  slot: '2026-11-21T06:00:00.000Z',
  run: 1,
  origin: 'manual',
  actor: '0e7ad3a1-5a3f-4c1e-9d5b-1b8f6a0c9d11',
  reason: 'the worker was away over night, catching up',
  openedAt: '2026-11-21T06:12:40.101Z',
  finishedAt: '2026-11-21T06:12:44.870Z',
};

export const SCHEDULES = {
  checkedAt: '2026-11-21T06:20:00.000Z',
  verdict: 'COVERED',
  severity: 'amber',
  exitCode: 0,
  schedules: [
    {
      schedule: 'coupon-expiry',
      temporalId: 'cairn-coupon-expiry',
      verdict: 'COVERED',
      severity: 'amber',
      findings: [
        {
          verdict: 'COVERED',
          severity: 'amber',
          because: '2026-11-21T05:00Z: by run 1 of 2026-11-21T06:00Z, manual',
        },
      ],
      does: 'makes coupons inactive that are past their date',
      owner: 'billing',
      spec: { kind: 'every', everyMinutes: 60 },
      queue: QUEUES.maintenance,
      graceS: 600,
      paused: false,
      nextSlot: '2026-11-21T07:00:00.000Z',
      lastSuccess: REPAIR,
      startedLateS: 0.4,
      owedSince: null,
      owedSlots: 0,
      gaps: [{ slot: '2026-11-21T05:00:00.000Z', why: 'missed', execution: null, coveredBy: REPAIR }],
      gapsTotal: 1,
      foreignRuns: [],
    },
  ],
};

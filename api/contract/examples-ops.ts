import { TRACK_ID, UPLOAD_ID, WAY_TYPES } from './examples.ts';

const OTHER_ID = '01985a52-1a6c-7b0e-9d6b-3f1f4a6c2e11';
const BUILD = '3f2c1ab';

/** A failed upload as operators see it, and the same one after it was re-driven. */
const FAILED = {
  id: OTHER_ID,
  account: 'walker-17',
  state: 'failed',
  failure: {
    code: 'processing/original-missing',
    kind: 'operator',
    detail: 'The bytes of this upload are not in the blob store.',
  },
  build: BUILD,
  processedBy: 'workflow',
  run: 1,
  attempts: 1,
  askedBy: 'upload',
  workflowId: `upload:${OTHER_ID}:1`,
  format: 'gpx',
  inflatedBytes: 209_412,
  receivedAt: '2026-11-21T04:58:01.000Z',
  dueAt: '2026-11-21T04:58:01.000Z',
  endedAt: '2026-11-21T04:58:02.100Z',
  links: { self: `/v1/ops/uploads/${OTHER_ID}`, redrive: `/v1/ops/uploads/${OTHER_ID}/redrive` },
} as const;

const { failure: _failure, build: _build, processedBy: _processedBy, endedAt: _endedAt, ...OPEN } = FAILED;
const REDRIVEN = {
  ...OPEN,
  state: 'received',
  run: 2,
  attempts: 0,
  askedBy: 'operator',
  workflowId: `upload:${OTHER_ID}:2`,
  dueAt: '2026-11-21T08:00:00.000Z',
} as const;

export const DEAD_LETTERS = {
  id: OTHER_ID,
  page: {
    items: [FAILED],
    next: null,
    total: 1,
    byCode: [{ code: FAILED.failure.code, kind: FAILED.failure.kind, count: 1 }],
  },
  detail: { ...FAILED, original: 'missing', earlierRuns: [] },
  redriven: { redriven: true, upload: REDRIVEN },
  openAlready: { redriven: false, upload: REDRIVEN },
} as const;

const ORDER = {
  dryRun: true,
  to: '2026-11-21T08:00:00.000Z',
  count: 130,
  byCode: [{ code: FAILED.failure.code, count: 130 }],
  skipped: [{ obstacle: 'superseded', count: 2 }],
  left: 0,
  ratePerMinute: 120,
} as const;

export const REDRIVE = {
  order: {
    filter: { code: FAILED.failure.code, from: '2026-11-20T00:00:00Z' },
    reason: 'the blob store was restored from backup',
    dryRun: true,
    ratePerMinute: 120,
  },
  counted: ORDER,
  done: { ...ORDER, dryRun: false, lastDueAt: '2026-11-21T08:01:04.500Z', auditId: 12 },
} as const;

export const TRACK_DEBUG = {
  trackId: TRACK_ID,
  uploadId: UPLOAD_ID,
  madeBy: {
    build: BUILD,
    pipelineVersion: 2,
    path: 'workflow',
    run: 1,
    workflowId: `upload:${UPLOAD_ID}:1`,
    reprocessOrder: null,
    inputSha256: 'ea887883b3d0729bc34c006939c1e205cd09349a1719670fd185941bb52d5b39',
    at: '2026-11-21T05:07:32.590Z',
    firstMadeAt: '2026-11-21T05:07:32.590Z',
    privacyZoneM: 400,
    shaped: { at: '2026-11-21T06:01:02.003Z', build: BUILD },
  },
  upload: { state: 'ready', run: 1, attempts: 1 },
  original: 'present',
  artefacts: { series: { points: 3 }, columns: { bytes: 212 }, wayTypes: WAY_TYPES.wayTypes },
  now: { pipelineVersion: 2, apiBuild: BUILD, workerBuilds: [BUILD], wayTypesConfigured: true },
  findings: [],
  reprocess: { possible: true, changes: [], byBuilds: [BUILD] },
} as const;

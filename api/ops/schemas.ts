import { Type } from 'typebox';
import { REJECTIONS } from '../../contracts/rejections.ts';
import { PROCESSED_BY } from '../../contracts/uploads.ts';
import { FAILURE_KINDS } from '../../domain/upload/failure-kinds.ts';
import { OriginalSchema } from '../original.ts';
import { filterText, pageOf } from '../paging.ts';
import { REASON } from './reason.ts';
import { RATE_PER_MINUTE, REDRIVEN_AT_ONCE } from './redrive.ts';

const EXAMPLE_ID = '01985a52-1a6c-7b0e-9d6b-3f1f4a6c2e11';
const date = (description: string) => Type.String({ format: 'date-time', description });
const kind = Type.Enum([...FAILURE_KINDS], {
  description: 'Who can mend it: `bug` (us), `operator` (this installation), `transient` (time), `user` (the file).',
});

/** Which dead letters; the same in the query of the list and in the body of a re-drive. */
export const FILTER = {
  state: Type.Optional(
    Type.Enum(['failed', 'ready'], {
      description: '`failed` (by default), or `ready`: the last run failed, and the track of an earlier one is kept.',
    }),
  ),
  code: Type.Optional(Type.Enum(Object.keys(REJECTIONS), { description: 'Of the failure.' })),
  kind: Type.Optional(kind),
  build: filterText(255, 'The build that ended the last run.'),
  from: Type.Optional(date('Ended then or later.')),
  to: Type.Optional(date('Ended before.')),
  account: filterText(128, "The site's own id of the owner."),
};

export const FailureSchema = Type.Object({
  code: Type.String(),
  kind,
  detail: Type.String(),
  offset: Type.Optional(Type.Integer()),
  limit: Type.Optional(Type.String()),
  limitValue: Type.Optional(Type.Number()),
});

const askedBy = Type.Enum(['upload', 'owner', 'operator'], {
  description: 'By the upload itself, by its owner (reprocess) or by an operator (re-drive).',
});
const processedBy = Type.Optional(Type.Enum([...PROCESSED_BY]));

const OPS_UPLOAD = {
  id: Type.String({ format: 'uuid' }),
  account: Type.String({ description: "The site's own id of the owner." }),
  state: Type.Enum(['received', 'processing', 'ready', 'failed']),
  failure: Type.Optional(FailureSchema),
  build: Type.Optional(Type.String({ description: 'That ended the last run; absent when none did.' })),
  processedBy,
  run: Type.Integer(),
  attempts: Type.Integer({ description: 'Of this run.' }),
  askedBy,
  workflowId: Type.String({ description: 'Of this run; there is none in Temporal when it was processed inline.' }),
  format: Type.String(),
  inflatedBytes: Type.Integer(),
  trackId: Type.Optional(Type.String({ format: 'uuid' })),
  receivedAt: Type.String({ format: 'date-time' }),
  dueAt: Type.String({ format: 'date-time', description: 'When this run is, or was, to begin.' }),
  endedAt: Type.Optional(Type.String({ format: 'date-time' })),
  links: Type.Record(Type.String(), Type.String()),
};

const RunSchema = Type.Object({
  run: Type.Integer(),
  askedBy,
  outcome: Type.Enum(['ready', 'failed', 'lost'], { description: '`lost`: it ended without a result.' }),
  failure: Type.Optional(FailureSchema),
  build: Type.Optional(Type.String()),
  processedBy,
  attempts: Type.Integer(),
  dueAt: Type.String({ format: 'date-time' }),
  endedAt: Type.String({ format: 'date-time' }),
});

export const OpsUploadSchema = Type.Object(OPS_UPLOAD, { $id: 'OpsUpload' });

export const OpsUploadDetailSchema = Type.Object({
  ...OPS_UPLOAD,
  original: OriginalSchema,
  supersededBy: Type.Optional(
    Type.String({
      format: 'uuid',
      description: 'The same recording was uploaded again; this one cannot be re-driven.',
    }),
  ),
  earlierRuns: Type.Array(RunSchema, { description: 'The latest first, at most 100; the present one is above.' }),
});

const count = Type.Integer();

export const DeadLettersSchema = Type.Object({
  ...pageOf(Type.Ref('OpsUpload')),
  total: Type.Optional(Type.Integer({ description: 'On the first page only.' })),
  byCode: Type.Optional(
    Type.Array(Type.Object({ code: Type.String(), kind, count }), { description: 'On the first page only.' }),
  ),
});

const reason = REASON;

export const RedriveOneBody = Type.Object({ reason }, { additionalProperties: false });

export const RedriveBody = Type.Object(
  {
    filter: Type.Object(FILTER, { additionalProperties: false }),
    reason,
    dryRun: Type.Optional(Type.Boolean({ default: true, description: 'Only say what would be done.' })),
    ratePerMinute: Type.Optional(
      Type.Number({
        minimum: RATE_PER_MINUTE.least,
        maximum: RATE_PER_MINUTE.most,
        default: RATE_PER_MINUTE.byDefault,
      }),
    ),
  },
  {
    additionalProperties: false,
    examples: [
      {
        filter: { code: 'processing/original-missing', from: '2026-11-20T00:00:00Z' },
        reason: 'the blob store was restored from backup',
        dryRun: false,
        ratePerMinute: 120,
      },
    ],
  },
);

const SKIPPED = `\`user-fixable\`: the same bytes fail again, unless another build reads them; name a code or a kind to include them.
\`superseded\`: the owner has uploaded the recording again. \`twin\`: of several failures with one recording only the latest is
re-driven.`;

export const RedriveSchema = Type.Object(
  {
    dryRun: Type.Boolean(),
    to: Type.String({
      format: 'date-time',
      description: 'What failed later is not counted; send it along for the same count.',
    }),
    count: Type.Integer({ description: 'Re-driven; of a dry run: that would be.' }),
    byCode: Type.Array(Type.Object({ code: Type.String(), count })),
    skipped: Type.Array(
      Type.Object({ obstacle: Type.Enum(['user-fixable', 'superseded', 'twin']), count }, { description: SKIPPED }),
    ),
    left: Type.Integer({ description: `Beyond the ${REDRIVEN_AT_ONCE} of one order: ask again.` }),
    ratePerMinute: Type.Number(),
    lastDueAt: Type.Optional(Type.String({ format: 'date-time', description: 'When the last one begins.' })),
    auditId: Type.Optional(Type.Integer({ description: 'Of the row that keeps who did this and why.' })),
  },
  {
    examples: [
      {
        dryRun: true,
        to: '2026-11-21T08:00:00.000Z',
        count: 130,
        byCode: [{ code: 'processing/original-missing', count: 130 }],
        skipped: [{ obstacle: 'superseded', count: 2 }],
        left: 0,
        ratePerMinute: 120,
      },
    ],
  },
);

export const RedrivenOneSchema = Type.Object(
  {
    redriven: Type.Boolean({ description: 'False: it is open already, or its last run did not fail.' }),
    upload: Type.Ref('OpsUpload'),
  },
  { examples: [{ redriven: false, upload: { id: EXAMPLE_ID, state: 'received', run: 2 } }] },
);

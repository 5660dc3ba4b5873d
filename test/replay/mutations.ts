/** A change of workflow code that somebody makes by mistake, and the histories that must stop it. */
export interface Mutation {
  readonly name: string;
  readonly edits: readonly Edit[];
  /** Beginnings of the files of all histories that replay otherwise, and of no others. */
  readonly stops: readonly string[];
}

export interface Edit {
  /** Below the project's folder. */
  readonly file: string;
  readonly change: (code: string) => string;
}

const UPLOAD = 'workflows/process-upload.ts';
const ORDER_OF_STEPS = 'domain/upload/process-upload.ts';
const DELIVERY = 'workflows/deliver-webhook.ts';
const SCHEDULE = 'workflows/run-schedule.ts';
const EVENT = 'workflows/stripe-event.ts';
const ORDER = 'workflows/stripe-order.ts';
const BULK = 'workflows/bulk-reprocess.ts';

const edit = (file: string, from: string | RegExp, to: string): Edit => {
  return { file, change: (code) => code.replace(from, to) };
};

/** At the front of a workflow. */
const sleepFirst = (file: string): Edit => ({
  file,
  change: (code) =>
    `import { sleep as rest } from '@temporalio/workflow';\n${code.replace(/(export async function .*\{\n)/, '$1  await rest(1_000);\n')}`,
});

/** The five that were named before any was tried, each in every workflow where it can be made; then what was found beside. */
export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'lost await',
    edits: [
      edit(ORDER_OF_STEPS, 'return await steps.digest(', 'return steps.digest('),
      edit(ORDER_OF_STEPS, 'await addWayTypes(', 'addWayTypes('),
      edit(SCHEDULE, 'const result = await working(run)', 'const result = working(run)'),
      edit(EVENT, 'const result = await processing', 'const result = processing'),
      edit(BULK, 'await sleep(', 'sleep('),
    ],
    stops: [
      'processUpload/ordinary-failed',
      'processUpload/large-failed',
      'processUpload/ordinary-wayTypes',
      'runSchedule/',
      'stripeEvent/dead',
      ...['waited', 'paused', 'continued'].map((waiting) => `bulkReprocess/${waiting}`),
    ],
  },
  {
    name: 'reordered steps',
    edits: [
      edit(
        ORDER_OF_STEPS,
        'return await steps.digest(',
        `await steps.recordFailure({ uploadId, run, failure: { code: 'processing/failed', facts: {} } });
    return await steps.digest(`,
      ),
      edit(
        ORDER,
        /( {2}const result = )/,
        `  upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.outcome, value: 'done' }]);\n$1`,
      ),
      edit(
        BULK,
        /( {4}const batch = )/,
        `    upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.outcome, value: 'done' }]);\n$1`,
      ),
    ],
    stops: ['processUpload/', 'stripeOrder/', 'bulkReprocess/'],
  },
  {
    name: 'local ↔ remote',
    edits: [
      edit(UPLOAD, '> LARGE_BYTES', '<= LARGE_BYTES'),
      edit(DELIVERY, 'const parking = proxyLocalActivities', 'const parking = proxyActivities'),
      edit(SCHEDULE, 'const closing = proxyLocalActivities', 'const closing = proxyActivities'),
      edit(EVENT, 'const burying = proxyLocalActivities', 'const burying = proxyActivities'),
      edit(ORDER, 'const closing = proxyLocalActivities', 'const closing = proxyActivities'),
      edit(BULK, 'const closing = proxyLocalActivities', 'const closing = proxyActivities'),
    ],
    stops: [
      'processUpload/',
      'deliverWebhook/parked',
      'runSchedule/failed',
      'stripeEvent/dead',
      'stripeOrder/refused',
      'bulkReprocess/broken',
    ],
  },
  {
    name: 'added timer',
    edits: [UPLOAD, DELIVERY, SCHEDULE, EVENT, ORDER, BULK].map(sleepFirst),
    stops: ['processUpload/', 'deliverWebhook/', 'runSchedule/', 'stripeEvent/', 'stripeOrder/', 'bulkReprocess/'],
  },
  {
    name: 'renamed step',
    edits: [
      edit(UPLOAD, 'heavy.digest : ordinary.digest', 'heavy.read : ordinary.read'),
      edit(DELIVERY, 'sending.sendWebhook(', 'sending.send('),
      edit(SCHEDULE, '.runJob(run)', '.doJob(run)'),
      edit(EVENT, 'processing.processStripeEvent(', 'processing.process('),
      edit(ORDER, 'fulfilling.fulfilStripeOrder(', 'fulfilling.fulfil('),
      edit(BULK, 'reprocessing.reprocessBatch(', 'reprocessing.reprocess('),
    ],
    stops: ['processUpload/', 'deliverWebhook/', 'runSchedule/', 'stripeEvent/', 'stripeOrder/', 'bulkReprocess/'],
  },
  {
    name: 'an outcome that is not told',
    edits: [
      edit(DELIVERY, /upsertSearchAttributes\(\[.*\]\);/, ''),
      edit(UPLOAD, /upsertSearchAttributes\(\[.*\]\);/, ''),
      edit(SCHEDULE, /upsertSearchAttributes\(\[.*\]\);/, ''),
      edit(EVENT, /upsertSearchAttributes\(\[.*\]\);/, ''),
      edit(ORDER, /upsertSearchAttributes\(\[.*\]\);/, ''),
      edit(BULK, /upsertSearchAttributes\(\[.*\]\);/, ''),
    ],
    stops: [
      'processUpload/',
      'deliverWebhook/parked@0.2.0',
      'runSchedule/',
      'stripeEvent/dead',
      'stripeOrder/',
      ...['done', 'waited', 'paused', 'broken'].map((end) => `bulkReprocess/${end}`),
    ],
  },
  {
    name: 'a failure that nobody writes down',
    edits: [
      edit(DELIVERY, /return CancellationScope.*\n/, 'throw error;\n'),
      edit(SCHEDULE, /await CancellationScope.*\n/, ''),
      edit(BULK, /return closing\.failReprocess.*\n/, 'throw error;\n'),
    ],
    stops: ['deliverWebhook/parked', 'runSchedule/failed', 'bulkReprocess/broken'],
  },
];

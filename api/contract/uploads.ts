import { LIMITS } from '../../domain/limits/limits.ts';
import { PATIENCE } from '../server-options.ts';
import { RECORDING, UPLOAD, UPLOAD_ID } from './examples.ts';
import { codes, FOUND_BY_PROCESSING, type OperationContract, ROWS_ONLY } from './operation.ts';

const seconds = (ms: number): string => `${ms / 1_000} s`;

export const UPLOADS: Readonly<Record<string, OperationContract>> = {
  createUpload: {
    degraded: {
      postgres: '503 service/database-unavailable, with Retry-After; nothing is kept, so send the same again.',
      temporal: 'works: accepted at the same speed, and processed by the API itself; `processedBy` says `inline`.',
      workers: 'works: accepted at the same speed, and processed by the API itself after some seconds.',
      blobStore: '503 service/storage-unavailable, with Retry-After; nothing is kept.',
    },
    refusals: [
      'request/invalid',
      'request/aborted',
      'request/timeout',
      'request/unsupported-media-type',
      'request/idempotency-in-progress',
      'request/idempotency-mismatch',
      'service/storage-unavailable',
      ...codes((code) => code.startsWith('upload/') && code !== 'upload/superseded'),
      ...FOUND_BY_PROCESSING,
    ],
    examples: {
      parameters: { name: 'Morning walk', sport: 'walking', externalId: 'activity-1', prefer: 'wait=10' },
      bodies: { 'application/gpx+xml': RECORDING },
      answers: { 200: UPLOAD.duplicate, 201: UPLOAD.ready, 202: UPLOAD.received },
    },
    streaming: {
      readiness:
        '`Expect: 100-continue` is answered once key, announced size and the headers are good; refusals come before it.',
      chunks:
        'With `Content-Length` or chunked. The body is written to disk while it arrives; it is never held in memory.',
      refusal: `As soon as a byte shows it, with \`Connection: close\`; the rest is read for ${seconds(1_000)} and thrown away, so that the answer arrives.`,
      idle: `A connection that is silent for ${seconds(PATIENCE.silenceMs)} is closed; headers must be whole within ${seconds(PATIENCE.headersMs)} (408).`,
      duration: `The whole request must arrive within ${seconds(PATIENCE.requestMs)} (408); the largest file is ${LIMITS.wireBytes.value / 1_000_000} MB.`,
      completion: '202 means that bytes and row are on disk. Before the answer nothing is promised.',
      disconnect:
        'A body that ends early is kept nowhere. A caller who leaves while it waits for the result has uploaded all the same.',
      replay:
        'Safe to send again: the same recording is recognised (200), and with an `Idempotency-Key` the first answer is given again.',
      shutdown: `A process that stops takes no new request (503) and gives those that arrive ${seconds(PATIENCE.drainMs)} to end.`,
    },
  },
  getUpload: {
    degraded: ROWS_ONLY,
    refusals: ['request/invalid', 'request/not-found'],
    examples: { parameters: { uploadId: UPLOAD_ID }, answers: { 200: UPLOAD.ready } },
  },
  deleteUpload: {
    degraded: {
      ...ROWS_ONLY,
      blobStore: 'works: the rows are gone at once, the original as soon as the store is back.',
    },
    refusals: ['request/invalid', 'request/not-found'],
    examples: { parameters: { uploadId: UPLOAD_ID }, answers: {} },
  },
};

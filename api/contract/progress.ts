import { EXAMPLE_STREAM, UPLOAD, UPLOAD_ID } from './examples.ts';
import { FOUND_BY_PROCESSING, type OperationContract, ROWS_ONLY } from './operation.ts';

/** What follows an upload: being watched, listed and processed again. */
export const PROGRESS: Readonly<Record<string, OperationContract>> = {
  listUploads: {
    degraded: ROWS_ONLY,
    refusals: ['request/invalid', 'request/bad-cursor'],
    examples: { parameters: { limit: 20, state: 'failed' }, answers: { 200: { items: [UPLOAD.ready], next: null } } },
  },
  reprocessUpload: {
    degraded: {
      ...ROWS_ONLY,
      temporal: 'works: accepted as ever, and processed inline.',
      workers: 'works: accepted as ever, and processed inline.',
      blobStore: 'works: accepted, and processed once the store is back.',
    },
    refusals: [
      'request/invalid',
      'request/not-found',
      'request/idempotency-mismatch',
      'request/idempotency-in-progress',
      'upload/superseded',
      ...FOUND_BY_PROCESSING,
    ],
    examples: {
      parameters: { uploadId: UPLOAD_ID, prefer: 'wait=10' },
      answers: {
        200: { ...UPLOAD.ready, run: 2 },
        202: { ...UPLOAD.received, run: 2, trackId: UPLOAD.ready.trackId, links: UPLOAD.ready.links },
      },
    },
  },
  streamUploadEvents: {
    degraded: {
      ...ROWS_ONLY,
      postgres: '503 service/database-unavailable for a new stream; open ones wait, and go on without a gap.',
    },
    refusals: [
      'request/invalid',
      'request/not-found',
      'request/not-acceptable',
      'auth/invalid-ticket',
      'events/too-many-streams',
      'service/too-many-streams',
    ],
    examples: {
      parameters: { uploadId: UPLOAD_ID, lastEventId: '3', 'last-event-id': '3' },
      answers: { 200: EXAMPLE_STREAM },
    },
    streaming: {
      readiness: 'The first message comes at once: how the upload stands, or what followed the id that was given.',
      idle: 'A comment line every 15 s; a stream lasts as long as both sides live.',
      completion: 'Closed by the server after `ready` or `failed`; coming back with that id is 204.',
      disconnect:
        'A caller that goes, or closes its half, is forgotten at once; a reader that takes nothing for 30 s is cut.',
      replay: 'Come back with `Last-Event-ID`: every later event once, in order, from any replica.',
      shutdown: 'A process that stops ends its streams; come back after the `retry` that was given.',
    },
  },
  createUploadEventsTicket: {
    degraded: ROWS_ONLY,
    refusals: ['request/invalid', 'request/not-found'],
    examples: {
      parameters: { uploadId: UPLOAD_ID },
      answers: {
        201: {
          ticket: 'ticket-of-43-characters',
          expiresAt: '2026-11-21T05:08:32.410Z',
          links: { events: `/v1/uploads/${UPLOAD_ID}/events?ticket=ticket-of-43-characters` },
        },
      },
    },
  },
};

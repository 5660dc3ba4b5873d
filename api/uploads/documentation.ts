import { Type } from 'typebox';
import type { RouteDocumentation } from '../openapi.ts';

export const UPLOAD_DESCRIPTION = `The recording as the body, or as the one file part of a multipart form; plain or gzip,
recognised by its bytes and never by its name. The key and the announced size are checked before the body is read.

**202** means: bytes and row are durable, and it will be processed, also when the workflow engine is away right now.
With \`Prefer: wait=N\` (RFC 7240; seconds, at most 30) the answer is held until the result is there: **201** with the
track, **422** with the reason (and the upload: its original is kept). When it is not there in time the answer is 202.

**200** means: this account sent the same recording before (compared inflated, so gzip or not is the same), and it is not
processed twice. The answer is the first upload, with \`duplicateOf\` equal to its \`id\`; fields sent along this time change
nothing. \`Prefer: wait\` waits for the first one's result. A recording whose upload failed or was deleted is new.

With an \`Idempotency-Key\` the same request, sent again within 24 hours, gets the same answer again (status and body as first
given, with \`Idempotent-Replayed: true\`), whatever became of the upload since. The same request is the same recording with
the same fields; another one under the key is **422** \`request/idempotency-mismatch\`, and while the first is still running
**409** \`request/idempotency-in-progress\`. A key begins when the body is whole; what was refused before anything was stored
is not kept.`;

const PREFER = {
  type: 'string',
  description: '`wait=N`: hold the answer for up to N seconds.',
  examples: ['wait=10'],
};
const IDEMPOTENCY_KEY = {
  type: 'string',
  description: '1 to 255 visible ASCII characters, one key per request and its retries.',
  pattern: '^[!-~]{1,255}$',
};
const ANSWERED = {
  'idempotent-replayed': { type: 'string', description: '`true` when the answer is that of an earlier request.' },
  location: { type: 'string', description: 'The upload.' },
  'preference-applied': { type: 'string', description: 'With `Prefer: wait`: what was granted.' },
};

/** Of a request that has an upload processed again: there is nothing to send. */
export const AGAIN_DOCUMENTATION: RouteDocumentation = {
  headers: { prefer: PREFER, 'idempotency-key': IDEMPOTENCY_KEY },
  responseHeaders: ANSWERED,
};

/** A stream is not validated by a schema; so what may be sent is only written down. */
export const UPLOAD_DOCUMENTATION: RouteDocumentation = {
  body: {
    content: {
      'application/gpx+xml': { schema: { type: 'string', contentMediaType: 'application/gpx+xml' } },
      'application/vnd.garmin.tcx+xml': {
        schema: { type: 'string', contentMediaType: 'application/vnd.garmin.tcx+xml' },
      },
      'application/gzip': { schema: { type: 'string', contentMediaType: 'application/gzip' } },
      'application/octet-stream': { schema: { type: 'string', contentMediaType: 'application/octet-stream' } },
      'multipart/form-data': {
        schema: Type.Object(
          {
            file: Type.String({ contentMediaType: 'application/octet-stream' }),
            name: Type.Optional(Type.String()),
            sport: Type.Optional(Type.String()),
            externalId: Type.Optional(Type.String()),
          },
          { description: 'Any name of the file part is good; fields win over the query.' },
        ),
      },
    },
  },
  headers: {
    prefer: PREFER,
    'idempotency-key': IDEMPOTENCY_KEY,
    'content-encoding': {
      type: 'string',
      enum: ['gzip', 'x-gzip', 'identity'],
      description: 'The bytes decide in any case; it must not say anything else.',
    },
  },
  responseHeaders: ANSWERED,
};

import { type RejectionRow, row } from './rejection-row.ts';
import { OF_BILLING } from './rejections-of-billing.ts';
import { OF_ENGINE } from './rejections-of-engine.ts';
import { OF_EXPORTS } from './rejections-of-exports.ts';
import { OF_RECORDINGS } from './rejections-of-recordings.ts';
import { OF_REPROCESSES } from './rejections-of-reprocesses.ts';
import { OF_SCHEDULES } from './rejections-of-schedules.ts';
import { OF_TCX } from './rejections-of-tcx.ts';
import { OF_WEBHOOKS } from './rejections-of-webhooks.ts';

export type { RejectionRow };

/**
 * Every refusal that Cairn can give, once. The API's error reply, the step interceptor, the OpenAPI document and
 * `docs/reference/errors.md` all read this table; a code that is not here cannot be thrown.
 *
 * `kind` says who can mend it: `user` (the caller or the file), `operator` (this installation), `transient` (time;
 * the only kind that is retried), `bug` (us).
 */
export const REJECTIONS = {
  'auth/missing-key': row(401, 'user', 'No API key was given.', 'Send `Authorization: Bearer <key>`.'),
  'auth/invalid-key': row(
    401,
    'user',
    'The API key is not valid.',
    'Check that the key is whole, not revoked and not expired.',
  ),
  'auth/forbidden': row(403, 'user', 'This key may not do that.', 'Use a key of the kind the operation asks for.'),
  'auth/invalid-ticket': row(
    401,
    'user',
    'The ticket is not valid for this.',
    'Ask for a new one: a ticket is for the events of one upload, and for a short time.',
  ),
  'auth/key-in-url': row(
    401,
    'user',
    'An API key stands in the address.',
    'Send it as `Authorization: Bearer <key>`, and revoke this one: addresses end up in logs.',
  ),
  'auth/account-required': row(
    400,
    'user',
    'A site key must name the account it acts for.',
    'Send the header `Cairn-Account: <your id of the person>`.',
  ),
  'auth/bad-account': row(400, 'user', 'The account header cannot be used.', 'Send 1 to 128 visible ASCII characters.'),

  'request/invalid': row(
    400,
    'user',
    'The request is not what this operation expects.',
    'See the OpenAPI document at /openapi.json.',
  ),
  'request/bad-cursor': row(
    400,
    'user',
    'The cursor is not one of this list.',
    'Send `next` of the page before as it was given, or begin without a cursor.',
  ),
  'request/malformed': row(
    400,
    'user',
    'The request could not be read as HTTP.',
    'Check headers and body of the request.',
  ),
  'request/too-large': row(413, 'user', 'The request is too large.', 'Send a smaller request.'),
  'request/timeout': row(408, 'user', 'The request did not arrive in time.', 'Send it again on a faster connection.'),
  'request/not-found': row(
    404,
    'user',
    'There is nothing here.',
    'Check the address; things of other accounts are not shown either.',
  ),
  'request/method-not-allowed': row(
    405,
    'user',
    'This method is not offered here.',
    'Use one of the methods in the `Allow` header.',
  ),
  'request/not-acceptable': row(
    406,
    'user',
    'This is only offered in another media type.',
    'Accept the media type that the OpenAPI document names.',
  ),
  'request/unsupported-media-type': row(
    415,
    'user',
    'This content type or encoding is not accepted here.',
    'See the OpenAPI document at /openapi.json.',
  ),
  'request/header-fields-too-large': row(
    431,
    'user',
    'The request headers are too large.',
    'Send fewer or shorter headers.',
  ),
  'request/aborted': row(400, 'user', 'The body ended before it was whole.', 'Send it again.'),
  'request/precondition-failed': row(
    412,
    'user',
    'It has changed since you read it.',
    'Read it again, and send the change with its new `ETag`.',
  ),
  'request/idempotency-mismatch': row(
    422,
    'user',
    'This Idempotency-Key was used for another request.',
    'Use a new key for each request, and the same key only to send the same request again.',
  ),
  'request/idempotency-in-progress': row(
    409,
    'transient',
    'The first request with this Idempotency-Key is still running.',
    'Send it again a little later.',
  ),

  'events/too-many-streams': row(
    429,
    'user',
    'The account has too many open event streams.',
    'Close streams that are not needed, or ask for the upload itself; then try again after the time in `Retry-After`.',
  ),

  'upload/no-file': row(
    400,
    'user',
    'The request holds no file.',
    'Send the recording as the body, or as the file part of a multipart form.',
  ),
  'upload/bad-multipart': row(
    400,
    'user',
    'The multipart form could not be read.',
    'Send one file part and the optional fields sport, name, externalId.',
  ),
  'upload/empty-file': row(422, 'user', 'The file is empty.', 'Export the recording again.'),
  'upload/unsupported-type': row(
    415,
    'user',
    'This is not a recording that Cairn reads.',
    'Upload a GPX, FIT or TCX file, plain or gzip-compressed.',
  ),
  'upload/too-large': row(
    413,
    'user',
    'The file is over the size limit.',
    'Upload a smaller recording, or compress it with gzip.',
  ),
  'upload/inflates-too-far': row(
    422,
    'user',
    'The compressed file inflates past the limit.',
    'Upload a smaller recording.',
  ),
  'upload/corrupt-gzip': row(422, 'user', 'The gzip data is damaged.', 'Compress the recording again.'),
  'upload/nested-gzip': row(422, 'user', 'The file is compressed more than once.', 'Compress the recording once.'),

  'upload/superseded': row(
    409,
    'user',
    'The same recording was uploaded again, and that upload stands for it now.',
    'Use the upload that `uploadId` names.',
  ),

  ...OF_RECORDINGS,
  ...OF_TCX,
  'processing/time-limit': row(422, 'user', 'Reading the file took too long.', 'Split or simplify the recording.'),
  'processing/memory-limit': row(
    422,
    'user',
    'Reading the file took too much memory.',
    'Split or simplify the recording.',
  ),
  'processing/claimed-elsewhere': row(
    409,
    'transient',
    'Another process is working on this upload.',
    'Nothing to do: it is tried again.',
  ),
  'processing/outage': row(
    503,
    'transient',
    'Something that processing needs is away.',
    'Nothing to do: it is tried again.',
  ),
  'processing/original-missing': row(
    500,
    'operator',
    'The stored original cannot be found or is damaged.',
    'Restore the blob store from backup, then reprocess.',
  ),
  'processing/failed': row(
    500,
    'bug',
    'Processing failed by a fault of ours.',
    'The original is kept; it can be processed again after a repair.',
  ),

  ...OF_EXPORTS,
  ...OF_SCHEDULES,
  ...OF_BILLING,
  ...OF_WEBHOOKS,
  ...OF_ENGINE,
  ...OF_REPROCESSES,

  'service/database-unavailable': row(
    503,
    'transient',
    'The database is away.',
    'Try again after the time in `Retry-After`.',
  ),
  'service/temporal-unavailable': row(
    503,
    'transient',
    'The workflow engine is away.',
    'Try again after the time in `Retry-After`.',
  ),
  'service/storage-unavailable': row(
    503,
    'transient',
    'The blob store is away or full.',
    'Try again after the time in `Retry-After`.',
  ),
  'service/not-ready': row(
    503,
    'transient',
    'This process is starting or stopping.',
    'Try again after the time in `Retry-After`.',
  ),
  'service/too-many-streams': row(
    503,
    'transient',
    'This process has too many open event streams.',
    'Try again after the time in `Retry-After`, or ask for the upload itself.',
  ),
  'service/too-many-exports': row(
    503,
    'transient',
    'This process has too many exports under way.',
    'Try again after the time in `Retry-After`.',
  ),
  'service/too-many-previews': row(
    503,
    'transient',
    'Too many previews wait to be drawn.',
    'Try again after the time in `Retry-After`.',
  ),
  'internal/bug': row(500, 'bug', 'A fault of ours.', 'Tell the operator the traceId.'),
} as const satisfies Record<string, RejectionRow>;

export type RejectionCode = keyof typeof REJECTIONS;

/** What a refusal may carry besides its code. All of it may be shown to the caller. */
export interface RejectionFacts {
  /** What was wrong with this very input, in a sentence. */
  readonly detail?: string;
  /** Byte of the inflated input, counted from 0. */
  readonly offset?: number;
  /** The name of the limit that was passed (see `domain/limits`), and its value. */
  readonly limit?: string;
  readonly limitValue?: number;
  /** Another upload that the caller is sent to. */
  readonly uploadId?: string;
}

export class Rejection extends Error {
  override readonly name = 'Rejection';
  readonly code: RejectionCode;
  readonly facts: RejectionFacts;

  constructor(code: RejectionCode, facts: RejectionFacts = {}) {
    super(facts.detail ?? REJECTIONS[code].title);
    this.code = code;
    this.facts = facts;
  }
}

export function isRejectionCode(code: unknown): code is RejectionCode {
  return typeof code === 'string' && Object.hasOwn(REJECTIONS, code);
}

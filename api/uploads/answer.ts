import type { FastifyReply, FastifyRequest } from 'fastify';
import { Rejection } from '../../contracts/rejections.ts';
import { isDatabaseOutage } from '../../db/outage.ts';
import type { Pool } from '../../db/pool.ts';
import { findUpload, type ShownUpload } from '../../db/uploads.ts';
import type { EventRelay } from '../events/relay.ts';
import { PROBLEM_TYPE, type Problem } from '../plugins/problems.ts';
import { traceIdOf } from '../plugins/request-identity.ts';
import { type UploadView, uploadView } from '../upload-view.ts';
import type { AcceptedUpload } from './accept-upload.ts';
import { readWaitS, waitUntilFinished } from './wait.ts';

/** An answer as it goes out and, by its Idempotency-Key, goes out again. */
export interface UploadAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly location: string;
}

export function send(reply: FastifyReply, answer: UploadAnswer): FastifyReply {
  reply.header('location', answer.location);
  return reply.status(answer.status).type(answer.contentType).serializer(asItIs).send(answer.body);
}

/**
 * `202` at once, `200` for a duplicate; with `Prefer: wait=N` the result, when it is there in time: `201` ready (a duplicate
 * still `200`), `422` refused.
 */
export async function answerTo(
  { db, relay, closing }: { db: Pool; relay: EventRelay; closing: AbortSignal },
  request: FastifyRequest,
  reply: FastifyReply,
  { uploadId, isDuplicate, seen }: AcceptedUpload,
): Promise<UploadAnswer> {
  const waitS = readWaitS(request.headers.prefer);
  const find = () => ownUpload(db, request, uploadId);
  const look = waitS > 0 ? waitUntilFinished({ find, relay, waitS, request: request.raw, closing }) : (seen ?? find());
  const upload = await Promise.resolve(look).catch((error: unknown) => asSeen(error, seen));
  if (waitS > 0) reply.header('preference-applied', `wait=${waitS}`);
  const view = { ...uploadView(upload, traceIdOf(request)), ...(isDuplicate && { duplicateOf: uploadId }) };
  const status = statusOf(upload, isDuplicate);
  return asAnswer(reply, view, { refusal: waitS > 0 ? view.error : undefined, status });
}

function statusOf(upload: ShownUpload, isDuplicate: boolean): number {
  return isDuplicate ? 200 : upload.state === 'ready' ? 201 : 202;
}

/**
 * `202` to who had it processed again; with `Prefer: wait=N` the result, when it is there in time: `200` ready, `422` the
 * recording was refused (a track that was there before is there still).
 */
export async function answerAgain(
  { db, relay, closing }: { db: Pool; relay: EventRelay; closing: AbortSignal },
  request: FastifyRequest,
  reply: FastifyReply,
  uploadId: string,
): Promise<UploadAnswer> {
  const waitS = readWaitS(request.headers.prefer);
  const find = () => ownUpload(db, request, uploadId);
  const upload = await (waitS > 0 ? waitUntilFinished({ find, relay, waitS, request: request.raw, closing }) : find());
  if (waitS > 0) reply.header('preference-applied', `wait=${waitS}`);
  const view = uploadView(upload, traceIdOf(request));
  const refusal = view.error ?? view.lastReprocess?.error;
  const isReady = upload.state === 'ready' && !refusal;
  return asAnswer(reply, view, { refusal: waitS > 0 ? refusal : undefined, status: waitS > 0 && isReady ? 200 : 202 });
}

function asAnswer(
  reply: FastifyReply,
  view: UploadView,
  { refusal, status }: { refusal: Problem | undefined; status: number },
): UploadAnswer {
  const location = `/v1/uploads/${view.id}`;
  if (refusal?.status === 422) {
    return { status: 422, contentType: PROBLEM_TYPE, body: JSON.stringify({ ...refusal, ...view }), location };
  }
  const body = String(reply.status(status).serialize(view));
  return { status, contentType: 'application/json; charset=utf-8', body, location };
}

/** The row is durable: a database that goes away now must not make the caller send the file again. */
function asSeen(error: unknown, seen?: ShownUpload): ShownUpload {
  if (!isDatabaseOutage(error) || !seen) throw error;
  return seen;
}

export async function ownUpload(db: Pool, request: FastifyRequest, uploadId: string): Promise<ShownUpload> {
  const upload = await findUpload(db, { accountId: request.accountId, uploadId });
  if (!upload) throw new Rejection('request/not-found', { detail: 'There is no such upload.' });
  return upload;
}

/** The body is text already. */
function asItIs(body: string): string {
  return body;
}

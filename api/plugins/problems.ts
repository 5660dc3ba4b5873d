import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { REJECTIONS, Rejection, type RejectionCode } from '../../contracts/rejections.ts';
import { isDatabaseOutage } from '../../db/outage.ts';
import { BlobStoreUnavailable } from '../../services/blob-store.ts';
import { traceIdOf } from './request-identity.ts';
import { setStandardHeaders } from './standard-headers.ts';
import { closeWhenUnread } from './unread-bodies.ts';

export const PROBLEM_TYPE = 'application/problem+json';

/** Every refusal as problem details (RFC 9457), whoever found it: a route, a schema, Fastify, or nobody at all. */
export function registerProblems(app: FastifyInstance): void {
  app.setErrorHandler(async (error, request, reply) => {
    const rejection = asRejection(error, request);
    const { kind } = REJECTIONS[rejection.code];
    if (kind === 'bug' || kind === 'operator') request.log.error({ err: error, code: rejection.code }, 'request broke');
    else request.log.info({ code: rejection.code, offset: rejection.facts.offset }, 'request refused');
    return sendProblem(request, reply, rejection, error);
  });
}

/** Addresses that Fastify cannot even route; it runs no hook for them. */
export async function answerFrameworkError(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  setStandardHeaders(request, reply);
  await closeWhenUnread(request, reply);
  sendProblem(request, reply, asRejection(error, request));
}

export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  rejection: Rejection,
  cause?: unknown,
): FastifyReply {
  const { status } = REJECTIONS[rejection.code];
  if (status === 503 || status === 429) reply.header('retry-after', '5');
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  const errors = validationErrors(cause);
  const body = { ...problemOf(rejection, traceIdOf(request)), ...(errors && { errors }) };
  return reply.status(status).type(PROBLEM_TYPE).serializer(JSON.stringify).send(body);
}

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: RejectionCode;
  readonly remedy: string;
  readonly traceId: string;
  readonly offset?: number;
  readonly limit?: string;
  readonly limitValue?: number;
  readonly uploadId?: string;
}

export function problemOf(rejection: Rejection, traceId: string): Problem {
  const { code, facts } = rejection;
  const { title, status, remedy } = REJECTIONS[code];
  const { detail, ...rest } = facts;
  return { type: `urn:cairn:problem:${code}`, title, status, detail: detail ?? title, code, remedy, traceId, ...rest };
}

/** Fastify's own error codes, as ours. */
const FASTIFY_CODES: Readonly<Record<string, RejectionCode>> = {
  FST_ERR_VALIDATION: 'request/invalid',
  FST_ERR_BAD_URL: 'request/malformed',
  FST_ERR_MAX_PARAM_LENGTH: 'request/not-found',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'request/invalid',
  FST_ERR_CTP_INVALID_JSON_BODY: 'request/invalid',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'request/malformed',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'request/unsupported-media-type',
  FST_ERR_CTP_BODY_TOO_LARGE: 'request/too-large',
};

/** What nothing here knows is a bug: its text stays in the log. Only Fastify's own sentences are passed on. */
function asRejection(error: unknown, request: FastifyRequest): Rejection {
  if (error instanceof Rejection) return error;
  if (error === request.raw.errored) return new Rejection('request/aborted');
  if (isDatabaseOutage(error)) return new Rejection('service/database-unavailable');
  if (error instanceof BlobStoreUnavailable) return new Rejection('service/storage-unavailable');
  const { code, message, statusCode } = fromFramework(error);
  const known = FASTIFY_CODES[code];
  if (known) return new Rejection(known, known === 'request/invalid' ? { detail: message } : {});
  if (statusCode === 404) return new Rejection('request/not-found');
  if (statusCode >= 400 && statusCode < 500) return new Rejection('request/malformed');
  return new Rejection('internal/bug');
}

/** Errors of Fastify itself, and those of its file server, which say `expose`. Others may name a status by accident. */
function fromFramework(error: unknown): { code: string; message: string; statusCode: number } {
  const none = { code: '', message: '', statusCode: 0 };
  if (!(error instanceof Error)) return none;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (!code.startsWith('FST_ERR_') && !('expose' in error && error.expose === true)) return none;
  const statusCode = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 0;
  return { code, message: error.message, statusCode };
}

function validationErrors(error: unknown): { field: string; message: string }[] | undefined {
  if (!isValidationError(error)) return undefined;
  return error.validation?.map((each) => ({
    field: each.instancePath || '/',
    message: each.message ?? 'is not valid',
  }));
}

function isValidationError(error: unknown): error is FastifyError {
  return error instanceof Error && 'validation' in error && Array.isArray(error.validation);
}

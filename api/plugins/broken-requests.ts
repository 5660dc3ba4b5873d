import { randomUUID } from 'node:crypto';
import { ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { REJECTIONS, Rejection, type RejectionCode } from '../../contracts/rejections.ts';
import { PROBLEM_TYPE, problemOf } from './problems.ts';
import { newTraceId } from './request-identity.ts';
import { STANDARD_HEADERS } from './standard-headers.ts';
import { LINGER_MS } from './unread-bodies.ts';

/** Node's parser gave up before there was a request: the answer is written to the socket by hand, as a problem too. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable || isAnswering(socket)) return void socket.destroy();
  writeProblem(socket, PARSER_CODES[error.code ?? ''] ?? 'request/malformed');
}

/** `CONNECT` never becomes a request either; this is no proxy. */
export function registerConnectRefusal(app: FastifyInstance): void {
  app.server.on('connect', (_request, socket) => writeProblem(socket, 'request/method-not-allowed', { allow: '' }));
}

const PARSER_CODES: Readonly<Record<string, RejectionCode>> = {
  HPE_HEADER_OVERFLOW: 'request/header-fields-too-large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'request/too-large',
  HPE_INVALID_EOF_STATE: 'request/aborted',
  ERR_HTTP_REQUEST_TIMEOUT: 'request/timeout',
};

function writeProblem(socket: Duplex, code: RejectionCode, more: Readonly<Record<string, string>> = {}): void {
  const body = JSON.stringify(problemOf(new Rejection(code), newTraceId()));
  const { status } = REJECTIONS[code];
  const headers = {
    ...STANDARD_HEADERS,
    ...more,
    'content-type': PROBLEM_TYPE,
    'content-length': String(Buffer.byteLength(body)),
    'x-request-id': randomUUID(),
    date: new Date().toUTCString(),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.on('error', () => {});
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
  socket.resume(); // unread bytes would turn the close into a reset, and the answer would be lost
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

/** Whether an answer is half sent on this socket: a second one in the middle of it would be garbage. */
function isAnswering(socket: Socket): boolean {
  const answer: unknown = Reflect.get(socket, '_httpMessage');
  return answer instanceof ServerResponse && answer.headersSent;
}

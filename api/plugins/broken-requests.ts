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
export function answerBrokenRequest(
  this: FastifyInstance,
  error: Error & { code?: string; rawPacket?: unknown },
  socket: Socket,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable || isAnswering(socket)) return void socket.destroy();
  const address = addressOfUnknownMethod(error.code, error.rawPacket);
  if (address === undefined) return void writeProblem(socket, PARSER_CODES[error.code ?? ''] ?? 'request/malformed');
  const allow = this.allowedAt(address);
  if (allow === undefined) writeProblem(socket, 'request/not-found');
  else writeProblem(socket, 'request/method-not-allowed', { allow });
}

/** `CONNECT` never becomes a request either; this is no proxy. */
export function registerConnectRefusal(app: FastifyInstance): void {
  app.server.on('connect', (_request, socket) => writeProblem(socket, 'request/method-not-allowed', { allow: '' }));
}

/** A whole request line with a method that the parser does not have (Node 20: `QUERY`): no broken request, a refused one. */
const METHOD_UNKNOWN_TO_NODE = /^[\w!#$%&'*+.^`|~-]{1,64} (\/\S*) HTTP\/1\.[01]\r\n/;
const LINE_BYTES_AT_MOST = 4_096;

function addressOfUnknownMethod(code: string | undefined, packet: unknown): string | undefined {
  if (code !== 'HPE_INVALID_METHOD' || !Buffer.isBuffer(packet)) return undefined;
  return METHOD_UNKNOWN_TO_NODE.exec(packet.toString('latin1', 0, LINE_BYTES_AT_MOST))?.[1];
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

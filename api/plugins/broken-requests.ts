import { randomBytes } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { REJECTIONS, Rejection, type RejectionCode } from '../../contracts/rejections.ts';
import { PROBLEM_TYPE, problemOf } from './problems.ts';

/** Node's parser gave up before there was a request: the answer is written to the socket by hand, as a problem too. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const code = PARSER_CODES[error.code ?? ''] ?? 'request/malformed';
  const body = JSON.stringify(problemOf(new Rejection(code), randomBytes(16).toString('hex')));
  const { status } = REJECTIONS[code];
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: ${PROBLEM_TYPE}\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

const PARSER_CODES: Readonly<Record<string, RejectionCode>> = {
  HPE_HEADER_OVERFLOW: 'request/header-fields-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request/timeout',
};

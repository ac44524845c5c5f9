import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type Fault, fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { problemOf } from './fault-reply.ts';

/** Answers what Node could not read as a request with a problem, as everything else is answered, and hangs up. */
export function answerClientError({
  error,
  socket,
  requestId,
}: {
  error: Error & { code?: string };
  socket: Socket;
  requestId: string;
}): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const problem = problemOf([faultOf(error.code)], requestId);
  const body = JSON.stringify(problem);
  const lines = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ];
  if (socket.writable) socket.write(lines.join('\r\n'));
  socket.destroy(error);
}

/** By Node's code of the error; https://nodejs.org/api/http.html#event-clienterror */
function faultOf(code: string | undefined): Fault {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return fault('headers-too-large', 'The first line and the headers of the request are too long to be read.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return fault('invalid-request', `The request did not arrive within ${LIMITS.requestTimeoutMs / 1000} seconds.`);
    default:
      return fault('invalid-request', 'What arrived is not a request of HTTP/1.1.');
  }
}

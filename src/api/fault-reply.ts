import type { FastifyReply } from 'fastify';
import { FAULTS, type Fault, fault, remedyOf } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import type { Problem, WireFault } from './schemas.ts';

type Faults = readonly [Fault, ...Fault[]];

/** Answers with RFC 9457 problem details: the first fault as the problem itself, every fault of a field in `errors`. */
export function sendFaults(reply: FastifyReply, faults: Faults): FastifyReply {
  const problem = problemOf(faults, reply.request.id);
  const { retryAfterSeconds } = faults[0];
  if (retryAfterSeconds !== undefined) void reply.header('retry-after', retryAfterSeconds);
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer realm="causeway"');
  return reply
    .code(problem.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .serializer(JSON.stringify)
    .send(problem);
}

export function problemOf(faults: Faults, requestId: string): Problem {
  const [first] = faults;
  const errors = faults.flatMap(({ field, ...rest }) =>
    field === undefined ? [] : [{ field, code: rest.code, detail: rest.detail, remedy: remedyOf(rest) }],
  );
  const { title, status } = FAULTS[first.code];
  return {
    type: `urn:causeway:fault:${first.code}`,
    title,
    status,
    detail: first.detail,
    code: first.code,
    remedy: remedyOf(first),
    requestId,
    ...(first.field === undefined ? {} : { field: first.field }),
    ...(first.aws === undefined ? {} : { aws: first.aws }),
    ...(errors.length === 0 ? {} : { errors }),
  };
}

/** A fault that is part of an answer, such as the reason of a scope's outcome. */
export function wireFault(value: Fault): WireFault {
  const { code, detail, subject, field, aws } = value;
  return {
    code,
    title: FAULTS[code].title,
    detail,
    remedy: remedyOf(value),
    ...(subject === undefined ? {} : { subject }),
    ...(field === undefined ? {} : { field }),
    ...(aws === undefined ? {} : { aws }),
  };
}

/** What Fastify itself refuses, by the codes of its errors; undefined for anything that is not the client's doing. */
export function faultOfHttpError(error: unknown): Fault | undefined {
  if (!(error instanceof Error)) return undefined;
  switch ('statusCode' in error ? error.statusCode : undefined) {
    // The file server throws these for paths that lead out of its directory.
    case 403:
    case 404:
      return fault('not-found', 'There is nothing at this path.');
    case 412:
    case 416:
      return fault('invalid-request', 'The file does not meet the header "Range" or a condition such as "If-Match".');
  }
  switch ('code' in error ? error.code : undefined) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return fault('unsupported-media-type', 'The header "Content-Type" is not "application/json".');
    case 'FST_ERR_ROUTE_MISSING_CONTENT_TYPE':
      return fault('unsupported-media-type', 'The header "Content-Type" is missing.');
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return fault('body-too-large', `The body has more than ${LIMITS.bodyBytesMax} bytes.`);
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return fault('invalid-json', 'The body is not as long as the header "Content-Length" says.');
    case 'FST_ERR_BAD_URL':
      return fault('not-found', 'The path is not a valid URL path.');
    case 'FST_ERR_HANDLER_TIMEOUT':
      return fault('request-timeout', `The request was given up after ${LIMITS.handlerTimeoutMs / 1000} seconds.`);
    default:
      return undefined;
  }
}

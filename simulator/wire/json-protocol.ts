import { decodeJsonInput, encodeJsonOutput } from './json.ts';
import type { Protocol } from './protocol.ts';

/** JSON with the operation in a header. https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
export function jsonProtocol({
  targetPrefix,
  version = '1.1',
  queryErrors = {},
}: {
  targetPrefix: string;
  version?: '1.0' | '1.1';
  /** What an error was called when the service spoke the query protocol, and still is called by its older clients. */
  queryErrors?: Readonly<Record<string, string>>;
}): Protocol {
  const answer = (status: number, value: unknown, requestId: string) => ({
    status,
    headers: { 'content-type': `application/x-amz-json-${version}`, 'x-amzn-requestid': requestId },
    body: JSON.stringify(value),
  });
  return {
    errors: 'json',
    operationOf(request) {
      const [prefix, operation] = (request.headers['x-amz-target'] ?? '').split('.');
      return prefix === targetPrefix ? operation : undefined;
    },
    decode: (operation, request) => decodeJsonInput(operation.input, request.body.toString('utf8')),
    encode: (operation, output, requestId) => answer(200, encodeJsonOutput(operation.output, output), requestId),
    encodeError(error, requestId) {
      const encoded = answer(error.status, { __type: error.code, Message: error.message, ...error.details }, requestId);
      const old = queryErrors[error.code];
      encoded.headers = Object.assign(encoded.headers, {
        'x-amzn-errortype': error.code,
        ...(old === undefined ? {} : { 'x-amzn-query-error': `${old};Sender` }),
      });
      return encoded;
    },
  };
}

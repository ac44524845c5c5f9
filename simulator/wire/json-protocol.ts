import { decodeJsonInput, encodeJsonOutput } from './json.ts';
import type { Protocol } from './protocol.ts';

/** JSON with the operation in a header. https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
export function jsonProtocol({ targetPrefix }: { targetPrefix: string }): Protocol {
  const answer = (status: number, value: unknown, requestId: string) => ({
    status,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': requestId },
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
      encoded.headers = Object.assign(encoded.headers, { 'x-amzn-errortype': error.code });
      return encoded;
    },
  };
}

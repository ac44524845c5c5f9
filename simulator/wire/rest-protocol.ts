import type { StaticOperationSchema } from '@smithy/types';
import { encodeJsonOutput, type Keys } from './json.ts';
import type { Protocol, WireAnswer } from './protocol.ts';
import { decodeRestInput } from './rest-input.ts';
import { restRoutes } from './rest-routes.ts';
import type { Member, OperationShape, Shape, StructShape } from './shape.ts';
import { timestampText } from './timestamp.ts';
import { encodeXmlElement, escapeXml, type XmlStyle } from './xml-output.ts';

const byJsonName: Keys = member => member.jsonName;

/** https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html */
export function restJsonProtocol(
  schemas: readonly StaticOperationSchema[],
  { messageKey = 'message' }: { messageKey?: 'message' | 'Message' } = {},
): Protocol {
  const routes = restRoutes(schemas);
  return {
    errors: 'rest-json',
    operationOf: request => routes.find(request)?.operation,
    decode: (operation, request) =>
      decodeRestInput(operation.input, request, {
        labels: routes.find(request)?.labels ?? new Map(),
        keys: byJsonName,
      }),
    encode(operation, output, requestId) {
      const { payload, body } = bodyOf(operation.output);
      const value = payload ? memberOf(output, payload) : output;
      const shape = payload?.shape ?? body;
      const text =
        shape.kind === 'struct' ? JSON.stringify(encodeJsonOutput(shape, value, byJsonName)) : rawText(value);
      return answer(operation, output, { requestId, type: 'application/json', text });
    },
    encodeError: (error, requestId) => ({
      status: error.status,
      headers: { 'content-type': 'application/json', 'x-amzn-requestid': requestId, 'x-amzn-errortype': error.code },
      body: JSON.stringify({ ...error.details, [messageKey]: error.message }),
    }),
  };
}

/**
 * https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html. Bodies of requests are not read: what is simulated of
 * these services only reads. `s3`: paths begin with the bucket, and errors stand alone.
 */
export function restXmlProtocol(
  schemas: readonly StaticOperationSchema[],
  { xmlNamespace, s3 = false }: { xmlNamespace: string; s3?: boolean },
): Protocol {
  const routes = restRoutes(schemas, { bucketFirst: s3 });
  const style: XmlStyle = { milliseconds: true };
  const idHeader = s3 ? 'x-amz-request-id' : 'x-amzn-requestid';
  return {
    errors: s3 ? 's3' : 'query',
    operationOf: request => routes.find(request)?.operation,
    decode: (operation, request) =>
      decodeRestInput(operation.input, request, { labels: routes.find(request)?.labels ?? new Map(), keys: undefined }),
    encode(operation, output, requestId) {
      const { payload, body } = bodyOf(operation.output);
      const value = payload ? memberOf(output, payload) : output;
      const shape = payload?.shape ?? body;
      const isXml = shape.kind === 'struct' && shape.members.length > 0;
      const name = payload ? payload.xmlName : operation.output.name;
      const text = isXml
        ? `<?xml version="1.0" encoding="UTF-8"?>\n${encodeXmlElement(shape, value, { name, xmlNamespace, style })}`
        : rawText(value);
      return answer(operation, output, { requestId, type: 'application/xml', text, idHeader });
    },
    encodeError(error, requestId) {
      const words = `<Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>`;
      const id = `<RequestId>${requestId}</RequestId>`;
      const sender = error.status < 500 ? 'Sender' : 'Receiver';
      const body = s3
        ? `<Error>${words}${id}</Error>`
        : `<ErrorResponse xmlns="${xmlNamespace}"><Error><Type>${sender}</Type>${words}</Error>${id}</ErrorResponse>`;
      return {
        status: error.status,
        headers: { 'content-type': 'application/xml', [idHeader]: requestId },
        body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
      };
    },
  };
}

/** The member that is the whole body, or the struct of all members that are in it. */
function bodyOf(output: StructShape): { payload: Member | undefined; body: StructShape } {
  const payload = output.members.find(member => member.binding?.in === 'payload');
  return { payload, body: { ...output, members: output.members.filter(member => member.binding === undefined) } };
}

function answer(
  operation: OperationShape,
  output: unknown,
  body: { requestId: string; type: string; text: string; idHeader?: string },
): WireAnswer {
  const headers: Record<string, string> = {
    'content-type': body.type,
    [body.idHeader ?? 'x-amzn-requestid']: body.requestId,
  };
  let status = operation.http?.status ?? 200;
  for (const member of operation.output.members) {
    const value = memberOf(output, member);
    if (value === undefined || value === null) continue;
    if (member.binding?.in === 'status') status = Number(value);
    if (member.binding?.in === 'header') headers[member.binding.name] = headerText(member.shape, value);
    if (member.binding?.in === 'header-prefix') {
      for (const [key, one] of Object.entries(value)) headers[member.binding.name + key] = String(one);
    }
  }
  return { status, headers, body: body.text };
}

function headerText(shape: Shape, value: unknown): string {
  if (shape.kind === 'timestamp') return timestampText(value, shape.format ?? 'http-date', true);
  if (shape.kind === 'list' && Array.isArray(value)) return value.map(one => headerText(shape.item, one)).join(', ');
  return String(value);
}

function rawText(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  return typeof value === 'string' ? value : '';
}

function memberOf(output: unknown, member: Member): unknown {
  return typeof output === 'object' && output !== null ? Reflect.get(output, member.name) : undefined;
}

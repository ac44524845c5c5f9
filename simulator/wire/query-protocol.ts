import { createLru } from '../lru.ts';
import type { AwsError } from '../service.ts';
import { gzipOf, type PackedPart, packedPart, storedPart } from './gzip.ts';
import type { Protocol, WireAnswer, WireRequest } from './protocol.ts';
import { decodeQueryInput } from './query-input.ts';
import { type Layout, RenderedMembers } from './rendered.ts';
import { encodeXmlMembers, escapeXml, keepXmlOf, lineBreak, type XmlStyle } from './xml-output.ts';

/** The query protocol of STS and IAM. https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
export function queryProtocol({ xmlNamespace }: { xmlNamespace: string }): Protocol {
  const style: XmlStyle = { milliseconds: false };
  return {
    errors: 'query',
    operationOf: request => parametersOf(request).get('Action') ?? undefined,
    decode: (operation, request) => decodeQueryInput(operation.input, parametersOf(request), 'query'),
    encode(operation, output, requestId) {
      const { name } = operation;
      // AWS leaves the result element out where the model has no output at all.
      const result =
        operation.output.name === 'Unit'
          ? ''
          : `<${name}Result>${encodeXmlMembers(operation.output, output, style)}</${name}Result>`;
      const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
      return xmlAnswer(
        200,
        `<${name}Response xmlns="${xmlNamespace}">${result}${metadata}</${name}Response>`,
        requestId,
      );
    },
    encodeError(error, requestId) {
      const type = `<Type>${error.status < 500 ? 'Sender' : 'Receiver'}</Type>`;
      const body = `<ErrorResponse xmlns="${xmlNamespace}"><Error>${type}${codeAndMessage(error)}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
      return xmlAnswer(error.status, body, requestId);
    },
  };
}

/** EC2's dialect of it. https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html */
export function ec2Protocol({
  xmlNamespace,
  immutableShapes = [],
}: {
  xmlNamespace: string;
  /** Structs that the service never changes in place, so that their XML is made once. */
  immutableShapes?: readonly string[];
}): Protocol {
  const styles = {
    indented: { milliseconds: true, indented: true, kept: keepXmlOf(immutableShapes) },
    compact: { milliseconds: true, kept: keepXmlOf(immutableShapes) },
  } satisfies Record<Layout, XmlStyle>;
  return {
    errors: 'ec2',
    operationOf: request => parametersOf(request).get('Action') ?? undefined,
    decode: (operation, request) => decodeQueryInput(operation.input, parametersOf(request), 'ec2'),
    encode(operation, output, requestId, layout = 'indented') {
      const style = styles[layout];
      const line = (depth: number) => lineBreak(style, depth);
      const start = `${XML_START}<${operation.name}Response xmlns="${xmlNamespace}">${line(1)}<requestId>${requestId}</requestId>`;
      const end = `${line(0)}</${operation.name}Response>`;
      if (output instanceof RenderedMembers) {
        return {
          ...xmlHead(200, requestId),
          body: around(Buffer.from(start), output.pieces(layout), Buffer.from(end)),
          gzipped: () => gzipOf(around(storedPart(start), output.packed(layout), storedPart(end))),
        };
      }
      const members = encodeXmlMembers(operation.output, output, style);
      return {
        ...xmlHead(200, requestId),
        body: start + members + end,
        gzipped:
          members.length > KEPT_MEMBERS_CHARACTERS_MAX
            ? undefined
            : () =>
                gzipOf([
                  storedPart(start),
                  packedMembers.get(members, () => packedPart(Buffer.from(members))),
                  storedPart(end),
                ]),
      };
    },
    encodeError(error, requestId) {
      const body = `<Response><Errors><Error>${codeAndMessage(error)}</Error></Errors><RequestID>${requestId}</RequestID></Response>`;
      return xmlAnswer(error.status, body, requestId);
    },
  };
}

function* around<Piece>(start: Piece, pieces: Iterable<Piece>, end: Piece): Iterable<Piece> {
  yield start;
  yield* pieces;
  yield end;
}

/** Compressed members of the answers that are asked for most, such as all regions: they differ by their request id only. */
const packedMembers = createLru<PackedPart>(256);
const KEPT_MEMBERS_CHARACTERS_MAX = 32 * 1024;

/** Parameters of the query string and of a form body; where a name stands twice, the body's wins. */
export function parametersOf(request: WireRequest): URLSearchParams {
  const known = parsed.get(request);
  if (known) return known;
  const parameters = new URLSearchParams(request.body.toString('utf8'));
  for (const [key, value] of new URLSearchParams(request.query)) if (!parameters.has(key)) parameters.set(key, value);
  parsed.set(request, parameters);
  return parameters;
}

/** A request's parameters are asked for its service, its operation and its input; they are parsed once. */
const parsed = new WeakMap<WireRequest, URLSearchParams>();

function codeAndMessage(error: AwsError): string {
  return `<Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>`;
}

function xmlAnswer(status: number, document: string, requestId: string): WireAnswer {
  return { ...xmlHead(status, requestId), body: XML_START + document };
}

function xmlHead(status: number, requestId: string): Pick<WireAnswer, 'status' | 'headers'> {
  return { status, headers: { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': requestId } };
}

const XML_START = '<?xml version="1.0" encoding="UTF-8"?>\n';

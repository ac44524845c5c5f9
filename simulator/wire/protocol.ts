import type { AwsError } from '../service.ts';
import type { Layout } from './rendered.ts';
import type { OperationShape } from './shape.ts';

/** One HTTP request with its body read to the end. Header names are in lower case. */
export interface WireRequest {
  method: string;
  /** Path without the query, as it was sent. */
  path: string;
  /** Query without the question mark, as it was sent. */
  query: string;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
}

export interface WireAnswer {
  status: number;
  headers: Record<string, string>;
  /** Text, or the pieces of a document that is made while it is sent. */
  body: string | Iterable<Uint8Array>;
  /** The body compressed by gzip, for protocols that can do it cheaper than by compressing the whole body. */
  gzipped?: (() => Iterable<Uint8Array>) | undefined;
}

/** One of AWS's wire protocols, bound to a service. A new protocol is a new file with this interface. */
export interface Protocol {
  /** The operation that a request names, or undefined if it names none. */
  operationOf(request: WireRequest): string | undefined;
  decode(operation: OperationShape, request: WireRequest): Record<string, unknown>;
  /** Only EC2's answers have a layout; it is `indented` unless said otherwise. */
  encode(operation: OperationShape, output: unknown, requestId: string, layout?: Layout): WireAnswer;
  encodeError(error: AwsError, requestId: string): WireAnswer;
  /** How the services of this protocol word what can go wrong before their own code runs. */
  errors: 'query' | 'ec2' | 'json' | 'rest-json' | 's3';
}

import { hash, timingSafeEqual } from 'node:crypto';
import type { WireRequest } from './protocol.ts';

/** The signature of a request, from its Authorization header or, where it was presigned, from its query. */
export interface Signature {
  accessKeyId: string;
  scope: { date: string; region: string; service: string };
  signedHeaders: string[];
  signature: string;
  /** When it was signed, as YYYYMMDDTHHMMSSZ. */
  signedAt: string;
  sessionToken: string | undefined;
  /** For a presigned request: how long it is good for. */
  expiresSeconds: number | undefined;
}

export type SignatureReading =
  | { kind: 'signature'; signature: Signature }
  | { kind: 'unsigned' }
  /** There is a signature, but not in the form AWS asks for; `message` is in AWS's words. */
  | { kind: 'incomplete'; message: string };

const ALGORITHM = 'AWS4-HMAC-SHA256';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
export function readSignature(request: WireRequest): SignatureReading {
  const header = request.headers.authorization;
  if (header !== undefined) return readHeader(header, request);
  const query = new URLSearchParams(request.query);
  if (query.has('X-Amz-Signature')) return readPresigned(query);
  return { kind: 'unsigned' };
}

/** Whether the signature is the one that `secret` makes of this request; the time and the scope are checked elsewhere. */
export function signatureIsRight(request: WireRequest, signature: Signature, secret: string): boolean {
  const canonical = sha256(canonicalRequest(request, signature));
  const { date, region, service } = signature.scope;
  const toSign = `${ALGORITHM}\n${signature.signedAt}\n${date}/${region}/${service}/aws4_request\n${canonical}`;
  const expected = hmac(signingKey(signature, secret), toSign).toString('hex');
  // Hex of a fixed length; a signature of another length cannot be right and would make timingSafeEqual throw.
  return (
    signature.signature.length === expected.length &&
    timingSafeEqual(Buffer.from(signature.signature), Buffer.from(expected))
  );
}

/** Milliseconds since the epoch of a time such as 20260131T235959Z; NaN for anything else. */
export function signingTimeMs(signedAt: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(signedAt);
  if (!parts) return Number.NaN;
  const [, year, month, day, hour, minute, second] = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function readHeader(header: string, request: WireRequest): SignatureReading {
  if (!header.startsWith(`${ALGORITHM} `)) {
    return { kind: 'incomplete', message: `Unsupported AWS 'algorithm': '${header.split(' ')[0]}'.` };
  }
  const parts = new Map(
    header
      .slice(ALGORITHM.length)
      .split(',')
      .map(part => part.trim())
      .map(part => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]),
  );
  const missing = ['Credential', 'Signature', 'SignedHeaders'].filter(name => !parts.get(name));
  const signedAt = request.headers['x-amz-date'] ?? request.headers.date;
  if (missing.length > 0 || signedAt === undefined) {
    const said = missing.map(name => `Authorization header requires '${name}' parameter.`);
    if (signedAt === undefined)
      said.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
    return { kind: 'incomplete', message: `${said.join(' ')} Authorization=${ALGORITHM}` };
  }
  return assemble({
    credential: parts.get('Credential') ?? '',
    signedHeaders: parts.get('SignedHeaders') ?? '',
    signature: parts.get('Signature') ?? '',
    signedAt,
    sessionToken: request.headers['x-amz-security-token'],
    expiresSeconds: undefined,
  });
}

function readPresigned(query: URLSearchParams): SignatureReading {
  const required = ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Expires', 'X-Amz-SignedHeaders'];
  const missing = required.filter(name => !query.get(name));
  if (missing.length > 0) {
    return {
      kind: 'incomplete',
      message: missing.map(name => `AWS query-string parameters must include '${name}'.`).join(' '),
    };
  }
  return assemble({
    credential: query.get('X-Amz-Credential') ?? '',
    signedHeaders: query.get('X-Amz-SignedHeaders') ?? '',
    signature: query.get('X-Amz-Signature') ?? '',
    signedAt: query.get('X-Amz-Date') ?? '',
    sessionToken: query.get('X-Amz-Security-Token') ?? undefined,
    expiresSeconds: Number(query.get('X-Amz-Expires')),
  });
}

function assemble(parts: {
  credential: string;
  signedHeaders: string;
  signature: string;
  signedAt: string;
  sessionToken: string | undefined;
  expiresSeconds: number | undefined;
}): SignatureReading {
  const [accessKeyId, date, region, service, terminator, ...rest] = parts.credential.split('/');
  if (!accessKeyId || !date || !region || !service || terminator !== 'aws4_request' || rest.length > 0) {
    return {
      kind: 'incomplete',
      message: `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${parts.credential}'`,
    };
  }
  const { signature, signedAt, sessionToken, expiresSeconds } = parts;
  const signedHeaders = parts.signedHeaders.split(';');
  return {
    kind: 'signature',
    signature: {
      accessKeyId,
      scope: { date, region, service },
      signedHeaders,
      signature,
      signedAt,
      sessionToken,
      expiresSeconds,
    },
  };
}

function canonicalRequest(request: WireRequest, signature: Signature): string {
  const headers = signature.signedHeaders
    .map(name => `${name}:${(request.headers[name] ?? '').trim().replaceAll(/\s+/g, ' ')}\n`)
    .join('');
  return [
    request.method,
    signature.scope.service === 's3' ? request.path : canonicalPath(request.path),
    canonicalQuery(request.query),
    headers,
    signature.signedHeaders.join(';'),
    // Always the hash of what arrived, never the header that claims it: a body changed on the way must not pass.
    sha256(request.body),
  ].join('\n');
}

/** Every service but S3 encodes the path, which is encoded already, once more. */
function canonicalPath(path: string): string {
  return path.split('/').map(encode).join('/') || '/';
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  return query
    .split('&')
    .map(part => {
      const [name = '', ...value] = part.split('=');
      return [encode(decode(name)), encode(decode(value.join('=')))] as const;
    })
    .filter(([name]) => name !== 'X-Amz-Signature')
    .toSorted(([a, av], [b, bv]) => (a < b ? -1 : a > b ? 1 : av < bv ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return text;
  }
}

/** RFC 3986: encodeURIComponent leaves out four characters that AWS encodes. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/**
 * Signing keys change once a day per key, region and service, so they are kept, and so are what those of a key have in common.
 * The secret is part of the entry, so that a key id whose secret was replaced does not keep its old key.
 */
const signingKeys = new Map<string, KeptKey>();
const dateKeys = new Map<string, KeptKey>();
const SIGNING_KEYS_MAX = 20_000;

interface KeptKey {
  readonly secret: string;
  readonly key: Buffer;
}

function signingKey({ accessKeyId, scope: { date, region, service } }: Signature, secret: string): Buffer {
  return keptIn(signingKeys, { name: `${accessKeyId}/${date}/${region}/${service}`, secret }, () => {
    const dateKey = keptIn(dateKeys, { name: `${accessKeyId}/${date}`, secret }, () =>
      hmac(Buffer.from(`AWS4${secret}`), date),
    );
    return [region, service, 'aws4_request'].reduce(hmac, dateKey);
  });
}

function keptIn(
  keys: Map<string, KeptKey>,
  { name, secret }: { name: string; secret: string },
  derive: () => Buffer,
): Buffer {
  const known = keys.get(name);
  if (known?.secret === secret) return known.key;
  const key = derive();
  if (keys.size >= SIGNING_KEYS_MAX) keys.clear();
  keys.set(name, { secret, key });
  return key;
}

/**
 * HMAC-SHA-256 (RFC 2104) of a key that is not longer than a block, by two hashes in one go each: Node makes an object of
 * every key of an Hmac, and with four of them for a new signing key that took a quarter of a small call.
 */
function hmac(key: Uint8Array, text: string): Buffer {
  const inner = Buffer.alloc(BLOCK_BYTES, 0x36);
  const outer = Buffer.alloc(BLOCK_BYTES, 0x5c);
  for (let place = 0; place < key.length; place += 1) {
    const byte = key[place] ?? 0;
    inner[place] = byte ^ 0x36;
    outer[place] = byte ^ 0x5c;
  }
  const first = hash('sha256', Buffer.concat([inner, Buffer.from(text)]), 'buffer');
  return hash('sha256', Buffer.concat([outer, first]), 'buffer');
}

const BLOCK_BYTES = 64;

function sha256(content: string | Buffer): string {
  return hash('sha256', content);
}

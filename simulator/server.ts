import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createGzip, gzip } from 'node:zlib';
import { type Clock, systemClock } from '../src/domain/clock.ts';
import { type AwsContext, answerAws } from './answer.ts';
import type { CallLog } from './call-log.ts';
import type { HandleControl } from './control.ts';
import type { DecideFault } from './faults.ts';
import { GZIP_LEVEL } from './wire/gzip.ts';
import type { WireAnswer, WireRequest } from './wire/protocol.ts';
import type { Layout } from './wire/rendered.ts';
import type { World } from './world/world.ts';

export interface SimulatedAwsOptions {
  world: World;
  clock?: Clock;
  /** Default 127.0.0.1: simulated AWS is for this machine. */
  host?: string;
  /** Default 0: any free port. */
  port?: number;
  decideFault?: DecideFault;
  callLog?: CallLog;
  /** Of EC2's answers; default `indented`, as AWS's are. */
  layout?: Layout;
  /** Every request is on its way so long, as if AWS were far away; default 0. */
  latencyMs?: number;
  /** Serves everything below /_control/; without it those paths do not exist. */
  handleControl?: HandleControl;
  /** Told of failures of the simulator itself; by default they are written to standard error. */
  onBug?: (error: unknown) => void;
}

export interface SimulatedAws {
  /** For AWS_ENDPOINT_URL: one address for every service and region. */
  url: string;
  world: World;
  clock: Clock;
  /** What was sent so far, of bodies. */
  sent: { bytes: number };
  /** Ends every connection, also those that a fault script left hanging. */
  close(): Promise<void>;
}

/**
 * Starts simulated AWS: one HTTP server for every service, region and account. Which of them a request means is read from
 * the scope of its signature, so that every AWS SDK and the AWS CLI work with AWS_ENDPOINT_URL alone.
 */
export async function startSimulatedAws(options: SimulatedAwsOptions): Promise<SimulatedAws> {
  const { world, clock = systemClock, host = '127.0.0.1', port = 0, latencyMs = 0 } = options;
  const closing = new AbortController();
  const sent = { bytes: 0 };
  const context: Handling = { ...options, clock, latencyMs, onBug: options.onBug ?? printBug, sent };
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    handle(request, response, context).catch(error => {
      // A client that has gone is no failure of ours.
      if (!response.destroyed && !closing.signal.aborted) context.onBug(error);
      response.destroy();
    });
  });
  const address = await new Promise<AddressInfo | string | null>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server.address()));
  });
  if (address === null || typeof address === 'string') throw new Error('simulated AWS has no TCP address');
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    world,
    clock,
    sent,
    close: () =>
      new Promise((resolve, reject) => {
        closing.abort();
        server.close(error => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

type Handling = AwsContext &
  Pick<SimulatedAwsOptions, 'handleControl'> & { latencyMs: number; sent: SimulatedAws['sent'] };

/** The largest request that any of the services takes is a policy document of 6,144 characters, percent-encoded. */
const BODY_BYTES_MAX = 1024 * 1024;

async function handle(request: IncomingMessage, response: ServerResponse, context: Handling): Promise<void> {
  const { path, query } = splitTarget(request.url ?? '/');
  const body = await readBody(request);
  if (!body) {
    await send(response, context, { status: 413, headers: { connection: 'close' }, body: '' });
    return;
  }
  if (path.startsWith('/_control/')) {
    await control({ request, response, context, path, query, body });
    return;
  }
  const wire: WireRequest = { method: request.method ?? 'GET', path, query, headers: headersOf(request), body };
  // Before anything is worked out, which would lie in memory for so long.
  if (context.latencyMs > 0) await pause(context.latencyMs);
  const { delayMs, outcome, compresses } = await answerAws(wire, sourceIp(request), context);
  if (delayMs > 0) await pause(delayMs);
  switch (outcome.kind) {
    case 'answer':
      await send(response, context, { ...outcome.answer, gzip: compresses === true && takesGzip(wire) });
      break;
    case 'drop':
      request.socket.destroy();
      break;
    case 'hang':
      // Nothing is sent: the connection ends when the client gives up or the server closes.
      break;
  }
}

/** Not ended by the closing of the server, which ends its connection: to listen for that costs more than all of a call. */
async function pause(ms: number): Promise<void> {
  await sleep(ms, undefined, { ref: false });
}

async function send(
  response: ServerResponse,
  { clock, sent }: Handling,
  { status, headers, body, gzipped, gzip = false }: WireAnswer & { gzip?: boolean },
): Promise<void> {
  // The simulation's own date: clients correct their clocks by it, as they do with AWS.
  response.sendDate = false;
  const date = clock.now().toUTCString();
  const isPacked = gzip && (typeof body !== 'string' || Buffer.byteLength(body) >= GZIP_BYTES_MIN);
  const head = { ...headers, ...(isPacked ? GZIP : {}), date };
  if (typeof body === 'string') {
    const content = isPacked ? await packed(body, gzipped) : body;
    const bytes = Buffer.byteLength(content);
    response.writeHead(status, { ...head, 'content-length': bytes });
    response.end(content);
    sent.bytes += bytes;
    return;
  }
  // In chunks, as EC2 sends long answers, and no faster than the client reads: what is made but not read yet takes memory.
  response.writeHead(status, head);
  const count = (piece: Uint8Array) => {
    sent.bytes += piece.length;
  };
  if (isPacked && !gzipped) {
    const packer = createGzip({ level: GZIP_LEVEL }).on('data', count);
    await Promise.all([pipeline(packer, response), writeAll(packer, body)]);
    return;
  }
  await writeAll(response, isPacked && gzipped ? gzipped() : body, count);
}

async function packed(body: string, gzipped: WireAnswer['gzipped']): Promise<Uint8Array> {
  // A piece is only good until the next one is made.
  if (gzipped) return Buffer.concat(Array.from(gzipped(), piece => Buffer.from(piece)));
  return await gzipOnAnotherThread(body, { level: GZIP_LEVEL });
}

/** A piece is written when the one before is out of the way, since it may be made in the same place. */
async function writeAll(
  stream: Writable,
  pieces: Iterable<Uint8Array>,
  count: (piece: Uint8Array) => void = () => {},
): Promise<void> {
  for (const piece of pieces) {
    count(piece);
    await new Promise<void>((resolve, reject) => {
      stream.write(piece, error => (error ? reject(error) : resolve()));
    });
  }
  stream.end();
}

const gzipOnAnotherThread = promisify(gzip);
const GZIP = { 'content-encoding': 'gzip' };

/** AWS does not say from which size on it compresses; what fits a packet gains nothing. */
const GZIP_BYTES_MIN = 1_024;

/** Control is for this machine's programs: not for other hosts, and not for web pages that a browser here has open. */
async function control({
  request,
  response,
  context,
  path,
  query,
  body,
}: {
  request: IncomingMessage;
  response: ServerResponse;
  context: Handling;
  path: string;
  query: string;
  body: Buffer;
}): Promise<void> {
  const answer = (status: number, value: unknown) =>
    send(response, context, {
      status,
      headers: { 'content-type': 'application/json' },
      body: value === undefined ? '' : JSON.stringify(value),
    });
  if (!context.handleControl) return answer(404, { message: 'this server has no control API' });
  if (!isLoopback(request) || request.headers.origin !== undefined) {
    return answer(403, { message: 'the control API is for programs on this machine' });
  }
  const asked = {
    method: request.method ?? 'GET',
    path,
    query: new URLSearchParams(query),
    body: body.toString('utf8'),
  };
  const { status, body: value } = await context.handleControl(asked);
  await answer(status, value);
}

function takesGzip({ headers }: WireRequest): boolean {
  return /\bgzip\b/.test(headers['accept-encoding'] ?? '');
}

function isLoopback(request: IncomingMessage): boolean {
  const ip = sourceIp(request);
  return ip === '::1' || ip.startsWith('127.');
}

function sourceIp(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
}

function splitTarget(target: string): { path: string; query: string } {
  const mark = target.indexOf('?');
  return mark < 0 ? { path: target, query: '' } : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

function headersOf(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value;
  }
  return headers;
}

/** Undefined if the body is too large; the rest of it is not read. */
function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes <= BODY_BYTES_MAX) return;
      // The connection stays, so that a request that is too large gets its answer.
      request.removeAllListeners('data').pause();
      resolve(undefined);
    });
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
    request.on('error', reject);
  });
}

function printBug(error: unknown): void {
  process.stderr.write(`simulated AWS failed: ${error instanceof Error ? error.stack : String(error)}\n`);
}

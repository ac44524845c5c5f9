import { randomUUID } from 'node:crypto';
import type { Clock } from '../src/domain/clock.ts';
import type { CallLog, CallRecord } from './call-log.ts';
import type { DecideFault, FaultOutcome } from './faults.ts';
import { decideForCaller, denialMessage } from './iam/authorise.ts';
import { contextOf } from './iam/context.ts';
import { AwsError, type Call, type Principal, type ServiceName } from './service.ts';
import { SERVICES, type Service, type SimulatedOperation } from './services/registry.ts';
import { authenticate } from './wire/authenticate.ts';
import type { WireAnswer, WireRequest } from './wire/protocol.ts';
import { parametersOf } from './wire/query-protocol.ts';
import { type Refusal, refuse } from './wire/refusals.ts';
import type { Layout } from './wire/rendered.ts';
import { readSignature, type Signature } from './wire/sigv4.ts';
import type { World } from './world/world.ts';

export interface AwsContext {
  world: World;
  clock: Clock;
  /** Absent: no faults. */
  decideFault?: DecideFault;
  callLog?: CallLog;
  /** Of EC2's answers; default `indented`, as AWS's are. */
  layout?: Layout;
  /** A failure of the simulator itself; AWS clients see InternalFailure. */
  onBug(error: unknown): void;
}

/** What the HTTP server does with a request to AWS. */
export interface Answer {
  delayMs: number;
  /** Whether the service compresses its answers for clients that take them so. */
  compresses?: boolean | undefined;
  outcome: { kind: 'answer'; answer: WireAnswer } | { kind: 'hang' } | { kind: 'drop' };
}

/** Answers one request to any of the simulated services. */
export async function answerAws(request: WireRequest, sourceIp: string, context: AwsContext): Promise<Answer> {
  const requestId = randomUUID();
  const addressed = addressee(request);
  if (addressed.kind === 'nobody')
    return { delayMs: 0, outcome: { kind: 'answer', answer: addressed.answer(requestId) } };
  const { service, signature } = addressed;
  const record: CallRecord = {
    at: context.clock.now().toISOString(),
    requestId,
    service: service.name,
    operation: service.protocol.operationOf(request) ?? '',
    region: signature?.scope.region ?? REGION_OF_UNSIGNED_CALLS,
    status: 200,
  };
  let result: Answer;
  try {
    result = await serve({ request, sourceIp, context, service, signature, record });
  } catch (error) {
    if (!(error instanceof AwsError)) context.onBug(error);
    const known = error instanceof AwsError ? error : refuse({ kind: 'bug' }, service.protocol.errors);
    record.error = known.code;
    result = { delayMs: 0, outcome: { kind: 'answer', answer: service.protocol.encodeError(known, requestId) } };
  }
  record.status = result.outcome.kind === 'answer' ? result.outcome.answer.status : 0;
  context.callLog?.record(record);
  result.compresses = COMPRESSING.has(service.name);
  return result;
}

/**
 * Services of which it is known: of EC2, 6 MB of 1,000 instances become 246 KB (https://github.com/aws/aws-sdk-java/pull/256);
 * of DynamoDB, that its large answers are compressed (https://github.com/boto/botocore/issues/1255). A client must take either
 * from all of them.
 */
const COMPRESSING: ReadonlySet<ServiceName> = new Set(['ec2', 'dynamodb'] as const);

type Addressee =
  | { kind: 'service'; service: Service; signature: Signature | undefined }
  | { kind: 'nobody'; answer: (requestId: string) => WireAnswer };

/** The service of the credential scope or, where nothing is signed, of the API version or the JSON target. */
function addressee(request: WireRequest): Addressee {
  const reading = readSignature(request);
  if (reading.kind === 'signature') {
    const { service: name } = reading.signature.scope;
    // Two APIs of load balancers share a name; the version tells them apart.
    const named = SERVICES.filter(one => one.name === name);
    const asked = named.length > 1 ? parametersOf(request).get('Version') : null;
    const service = named.find(one => asked === null || one.version === asked) ?? named[0];
    return service ? { kind: 'service', service, signature: reading.signature } : notSimulated(name);
  }
  const version = parametersOf(request).get('Version');
  const target = request.headers['x-amz-target'] !== undefined;
  const service = SERVICES.find(one => (target ? one.protocol.operationOf(request) : one.version === version));
  if (
    service &&
    reading.kind === 'unsigned' &&
    service.unsigned.includes(service.protocol.operationOf(request) ?? '')
  ) {
    return { kind: 'service', service, signature: undefined };
  }
  const refusal: Refusal =
    reading.kind === 'unsigned' ? { kind: 'unsigned' } : { kind: 'incomplete-signature', message: reading.message };
  const { protocol } = service ?? SERVICES[0]!; // the registry is never empty
  return { kind: 'nobody', answer: requestId => protocol.encodeError(refuse(refusal, protocol.errors), requestId) };
}

function notSimulated(name: string): Addressee {
  const { protocol } = SERVICES[0]!; // the registry is never empty
  const message = `Simulated AWS does not have the service ${name}; it has ${SERVICES.map(one => one.name).join(', ')}.`;
  const error = new AwsError({ code: 'ServiceNotSimulated', status: 400, message });
  return { kind: 'nobody', answer: requestId => protocol.encodeError(error, requestId) };
}

async function serve(it: {
  request: WireRequest;
  sourceIp: string;
  context: AwsContext;
  service: Service;
  /** Absent for an operation that is called without. */
  signature: Signature | undefined;
  /** Filled in on the way. */
  record: CallRecord;
}): Promise<Answer> {
  const { request, context, service, record } = it;
  const { protocol } = service;
  const caller = authenticated(it);
  if (caller.kind !== 'anonymous') {
    record.accountId = caller.accountId;
    record.callerArn = caller.arn;
  }
  const operation = operationNamed(service, record.operation, request);
  const input = protocol.decode(operation.shape, request);
  const call: Call<Record<string, unknown>> = {
    service: service.name,
    operation: record.operation,
    region: record.region,
    requestId: record.requestId,
    caller,
    sourceIp: it.sourceIp,
    input,
    world: context.world,
    clock: context.clock,
  };
  if (typeof call.input.RoleArn === 'string') record.resource = call.input.RoleArn;
  const { delayMs, outcome } = faultOf(call, record.resource, context.decideFault);
  if (outcome.kind === 'hang' || outcome.kind === 'drop') return { delayMs, outcome };
  if (outcome.kind === 'error') {
    record.error = outcome.code;
    return {
      delayMs,
      outcome: { kind: 'answer', answer: protocol.encodeError(new AwsError(outcome), record.requestId) },
    };
  }
  if (outcome.kind === 'empty-page') call.emptyPage = true;
  if (outcome.kind === 'repeat-token') call.repeatToken = true;
  authorise(service, call);
  checkRequired(service, operation, input);
  const output = await operation.run(call);
  const answer = protocol.encode(operation.shape, output, record.requestId, context.layout);
  if (outcome.kind === 'drop-answer') return { delayMs, outcome: { kind: 'drop' } };
  if (outcome.kind === 'truncate') {
    answer.body = cutOff(answer.body);
    delete answer.gzipped;
  }
  return { delayMs, outcome: { kind: 'answer', answer } };
}

function authenticated({ request, context, service, signature, record }: Parameters<typeof serve>[0]): Principal {
  if (!signature) return ANONYMOUS;
  const dialect = service.protocol.errors;
  const { world, clock } = context;
  const authentication = authenticate({ request, signature, service: service.name, dialect, world, clock });
  if (authentication.kind === 'refused') throw refuse(authentication.refusal, dialect);
  const { principal, key } = authentication.credential;
  // For GetAccessKeyLastUsed.
  if (key) key.lastUsed = { at: record.at, service: service.name, region: record.region };
  return principal;
}

const ANONYMOUS: Principal = {
  kind: 'anonymous',
  partition: 'aws',
  accountId: '',
  arn: 'anonymous',
  userId: '',
  accessKeyId: '',
};

/** The host name says it to AWS; simulated AWS has one address for all regions. */
const REGION_OF_UNSIGNED_CALLS = 'us-east-1';

function operationNamed(service: Service, name: string, request: WireRequest): SimulatedOperation {
  const operation = service.operations.get(name);
  if (operation) return operation;
  const refusal: Refusal = service.has(name)
    ? { kind: 'not-simulated', operation: name }
    : { kind: 'unknown-operation', operation: name, version: parametersOf(request).get('Version') ?? undefined };
  throw refuse(refusal, service.protocol.errors);
}

/** Members that ask for a part of a listing instead of all of it. */
const PAGING_MEMBERS = ['MaxResults', 'NextToken', 'MaxItems', 'Marker', 'Filters'];

function faultOf(
  call: Call<Record<string, unknown>>,
  resource: string | undefined,
  decideFault: DecideFault | undefined,
): { delayMs: number; outcome: FaultOutcome } {
  const { service, operation, region, caller, input } = call;
  if (!decideFault) return { delayMs: 0, outcome: { kind: 'pass' } };
  return decideFault({
    service,
    operation,
    region,
    accountId: caller.accountId,
    callerArn: caller.arn,
    paged: PAGING_MEMBERS.some(name => input[name] !== undefined),
    ...(resource === undefined ? {} : { resource }),
  });
}

function authorise(service: Service, call: Call<unknown>): void {
  const resource = service.resourceOf(call);
  if (resource === undefined) return;
  const action = `${service.name}:${service.actions[call.operation] ?? call.operation}`;
  const asked = { action, resource };
  const decision = decideForCaller(call.world, call.caller, { ...asked, context: contextOf(call) });
  if (decision.allowed) return;
  const message = denialMessage(call.caller, asked, decision);
  throw refuse({ kind: 'not-authorised', message }, service.protocol.errors);
}

function checkRequired(service: Service, { shape }: SimulatedOperation, input: Record<string, unknown>): void {
  const missing = shape.input.members.filter(member => member.required && input[member.name] === undefined);
  if (missing.length === 0) return;
  throw refuse({ kind: 'missing-members', names: missing.map(member => member.name) }, service.protocol.errors);
}

/** In the middle, so that some items are whole and one is not. */
function cutOff(body: WireAnswer['body']): string {
  const text = typeof body === 'string' ? body : Buffer.concat([...copies(body)]).toString();
  return text.slice(0, Math.ceil(text.length / 2));
}

/** A piece is only good until the next one is made. */
function* copies(pieces: Iterable<Uint8Array>): Iterable<Uint8Array> {
  for (const piece of pieces) yield Buffer.from(piece);
}

import { type AwsAnswer, type Fault, type FaultCode, fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';

/** Which call failed; service and operation as the SDK names them, in lower case the first (`sts`, `AssumeRole`). */
export interface CallNames {
  readonly service: string;
  readonly operation: string;
  /** The IAM action that allows it, where it is not named as service and operation. */
  readonly action?: string;
  /** What the call was about, such as a role ARN or a region; becomes the fault's subject. */
  readonly subject?: string;
  /** What it was signed with: a hub's own credentials, or a session of the member account. */
  readonly signedBy: 'hub' | 'session';
}

/** A fault that has to travel through the SDK as an exception, as when a session cannot be renewed in the middle of a run. */
export class FaultError extends Error {
  readonly fault: Fault;
  constructor(fault: Fault) {
    super(fault.detail);
    this.fault = fault;
  }
}

/**
 * The only reader of AWS's error names. Gives the fault for whatever the SDK threw: an error of AWS, of the network or of
 * the reading of an answer. It never guesses: what AWS leaves open stays open in the fault's words. Anything else is a
 * bug of ours and is thrown on.
 */
export function translate(error: unknown, call: CallNames & { timeoutMs?: number }): Fault {
  if (error instanceof FaultError) return error.fault;
  if (!(error instanceof Error)) throw error;
  const subject = call.subject === undefined ? {} : { subject: call.subject };
  const unanswered = networkFault(error, call);
  if (unanswered) return { ...unanswered, ...subject };
  const answer = answerOf(error, call);
  if (!answer) throw error;
  const row = ROWS.find(candidate => fits(candidate, { answer, call }));
  const code = row?.code ?? codeOfStatus(answer.status);
  const detail = (row?.detail ?? defaultDetail)({ answer, call });
  const denied = DENIALS.includes(answer.name) ? { action: actionOf({ answer, call }) } : {};
  return fault(code, detail, { ...subject, aws: { ...answer, ...denied } });
}

interface Case {
  readonly answer: AwsAnswer;
  readonly call: CallNames;
}

interface Row {
  readonly names: readonly string[];
  /** Only for this operation. */
  readonly operation?: string;
  readonly signedBy?: CallNames['signedBy'];
  /** Only when AWS's message says so. */
  readonly message?: RegExp;
  readonly code: FaultCode;
  readonly detail?: (it: Case) => string;
}

const DENIALS = [
  'AccessDenied',
  'AccessDeniedException',
  'UnauthorizedOperation',
  'Client.UnauthorizedOperation',
  'AuthorizationError',
  'AuthorizationErrorException',
  'NotAuthorizedException',
  'UnauthorizedException',
  'ForbiddenException',
];
const SIGNATURES = ['SignatureDoesNotMatch', 'InvalidSignatureException', 'InvalidSignature'];
const UNKNOWN_CREDENTIALS = [
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'AuthFailure',
  'InvalidAccessKeyId',
  'InvalidToken',
];

/** The resource is there and has no such setting: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const NOT_CONFIGURED = [
  'NoSuchBucketPolicy',
  'NoSuchPublicAccessBlockConfiguration',
  'NoSuchTagSet',
  'ServerSideEncryptionConfigurationNotFoundError',
];
/** The resource itself is not there. Each service has its own names; SageMaker has none and says it in words (below). */
const NOT_FOUND = [
  'AWS.SimpleQueueService.NonExistentQueue',
  'ClusterNotFoundException',
  'DBInstanceNotFound',
  'FileSystemNotFound',
  'LoadBalancerNotFound',
  'LoadBalancerNotFoundException',
  'NoSuchBucket',
  'NoSuchDistribution',
  'NoSuchEntity',
  'NoSuchEntityException',
  'NoSuchResource',
  'NotFound',
  'NotFoundException',
  'QueueDoesNotExist',
  'ResourceNotFound',
  'ResourceNotFoundException',
];

/**
 * First row that fits wins. Names: https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html,
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html and the services' own lists. The words of
 * denials: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
const ROWS: readonly Row[] = [
  // — a token instead of a signature —
  {
    names: [...DENIALS, 'InvalidIdentityToken', 'IDPRejectedClaim', 'ExpiredTokenException'],
    operation: 'AssumeRoleWithWebIdentity',
    code: 'web-identity-refused',
    detail: ({ answer, call }) => `AWS did not give a session of ${call.subject}: ${answer.message ?? answer.name}.`,
  },

  // — time —
  {
    names: ['RequestTimeTooSkewed', 'RequestInTheFuture'],
    code: 'clock-skew',
    detail: ({ answer }) => `AWS answered ${answer.name} to a request signed with this machine's time.`,
  },
  {
    names: SIGNATURES,
    message: /signature (expired|not yet current)|is now earlier than|is now later than/i,
    code: 'clock-skew',
    detail: ({ answer }) => `AWS answered ${answer.name}: the time of the signature is too far from its own.`,
  },
  // With a session's credentials AWS gives this name for an expired session too, so it is not called a wrong clock.
  { names: ['RequestExpired'], signedBy: 'session', code: 'expired-credentials' },
  { names: ['RequestExpired'], code: 'clock-skew' },
  { names: ['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired'], code: 'expired-credentials' },

  // — who is calling —
  {
    names: SIGNATURES,
    message: /does not match the signature you provided/i,
    code: 'wrong-secret-key',
    detail: ({ answer }) => `AWS answered ${answer.name}: it computed another signature.`,
  },
  // A session that AWS gave a moment ago and that one region does not know: the region is not enabled for the account, or
  // the role is gone. AWS does not say which.
  { names: UNKNOWN_CREDENTIALS, signedBy: 'session', code: 'session-not-accepted' },
  { names: UNKNOWN_CREDENTIALS, code: 'unknown-access-key' },
  {
    names: ['MissingAuthenticationToken', 'CredentialsProviderError', 'ProviderError', 'TokenProviderError'],
    code: 'no-hub-credentials',
  },

  // — may it —
  { names: ['RegionDisabledException'], code: 'sts-region-disabled' },
  {
    names: ['OptInRequired', 'NotSignedUp', 'SubscriptionRequiredException', 'PendingVerification'],
    code: 'not-subscribed',
  },
  {
    names: DENIALS,
    operation: 'AssumeRole',
    message: /explicit deny in (a|an) (service control|identity-based|permissions boundary|session|VPC endpoint)/i,
    code: 'hub-denied-assume-role',
    detail: ({ answer }) => `AWS names the reason: ${reasonOf(answer)}.`,
  },
  {
    names: DENIALS,
    operation: 'AssumeRole',
    message:
      /because no (identity-based policy|permissions boundary|session policy|service control policy|VPC endpoint policy) allows/i,
    code: 'hub-denied-assume-role',
    detail: ({ answer }) => `AWS names the reason: ${reasonOf(answer)}.`,
  },
  { names: DENIALS, operation: 'AssumeRole', message: /may not be assumed by root/i, code: 'root-key' },
  {
    names: DENIALS,
    operation: 'AssumeRole',
    code: 'role-not-assumable',
    detail: ({ call }) => `AWS refused to let the hub assume ${call.subject ?? 'the role'}.`,
  },
  {
    names: DENIALS,
    message: /explicit deny in (a|an) (service|resource) control policy|because no (service|resource) control policy/i,
    code: 'denied-by-scp',
    detail: it => `${actionOf(it)} is denied: ${reasonOf(it.answer)}.`,
  },
  {
    names: DENIALS,
    signedBy: 'hub',
    code: 'hub-access-denied',
    detail: it => `${actionOf(it)} is not allowed for the hub’s identity.`,
  },
  { names: DENIALS, code: 'access-denied', detail: it => `${actionOf(it)} is not allowed for this role.` },

  // — for how long —
  {
    names: ['ValidationError'],
    operation: 'AssumeRole',
    message: /1 hour session limit for roles assumed by role chaining/i,
    code: 'role-chaining-hour',
  },
  {
    names: ['ValidationError'],
    operation: 'AssumeRole',
    message: /exceeds the MaxSessionDuration set for this role/i,
    code: 'session-longer-than-role',
  },

  // — is it there —
  { names: NOT_CONFIGURED, code: 'aws-not-configured' },
  { names: NOT_FOUND, code: 'aws-not-found' },
  { names: ['ValidationException'], message: /\bRecordNotFound\b|does not exist/i, code: 'aws-not-found' },

  // — not now —
  {
    names: [
      'Throttling',
      'ThrottlingException',
      'ThrottledException',
      'RequestThrottled',
      'RequestThrottledException',
      'RequestLimitExceeded',
      'EC2ThrottledException',
      'TooManyRequestsException',
      'TooManyRequests',
      'ProvisionedThroughputExceededException',
      'BandwidthLimitExceeded',
      'PriorRequestNotComplete',
      'SlowDown',
    ],
    code: 'aws-throttled',
  },
  {
    names: [
      'InternalError',
      'InternalFailure',
      'InternalServerError',
      'InternalServiceError',
      'InternalServerException',
      'ServiceUnavailable',
      'ServiceUnavailableException',
      'ServiceFailure',
      'ServiceFailureException',
      'ServiceException',
      'Unavailable',
      'IDPCommunicationError',
    ],
    code: 'aws-error',
  },
  { names: ['RequestTimeout', 'RequestTimeoutException'], code: 'aws-timeout' },
];

function fits(row: Row, { answer, call }: Case): boolean {
  return (
    row.names.includes(answer.name) &&
    (row.operation === undefined || row.operation === call.operation) &&
    (row.signedBy === undefined || row.signedBy === call.signedBy) &&
    (row.message === undefined || row.message.test(answer.message ?? ''))
  );
}

/** For a name that no row has: what HTTP alone says. */
function codeOfStatus(status: number | undefined): FaultCode {
  if (status === 429) return 'aws-throttled';
  return status !== undefined && status >= 500 ? 'aws-error' : 'aws-rejected';
}

function defaultDetail({ answer, call }: Case): string {
  const words = answer.message ? `: ${answer.message}` : '.';
  return `${callInWords(call)} was answered with ${answer.name}${words}`;
}

/** What AWS answered, without what its messages may repeat of a request: canonical strings, long key ids, encoded blobs. */
function answerOf(error: Error, call: CallNames): AwsAnswer | undefined {
  const metadata: unknown = Reflect.get(error, '$metadata');
  const isProvider = PROVIDER_ERRORS.has(error.name);
  if (!isRecord(metadata) && !isProvider) return undefined;
  const { httpStatusCode: status, requestId } = isRecord(metadata) ? metadata : {};
  const message = plainMessage(error.message);
  return {
    service: call.service,
    operation: call.operation,
    name: error.name,
    ...(message === '' ? {} : { message }),
    ...(typeof status === 'number' ? { status } : {}),
    ...(typeof requestId === 'string' ? { requestId } : {}),
  };
}

const PROVIDER_ERRORS = new Set(['CredentialsProviderError', 'ProviderError', 'TokenProviderError']);

function plainMessage(message: string): string {
  const plain = message
    .replace(/\s*(Encoded authorization failure message:|The Canonical String for this request).*$/s, '')
    .replace(/\b(AKIA|ASIA|ABIA|ACCA)\w+(\w{4})\b/g, '$1…$2')
    .trim();
  return plain === 'UnknownError' ? '' : plain.slice(0, LIMITS.awsMessageCharsMax);
}

/** The action that AWS names in its words, else the call's own. */
function actionOf({ answer, call }: Case): string {
  return (
    /perform: ([\w-]+:[\w*]+)/.exec(answer.message ?? '')?.[1] ?? call.action ?? `${call.service}:${call.operation}`
  );
}

function reasonOf(answer: AwsAnswer): string {
  return (
    /(?:with an? (explicit deny in .*)|because (no .*))$/is
      .exec(answer.message ?? '')
      ?.slice(1)
      .find(Boolean) ?? ''
  );
}

// — failures before, or instead of, an answer —

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'EPROTO',
]);
/** OpenSSL's and Node's names for a connection whose TLS fails: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const TLS =
  /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_TLS_|ERR_SSL_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)/;
const TIMEOUTS = new Set(['ETIMEDOUT', 'ESOCKETTIMEDOUT', 'TimeoutError', 'AbortError']);

function networkFault(error: Error, call: CallNames & { timeoutMs?: number }): Fault | undefined {
  const codes = codesOf(error);
  const what = callInWords(call);
  if (isCutOff(error)) return fault('incomplete-answer', `The answer to ${what} could not be read to its end.`);
  // Before the time-outs: the SDK names a connection that was reset a TimeoutError, too.
  const code = codes.find(candidate => UNREACHABLE.has(candidate) || TLS.test(candidate));
  if (code !== undefined) {
    const why = TLS.test(code) ? `the TLS connection could not be made (${code})` : `the connection failed (${code})`;
    return fault('aws-unreachable', `${what} was not answered: ${why}.`);
  }
  if (!codes.some(name => TIMEOUTS.has(name))) return undefined;
  const limit = call.timeoutMs === undefined ? 'in time' : `within ${Math.round(call.timeoutMs)} ms`;
  return fault('aws-timeout', `${what} was not answered ${limit}.`);
}

/** The answer began and then ended too soon, or what came is not the document that it should be. */
function isCutOff(error: Error): boolean {
  if (error.message === 'aborted' && Reflect.get(error, 'code') === 'ECONNRESET') return true;
  const isParserError = error instanceof SyntaxError || /Deserialization error|XML|JSON/.test(error.message);
  return isParserError && Reflect.get(error, '$response') !== undefined && !Reflect.has(error, '$fault');
}

/** Names and codes of an error and of what caused it; connecting to a host with several addresses fails with a list. */
function codesOf(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > 3) return [];
  const code: unknown = Reflect.get(error, 'code');
  const nested = [error.cause, ...(error instanceof AggregateError ? error.errors : [])];
  return [
    ...(typeof code === 'string' ? [code] : []),
    error.name,
    ...nested.flatMap(inner => codesOf(inner, depth + 1)),
  ];
}

function callInWords({ service, operation }: CallNames): string {
  return `${service}:${operation}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

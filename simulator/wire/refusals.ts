import { AwsError } from '../service.ts';
import type { Protocol } from './protocol.ts';

/** Why a request is refused before its service sees it. */
export type Refusal =
  | { kind: 'unsigned' }
  | { kind: 'incomplete-signature'; message: string }
  | { kind: 'unknown-key' }
  | { kind: 'wrong-signature' }
  /** Signed for the wrong region or day, or not the headers that must be; `message` in AWS's words. */
  | { kind: 'wrong-scope'; message: string }
  /** Signed too long ago or in the future; `message` in AWS's words. */
  | { kind: 'wrong-time'; message: string }
  | { kind: 'expired-session' }
  | { kind: 'account-blocked' }
  | { kind: 'unknown-operation'; operation: string; version: string | undefined }
  | { kind: 'not-simulated'; operation: string }
  /** Required members of the operation's input that are absent, by their names in the model. */
  | { kind: 'missing-members'; names: readonly string[] }
  | { kind: 'not-authorised'; message: string }
  | { kind: 'bug' };

interface Wording {
  code: string;
  status: number;
  message: string;
}

/**
 * The error that a service of this protocol answers. Sources: common errors of the STS, IAM and Organizations API
 * references (https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html) and EC2's error codes
 * (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html).
 */
export function refuse(refusal: Refusal, protocol: Protocol['errors']): AwsError {
  return new AwsError(wordingOf(refusal, protocol));
}

function wordingOf(refusal: Refusal, protocol: Protocol['errors']): Wording {
  switch (refusal.kind) {
    case 'not-authorised':
      return notAuthorised(refusal.message, protocol);
    case 'unknown-operation':
      return unknownOperation(refusal, protocol);
    case 'not-simulated':
      return {
        code: protocol.endsWith('json')
          ? 'UnknownOperationException'
          : protocol === 's3'
            ? 'NotImplemented'
            : 'InvalidAction',
        status: 400,
        message: `Simulated AWS does not have the operation ${refusal.operation}.`,
      };
    case 'missing-members':
      return missingMembers(refusal.names, protocol);
    case 'bug':
      return {
        code: protocol === 'ec2' ? 'InternalError' : 'InternalFailure',
        status: 500,
        message: 'Simulated AWS failed; see its log.',
      };
    default:
      return REFUSED[refusal.kind](protocol, 'message' in refusal ? refusal.message : '');
  }
}

const EC2_AUTH_FAILURE: Wording = {
  code: 'AuthFailure',
  status: 401,
  message: 'AWS was not able to validate the provided access credentials',
};

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

type Worded = (protocol: Protocol['errors'], message: string) => Wording;

/** Authentication, in the three dialects: EC2 says AuthFailure to nearly everything, JSON services answer 400. */
const REFUSED = {
  unsigned: dialects({
    query: { code: 'MissingAuthenticationToken', status: 403, message: 'Request is missing Authentication Token' },
    ec2: { code: 'MissingAuthenticationToken', status: 403, message: 'The request must contain valid credentials.' },
    json: { code: 'MissingAuthenticationTokenException', status: 400, message: 'Missing Authentication Token' },
    s3: { code: 'AccessDenied', status: 403, message: 'Access Denied' },
  }),
  'unknown-key': dialects({
    query: {
      code: 'InvalidClientTokenId',
      status: 403,
      message: 'The security token included in the request is invalid.',
    },
    ec2: EC2_AUTH_FAILURE,
    json: {
      code: 'UnrecognizedClientException',
      status: 400,
      message: 'The security token included in the request is invalid.',
    },
    s3: {
      code: 'InvalidAccessKeyId',
      status: 403,
      message: 'The AWS Access Key Id you provided does not exist in our records.',
    },
  }),
  'wrong-signature': dialects({
    query: { code: 'SignatureDoesNotMatch', status: 403, message: MISMATCH },
    ec2: EC2_AUTH_FAILURE,
    json: { code: 'InvalidSignatureException', status: 400, message: MISMATCH },
    s3: { code: 'SignatureDoesNotMatch', status: 403, message: MISMATCH },
  }),
  'expired-session': dialects({
    query: { code: 'ExpiredToken', status: 403, message: 'The security token included in the request is expired' },
    ec2: { code: 'RequestExpired', status: 400, message: 'Request has expired.' },
    json: {
      code: 'ExpiredTokenException',
      status: 400,
      message: 'The security token included in the request is expired',
    },
    s3: { code: 'ExpiredToken', status: 400, message: 'The provided token has expired.' },
  }),
  'account-blocked': dialects({
    query: {
      code: 'InvalidClientTokenId',
      status: 403,
      message: 'The security token included in the request is invalid.',
    },
    ec2: {
      code: 'Blocked',
      status: 403,
      message: 'This account is currently blocked and not recognized as a valid account.',
    },
    json: {
      code: 'UnrecognizedClientException',
      status: 400,
      message: 'The security token included in the request is invalid.',
    },
    s3: {
      code: 'InvalidAccessKeyId',
      status: 403,
      message: 'The AWS Access Key Id you provided does not exist in our records.',
    },
  }),
  'incomplete-signature': withMessage({ query: 'IncompleteSignature', json: 'IncompleteSignatureException' }),
  'wrong-scope': (protocol, message) => (protocol === 'ec2' ? EC2_AUTH_FAILURE : mismatch(protocol, message)),
  'wrong-time': (protocol, message) =>
    protocol === 'ec2'
      ? { code: 'RequestExpired', status: 400, message: 'Request has expired.' }
      : protocol === 's3'
        ? {
            code: 'RequestTimeTooSkewed',
            status: 403,
            message: 'The difference between the request time and the current time is too large.',
          }
        : mismatch(protocol, message),
} satisfies Record<string, Worded>;

function mismatch(protocol: Protocol['errors'], message: string): Wording {
  return withMessage({ query: 'SignatureDoesNotMatch', json: 'InvalidSignatureException' })(protocol, message);
}

/** REST-JSON services say what JSON services say, with the status that HTTP has for it. */
function dialects(wordings: Record<'query' | 'ec2' | 'json' | 's3', Wording>): Worded {
  return protocol => (protocol === 'rest-json' ? { ...wordings.json, status: 403 } : wordings[protocol]);
}

function withMessage(codes: { query: string; json: string }): Worded {
  return (protocol, message) => {
    if (protocol === 'json') return { code: codes.json, status: 400, message };
    if (protocol === 'rest-json') return { code: codes.json, status: 403, message };
    return { code: codes.query, status: codes.query === 'IncompleteSignature' ? 400 : 403, message };
  };
}

function notAuthorised(message: string, protocol: Protocol['errors']): Wording {
  switch (protocol) {
    case 'query':
    case 's3':
      return { code: 'AccessDenied', status: 403, message };
    case 'ec2':
      return {
        code: 'UnauthorizedOperation',
        status: 403,
        message: `You are not authorized to perform this operation. ${message}`,
      };
    case 'json':
      return { code: 'AccessDeniedException', status: 400, message };
    case 'rest-json':
      return { code: 'AccessDeniedException', status: 403, message };
  }
}

function missingMembers(names: readonly string[], protocol: Protocol['errors']): Wording {
  switch (protocol) {
    case 'query': {
      const errors = names.map(name => {
        const at = name.charAt(0).toLowerCase() + name.slice(1);
        return `Value null at '${at}' failed to satisfy constraint: Member must not be null`;
      });
      const count = `${errors.length} validation error${errors.length === 1 ? '' : 's'} detected`;
      return { code: 'ValidationError', status: 400, message: `${count}: ${errors.join('; ')}` };
    }
    case 'ec2':
      return { code: 'MissingParameter', status: 400, message: `The request must contain the parameter ${names[0]}` };
    case 'json':
      return { code: 'InvalidInputException', status: 400, message: `You must specify a value for ${names[0]}.` };
    case 'rest-json':
    case 's3':
      return { code: 'InvalidRequest', status: 400, message: `The request lacks ${names[0]}.` };
  }
}

function unknownOperation(
  refusal: { operation: string; version: string | undefined },
  protocol: Protocol['errors'],
): Wording {
  const { operation, version } = refusal;
  switch (protocol) {
    case 'query':
      return operation === ''
        ? { code: 'MissingAction', status: 400, message: 'The request is missing an action' }
        : {
            code: 'InvalidAction',
            status: 400,
            message: `Could not find operation ${operation} for version ${version ?? 'NO_VERSION_SPECIFIED'}`,
          };
    case 'ec2':
      return operation === ''
        ? { code: 'MissingAction', status: 400, message: 'The request must contain the parameter Action' }
        : { code: 'InvalidAction', status: 400, message: `The action ${operation} is not valid for this web service.` };
    case 'json':
      return { code: 'UnknownOperationException', status: 400, message: '' };
    case 'rest-json':
      return { code: 'UnknownOperationException', status: 404, message: '' };
    case 's3':
      return { code: 'MethodNotAllowed', status: 405, message: 'The specified method is not allowed.' };
  }
}

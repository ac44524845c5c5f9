import type { Denier, FaultRequest } from './faults.ts';
import type { ServiceName } from './service.ts';

/** An error as the service's protocol words it. */
interface Words {
  code: string;
  message: string;
  status: number;
}

/**
 * A denial. EC2 says UnauthorizedOperation, query services AccessDenied, JSON services AccessDeniedException; all of them
 * name a service control policy when one denied, unless it is the hub that they answer.
 */
export function denial(request: FaultRequest, by: Denier): Words {
  const action = `${request.service}:${request.operation}`;
  const on = request.resource === undefined ? '' : ` on resource: ${request.resource}`;
  const because =
    by in DENIES ? `with an explicit deny in ${DENIES[by]}` : `because no ${ALLOWS[by]} allows the ${action} action`;
  const sentence = `User: ${request.callerArn} is not authorized to perform: ${action}${on} ${because}`;
  switch (request.service) {
    case 'ec2':
      return {
        code: 'UnauthorizedOperation',
        message: `You are not authorized to perform this operation. ${sentence}`,
        status: 403,
      };
    default:
      return JSON_SERVICES.has(request.service)
        ? { code: 'AccessDeniedException', message: sentence, status: jsonStatus(request.service) }
        : { code: 'AccessDenied', message: sentence, status: 403 };
  }
}

/** Those that speak JSON; AWS's errors end in "Exception" there. */
const JSON_SERVICES: ReadonlySet<ServiceName> = new Set([
  'dynamodb',
  'ecs',
  'eks',
  'kms',
  'lambda',
  'logs',
  'organizations',
  'sagemaker',
  'sqs',
] as const);

/** Lambda and EKS are REST services, which use HTTP's statuses; the others answer 400 to whatever the caller did wrong. */
function jsonStatus(service: ServiceName): number {
  return service === 'lambda' || service === 'eks' ? 403 : 400;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
const DENIES: Partial<Record<Denier, string>> = {
  scp: 'a service control policy',
  rcp: 'a resource control policy',
  'identity-deny': 'an identity-based policy',
  boundary: 'a permissions boundary',
  session: 'a session policy',
  endpoint: 'a VPC endpoint policy',
  'trust-deny': 'the role trust policy',
};
const ALLOWS: Partial<Record<Denier, string>> = { identity: 'identity-based policy', trust: 'role trust policy' };

/** STS, of a session that is longer than it may be. */
export function sessionLimit(limit: 'role-chaining' | 'role-maximum'): Words {
  const message =
    limit === 'role-chaining'
      ? 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.'
      : 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.';
  return { code: 'ValidationError', message, status: 400 };
}

/** Temporary credentials past their end. */
export function expiredToken(service: ServiceName): Words {
  if (service === 'ec2') return { code: 'RequestExpired', message: 'Request has expired.', status: 400 };
  const message = 'The security token included in the request is expired';
  return JSON_SERVICES.has(service)
    ? { code: 'ExpiredTokenException', message, status: jsonStatus(service) }
    : { code: 'ExpiredToken', message, status: 403 };
}

export function throttling(service: ServiceName): Words {
  switch (service) {
    case 'ec2':
      return { code: 'RequestLimitExceeded', message: 'Request limit exceeded.', status: 503 };
    case 'organizations':
      return {
        code: 'TooManyRequestsException',
        message: "AWS Organizations can't process your request right now.",
        status: 400,
      };
    case 'lambda':
      return { code: 'TooManyRequestsException', message: 'Rate exceeded', status: 429 };
    case 'eks':
      return { code: 'ThrottlingException', message: 'Rate exceeded', status: 429 };
    case 's3':
      return { code: 'SlowDown', message: 'Please reduce your request rate.', status: 503 };
    default:
      return JSON_SERVICES.has(service)
        ? { code: 'ThrottlingException', message: 'Rate exceeded', status: 400 }
        : { code: 'Throttling', message: 'Rate exceeded', status: 400 };
  }
}

export function serverError(service: ServiceName, kind: 'internal' | 'unavailable'): Words {
  if (service === 'organizations') {
    const message = "AWS Organizations can't complete your request because of an internal service error.";
    return { code: 'ServiceException', message, status: 500 };
  }
  if (kind === 'unavailable') {
    const code = service === 'ec2' ? 'Unavailable' : 'ServiceUnavailable';
    return { code, message: 'The service is unavailable. Please try again shortly.', status: 503 };
  }
  const code = service === 'ec2' || service === 's3' ? 'InternalError' : 'InternalFailure';
  return { code, message: 'An internal error has occurred', status: 500 };
}

/** What a region answers that is not on for the account. */
export function regionOff({ service }: FaultRequest): Words {
  switch (service) {
    case 'ec2':
      return {
        code: 'AuthFailure',
        message: 'AWS was not able to validate the provided access credentials',
        status: 401,
      };
    case 'sts': {
      const message = `STS is not activated in this region for account. Your account administrator can activate STS in this region using the IAM Console.`;
      return { code: 'RegionDisabledException', message, status: 403 };
    }
    default:
      return {
        code:
          service === 's3'
            ? 'InvalidAccessKeyId'
            : JSON_SERVICES.has(service)
              ? 'UnrecognizedClientException'
              : 'InvalidClientTokenId',
        message: 'The security token included in the request is invalid.',
        status: JSON_SERVICES.has(service) ? jsonStatus(service) : 403,
      };
  }
}

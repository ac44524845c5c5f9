import { describe, expect, it } from 'vitest';
import { fault } from '../domain/faults.ts';
import { type CallNames, FaultError, translate } from './translate.ts';

const hub = { service: 'sts', operation: 'GetCallerIdentity', signedBy: 'hub' } as const;
const assume = {
  service: 'sts',
  operation: 'AssumeRole',
  subject: 'arn:aws:iam::222222222222:role/R',
  signedBy: 'hub',
} as const;
const session = { service: 'ec2', operation: 'DescribeInstances', subject: 'eu-west-1', signedBy: 'session' } as const;

/** An error as the SDK throws it for an answer of AWS. */
function awsError(name: string, { message = 'words', status = 400 }: { message?: string; status?: number } = {}) {
  return Object.assign(new Error(message), {
    name,
    $fault: status >= 500 ? 'server' : 'client',
    $metadata: { httpStatusCode: status, requestId: 'request-1' },
  });
}

const user = 'User: arn:aws:iam::111111111111:user/u is not authorized to perform:';
const role = 'on resource: arn:aws:iam::222222222222:role/R';
const mismatch = 'The request signature we calculated does not match the signature you provided. Check your key.';

describe('an answer of AWS', () => {
  it.each<[name: string, message: string, call: CallNames, code: string]>([
    ['RequestTimeTooSkewed', '', hub, 'clock-skew'],
    ['SignatureDoesNotMatch', 'Signature expired: 20250101T000000Z is now earlier than …', hub, 'clock-skew'],
    ['SignatureDoesNotMatch', 'Signature not yet current: 20250101T000000Z is still later than …', hub, 'clock-skew'],
    ['InvalidSignatureException', 'Signature expired: …', hub, 'clock-skew'],
    ['RequestExpired', 'Request has expired.', hub, 'clock-skew'],
    ['RequestExpired', 'Request has expired.', session, 'expired-credentials'],
    ['ExpiredToken', '', session, 'expired-credentials'],
    ['ExpiredTokenException', '', session, 'expired-credentials'],
    ['SignatureDoesNotMatch', mismatch, hub, 'wrong-secret-key'],
    ['InvalidSignatureException', mismatch, hub, 'wrong-secret-key'],
    ['SignatureDoesNotMatch', 'Credential should be scoped to a valid region.', hub, 'aws-rejected'],
    ['InvalidClientTokenId', 'The security token included in the request is invalid.', hub, 'unknown-access-key'],
    ['InvalidClientTokenId', 'The security token included in the request is invalid.', session, 'session-not-accepted'],
    ['UnrecognizedClientException', '', session, 'session-not-accepted'],
    ['AuthFailure', 'AWS was not able to validate the provided access credentials', session, 'session-not-accepted'],
    ['AuthFailure', '', hub, 'unknown-access-key'],
    ['MissingAuthenticationToken', '', hub, 'no-hub-credentials'],
    ['RegionDisabledException', '', assume, 'sts-region-disabled'],
    ['OptInRequired', 'You are not subscribed to this service.', session, 'not-subscribed'],
    ['AccessDenied', `${user} sts:AssumeRole ${role}`, assume, 'role-not-assumable'],
    [
      'AccessDenied',
      `${user} sts:AssumeRole ${role} because no resource-based policy allows the sts:AssumeRole action`,
      assume,
      'role-not-assumable',
    ],
    [
      'AccessDenied',
      `${user} sts:AssumeRole ${role} with an explicit deny in a resource-based policy`,
      assume,
      'role-not-assumable',
    ],
    ['AccessDenied', 'Roles may not be assumed by root accounts.', assume, 'root-key'],
    [
      'AccessDenied',
      `${user} sts:AssumeRole with an explicit deny in the role trust policy`,
      assume,
      'role-not-assumable',
    ],
    [
      'AccessDenied',
      `${user} sts:AssumeRole ${role} with an explicit deny in a resource control policy`,
      assume,
      'role-not-assumable',
    ],
    [
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
      assume,
      'role-chaining-hour',
    ],
    [
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      assume,
      'session-longer-than-role',
    ],
    [
      'AccessDenied',
      `${user} sts:AssumeRole ${role} because no identity-based policy allows the sts:AssumeRole action`,
      assume,
      'hub-denied-assume-role',
    ],
    [
      'AccessDenied',
      `${user} sts:AssumeRole ${role} with an explicit deny in an identity-based policy`,
      assume,
      'hub-denied-assume-role',
    ],
    [
      'AccessDenied',
      `${user} sts:AssumeRole ${role} with an explicit deny in a service control policy`,
      assume,
      'hub-denied-assume-role',
    ],
    [
      'AccessDenied',
      `${user} sts:AssumeRole ${role} because no permissions boundary allows the sts:AssumeRole action`,
      assume,
      'hub-denied-assume-role',
    ],
    ['UnauthorizedOperation', 'You are not authorized to perform this operation.', session, 'access-denied'],
    [
      'UnauthorizedOperation',
      `You are not authorized to perform this operation. ${user} ec2:DescribeInstances with an explicit deny in a service control policy`,
      session,
      'denied-by-scp',
    ],
    [
      'AccessDeniedException',
      `${user} organizations:ListAccounts because no service control policy allows the organizations:ListAccounts action`,
      session,
      'denied-by-scp',
    ],
    [
      'AccessDeniedException',
      `${user} x:Y with an explicit deny in a resource control policy`,
      session,
      'denied-by-scp',
    ],
    ['AccessDeniedException', '', session, 'access-denied'],
    ['AccessDenied', `${user} iam:ListAccessKeys`, hub, 'hub-access-denied'],
    ['AccessDenied', `${user} iam:X with an explicit deny in a service control policy`, hub, 'denied-by-scp'],
    ['Throttling', 'Rate exceeded', assume, 'aws-throttled'],
    ['ThrottlingException', '', session, 'aws-throttled'],
    ['RequestLimitExceeded', '', session, 'aws-throttled'],
    ['TooManyRequestsException', '', session, 'aws-throttled'],
    ['InternalFailure', '', session, 'aws-error'],
    ['ServiceUnavailable', '', session, 'aws-error'],
    ['Unavailable', '', session, 'aws-error'],
    ['RequestTimeout', '', session, 'aws-timeout'],
    ['ValidationError', 'a value fails a constraint', assume, 'aws-rejected'],
    ['SomethingNew', 'never seen', session, 'aws-rejected'],
  ])('%s "%s" is understood', (name, message, call, code) => {
    const found = translate(awsError(name, { message }), call);
    expect(found).toMatchObject({
      code,
      aws: { name, service: call.service, operation: call.operation, requestId: 'request-1', status: 400 },
    });
    expect(found.detail).not.toBe('');
    expect(found.subject).toBe(call.subject);
  });

  it.each([
    [429, 'aws-throttled'],
    [500, 'aws-error'],
    [503, 'aws-error'],
    [404, 'aws-rejected'],
  ])('of an unknown name is judged by its status %i', (status, code) => {
    expect(translate(awsError('Unheard', { status }), session).code).toBe(code);
  });

  it('keeps AWS’s words and names the action that is missing', () => {
    const message = `${user} ec2:DescribeVpcs because no identity-based policy allows the ec2:DescribeVpcs action`;
    const found = translate(awsError('UnauthorizedOperation', { message }), session);
    expect(found).toMatchObject({ detail: expect.stringContaining('ec2:DescribeVpcs'), aws: { message } });
  });

  it('keeps no encoded blob, no canonical string and no whole key id', () => {
    const message = 'You may not, AKIAIOSFODNN7EXAMPLE. Encoded authorization failure message: abcdef';
    expect(translate(awsError('UnauthorizedOperation', { message }), session).aws?.message).toBe(
      'You may not, AKIA…MPLE.',
    );
    const signature = `${mismatch}\n\nThe Canonical String for this request should have been\n'POST …'`;
    expect(translate(awsError('SignatureDoesNotMatch', { message: signature }), hub).aws?.message).toBe(mismatch);
  });
});

describe('what is no answer of AWS', () => {
  it.each([
    ['ECONNREFUSED', 'aws-unreachable'],
    ['ECONNRESET', 'aws-unreachable'],
    ['ENOTFOUND', 'aws-unreachable'],
    ['EAI_AGAIN', 'aws-unreachable'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'aws-unreachable'],
    ['CERT_HAS_EXPIRED', 'aws-unreachable'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'aws-unreachable'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'aws-unreachable'],
    ['ETIMEDOUT', 'aws-timeout'],
  ])('%s is a fault of the way to AWS', (code, expected) => {
    const plain = Object.assign(new Error('failed'), { code });
    expect(translate(plain, session)).toMatchObject({ code: expected, subject: 'eu-west-1' });
    const several = new AggregateError([plain, plain]);
    expect(translate(several, session).code).toBe(expected);
    expect(translate(new Error('wrapped', { cause: plain }), session).code).toBe(expected);
  });

  it('carries a fault through the SDK unchanged', () => {
    const inner = fault('secret-unreadable', 'sealed');
    expect(translate(new FaultError(inner), session)).toBe(inner);
  });

  it('is thrown on when it is a bug of ours', () => {
    const bug = new TypeError('x is not a function');
    expect(() => translate(bug, session)).toThrow(bug);
    expect(() => translate('text', session)).toThrow('text');
  });
});

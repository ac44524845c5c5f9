import type { AssumeRoleWithWebIdentityRequest } from '@aws-sdk/client-sts';
import { sessionArn } from '../../iam/arns.ts';
import { contextOf } from '../../iam/context.ts';
import { evaluateTrust } from '../../iam/evaluate.ts';
import { readPolicy } from '../../iam/policy.ts';
import { federatedNames } from '../../iam/principal.ts';
import { AwsError, type Call } from '../../service.ts';
import type { Role } from '../../world/world.ts';
import { checkConstraints } from '../constraints.ts';
import { credentialsOf, openSession, roleWithArn, sessionPolicy } from './session.ts';

/**
 * Unsigned: the token is the credential. Its signature is not verified, for simulated AWS calls nobody; its issuer, audience,
 * subject and times count. An identity provider exists in an account when the role's trust policy names it.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
export function assumeRoleWithWebIdentity(call: Call<AssumeRoleWithWebIdentityRequest>) {
  const { input, world, clock } = call;
  checkConstraints([
    { at: 'roleArn', value: input.RoleArn, min: 20, max: 2_048 },
    { at: 'roleSessionName', value: input.RoleSessionName, min: 2, max: 64, pattern: '[\\w+=,.@-]*' },
    { at: 'durationSeconds', value: input.DurationSeconds, min: 900, max: 43_200 },
    { at: 'webIdentityToken', value: input.WebIdentityToken, min: 4, max: 20_000 },
  ]);
  const token = readToken(input.WebIdentityToken ?? '');
  const nowSeconds = Math.floor(clock.now().getTime() / 1_000);
  if (token.expiresSeconds <= nowSeconds) {
    const message = `Token expired: current date/time ${nowSeconds} must be before the expiration date/time${token.expiresSeconds}`;
    throw new AwsError({ code: 'ExpiredTokenException', status: 400, message });
  }
  const target = roleWithArn(world, input.RoleArn);
  if (target?.account.state !== 'ACTIVE') throw notAuthorised();
  const host = token.issuer.replace(/^https:\/\//, '');
  const provider = `arn:${target.account.partition}:iam::${target.account.id}:oidc-provider/${host}`;
  if (!namesProvider(target.role, provider)) {
    throw invalidToken(`No OpenIDConnect provider found in your account for ${token.issuer}`);
  }
  const context = contextOf(call, {
    'aws:FederatedProvider': provider,
    'sts:RoleSessionName': input.RoleSessionName,
    [`${host}:aud`]: token.audience,
    [`${host}:sub`]: token.subject,
  });
  const request = { action: 'sts:AssumeRoleWithWebIdentity', resource: input.RoleArn ?? '*', context };
  if (evaluateTrust(target.role.trustPolicy, federatedNames(provider), request).effect !== 'allow')
    throw notAuthorised();
  const session = openSession(call, { ...target, policy: sessionPolicy(input) });
  return {
    Credentials: credentialsOf(session),
    SubjectFromWebIdentityToken: token.subject,
    AssumedRoleUser: {
      AssumedRoleId: `${target.role.id}:${session.sessionName}`,
      Arn: sessionArn(target.account, target.role, session.sessionName),
    },
    Provider: provider,
    Audience: token.audience[0],
  };
}

interface IdentityToken {
  issuer: string;
  subject: string;
  audience: string[];
  expiresSeconds: number;
}

/** The claims of an OpenID Connect ID token (RFC 7519). */
function readToken(token: string): IdentityToken {
  const parts = token.split('.');
  const claims = parts.length === 3 ? parseJson(Buffer.from(parts[1] ?? '', 'base64url').toString('utf8')) : undefined;
  const { iss, sub, aud, exp } = claims ?? {};
  const audience = [aud].flat().filter(one => typeof one === 'string');
  if (typeof iss !== 'string' || typeof sub !== 'string' || typeof exp !== 'number' || audience.length === 0) {
    throw invalidToken(
      'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
    );
  }
  return { issuer: iss, subject: sub, audience, expiresSeconds: exp };
}

function parseJson(text: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function namesProvider(role: Role, provider: string): boolean {
  const reading = readPolicy(role.trustPolicy);
  return (
    reading.kind === 'policy' &&
    reading.policy.statements.some(statement => statement.principals?.federated.includes(provider))
  );
}

function invalidToken(message: string): AwsError {
  return new AwsError({ code: 'InvalidIdentityToken', status: 400, message });
}

function notAuthorised(): AwsError {
  const message = 'Not authorized to perform sts:AssumeRoleWithWebIdentity';
  return new AwsError({ code: 'AccessDenied', status: 403, message });
}

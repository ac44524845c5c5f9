import type { Credentials, Tag } from '@aws-sdk/client-sts';
import { readEntityArn, roleArn } from '../../iam/arns.ts';
import { readPolicy } from '../../iam/policy.ts';
import { AwsError, type Call } from '../../service.ts';
import { iamId, secretAccessKey } from '../../world/aws-ids.ts';
import { drawPrng } from '../../world/build.ts';
import type { Account, Role, RoleSession, World } from '../../world/world.ts';
import type { Answer } from '../operations.ts';

/** What the ways of assuming a role have in common. */
interface SessionRequest {
  RoleArn: string | undefined;
  RoleSessionName: string | undefined;
  DurationSeconds?: number | undefined;
  Policy?: string | undefined;
  SourceIdentity?: string | undefined;
  Tags?: Tag[] | undefined;
}

/** The role of an ARN; undefined if there is none. A role's ARN has its path: the name alone does not find it. */
export function roleWithArn(world: World, arn: string | undefined): { account: Account; role: Role } | undefined {
  const named = readEntityArn(arn ?? '');
  const account = world.accounts[named?.accountId ?? ''];
  const role = account?.roles[named?.name ?? ''];
  return account && role && roleArn(account, role) === arn ? { account, role } : undefined;
}

export const SESSION_POLICY_CHARS_MAX = 2_048;

/** AWS: "Role chaining limits your session to a maximum of one hour." */
const CHAINED_SECONDS_MAX = 3_600;

/**
 * Gives out a session of a role that the caller may assume, within the limits of the role, of role chaining and of the
 * account's STS regions.
 */
export function openSession(
  call: Call<SessionRequest>,
  { account, role, policy }: { account: Account; role: Role; policy: string | undefined },
): RoleSession {
  const { caller, input, region, world, clock } = call;
  if (account.disabledRegions.includes(region)) throw regionDisabled(account.id);
  const chained = caller.kind === 'assumed-role';
  const seconds = input.DurationSeconds ?? 3_600;
  if (chained && seconds > CHAINED_SECONDS_MAX) {
    throw validationError(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  }
  if (seconds > role.maxSessionSeconds) {
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
  // A source identity, once set, goes along through every further role.
  const sourceIdentity = caller.role?.sourceIdentity ?? input.SourceIdentity;
  return makeSession(world, {
    account,
    role,
    sessionName: input.RoleSessionName ?? '',
    seconds,
    nowMs: clock.now().getTime(),
    more: {
      tags: Object.fromEntries((input.Tags ?? []).map(tag => [tag.Key ?? '', tag.Value ?? ''])),
      chained,
      ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
      ...(policy === undefined ? {} : { policy }),
    },
  });
}

/** Makes a session of a role, whoever asked for it. */
export function makeSession(
  world: World,
  {
    account,
    role,
    sessionName,
    seconds,
    nowMs,
    more = { tags: {}, chained: false },
  }: {
    account: Account;
    role: Role;
    sessionName: string;
    seconds: number;
    nowMs: number;
    more?: Pick<RoleSession, 'tags' | 'chained' | 'sourceIdentity' | 'policy'>;
  },
): RoleSession {
  const prng = drawPrng(world);
  const session: RoleSession = {
    accessKeyId: iamId(prng, 'ASIA'),
    secret: secretAccessKey(prng),
    token: `IQoJb3JpZ2luX2Vj${Array.from({ length: 8 }, () => secretAccessKey(prng)).join('')}==`,
    accountId: account.id,
    roleName: role.name,
    roleId: role.id,
    sessionName,
    ...more,
    issuedAt: wholeSecond(nowMs),
    expiresAt: wholeSecond(nowMs + seconds * 1_000),
  };
  forgetExpired(world, nowMs);
  world.sessions[session.accessKeyId] = session;
  return session;
}

export function credentialsOf(session: RoleSession): Answer<Credentials> {
  return {
    AccessKeyId: session.accessKeyId,
    SecretAccessKey: session.secret,
    SessionToken: session.token,
    Expiration: session.expiresAt,
  };
}

/** The session policy as it was sent, if it is one. */
export function sessionPolicy(input: SessionRequest): string | undefined {
  if (input.Policy === undefined) return undefined;
  const reading = readPolicy(input.Policy);
  if (reading.kind === 'malformed') {
    throw new AwsError({ code: 'MalformedPolicyDocument', status: 400, message: reading.because });
  }
  return input.Policy;
}

function wholeSecond(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/**
 * Sessions are kept an hour past their end, so that AWS's "expired" can still be told from "unknown". Looked through at
 * every 256th draw only: merely to list them costs as much as all the rest of a call once there are thousands.
 */
function forgetExpired({ sessions, drawn }: World, nowMs: number): void {
  if (drawn % 256 !== 0) return;
  for (const [id, session] of Object.entries(sessions)) {
    if (Date.parse(session.expiresAt) < nowMs - 3_600_000) delete sessions[id];
  }
}

function regionDisabled(accountId: string): AwsError {
  return new AwsError({
    code: 'RegionDisabledException',
    status: 403,
    message: `STS is not activated in this region for account:${accountId}. Your account administrator can activate STS in this region using the IAM Console.`,
  });
}

export function validationError(message: string): AwsError {
  return new AwsError({ code: 'ValidationError', status: 400, message });
}

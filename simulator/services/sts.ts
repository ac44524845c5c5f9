import type * as StsClient from '@aws-sdk/client-sts';
import type { AssumeRoleRequest } from '@aws-sdk/client-sts';
import { readEntityArn, roleArn, sessionArn } from '../iam/arns.ts';
import { decideAssumeRole } from '../iam/assume-role.ts';
import { contextOf } from '../iam/context.ts';
import { findCredential } from '../iam/credentials.ts';
import { readPolicy } from '../iam/policy.ts';
import { AwsError, type Call } from '../service.ts';
import { iamId, secretAccessKey } from '../world/aws-ids.ts';
import { drawPrng } from '../world/build.ts';
import type { Account, Role, RoleSession, World } from '../world/world.ts';
import { checkConstraints } from './constraints.ts';
import type { OperationsOf } from './operations.ts';

/** https://docs.aws.amazon.com/STS/latest/APIReference/ */
export const sts = {
  GetCallerIdentity({ caller }) {
    return { UserId: caller.userId, Account: caller.accountId, Arn: caller.arn };
  },

  GetAccessKeyInfo({ input, world }) {
    const credential = findCredential(world, input.AccessKeyId ?? '');
    if (!credential) throw validationError(`Access key ${input.AccessKeyId} not found`);
    return { Account: credential.account.id };
  },

  AssumeRole(call) {
    checkInput(call.input);
    const { account, role } = allowedRole(call);
    if (account.disabledRegions.includes(call.region)) throw regionDisabled(account.id);
    const policy = sessionPolicy(call.input);
    const session = openSession(call, { account, role, policy });
    return {
      Credentials: {
        AccessKeyId: session.accessKeyId,
        SecretAccessKey: session.secret,
        SessionToken: session.token,
        Expiration: session.expiresAt,
      },
      AssumedRoleUser: {
        AssumedRoleId: `${role.id}:${session.sessionName}`,
        Arn: sessionArn(account, role, session.sessionName),
      },
      ...(session.sourceIdentity === undefined ? {} : { SourceIdentity: session.sourceIdentity }),
      // AWS reports how full its packed form is; a share of the plaintext limit stands for it here.
      ...(call.input.Policy || call.input.Tags?.length
        ? { PackedPolicySize: Math.ceil(((call.input.Policy?.length ?? 0) / SESSION_POLICY_CHARS_MAX) * 100) }
        : {}),
    };
  },
} satisfies OperationsOf<typeof StsClient>;

const SESSION_POLICY_CHARS_MAX = 2_048;

/** Constraints of AWS's model: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
function checkInput(input: AssumeRoleRequest): void {
  checkConstraints([
    { at: 'roleArn', value: input.RoleArn, min: 20, max: 2_048 },
    { at: 'roleSessionName', value: input.RoleSessionName, min: 2, max: 64, pattern: '[\\w+=,.@-]*' },
    { at: 'durationSeconds', value: input.DurationSeconds, min: 900, max: 43_200 },
    { at: 'externalId', value: input.ExternalId, min: 2, max: 1_224, pattern: '[\\w+=,.@:\\/-]*' },
    { at: 'policy', value: input.Policy, min: 1, max: SESSION_POLICY_CHARS_MAX },
    { at: 'sourceIdentity', value: input.SourceIdentity, min: 2, max: 64, pattern: '[\\w+=,.@-]*' },
    ...(input.Tags ?? []).flatMap((tag, i) => [
      { at: `tags.${i + 1}.member.key`, value: tag.Key, required: true, min: 1, max: 128 },
      { at: `tags.${i + 1}.member.value`, value: tag.Value, required: true, min: 0, max: 256 },
    ]),
  ]);
  if (!readEntityArn(input.RoleArn ?? '')) throw validationError(`${input.RoleArn} is invalid`);
}

/**
 * The role, if the caller may assume it. A role that does not exist, one that does not trust the caller and a wrong
 * external ID give the same error: AWS does not tell a stranger which roles exist.
 */
function allowedRole(call: Call<AssumeRoleRequest>): { account: Account; role: Role } {
  const { caller, input, world } = call;
  if (caller.kind === 'root') {
    throw new AwsError({ code: 'AccessDenied', status: 403, message: 'Roles may not be assumed by root accounts.' });
  }
  const named = readEntityArn(input.RoleArn ?? '');
  const account = world.accounts[named?.accountId ?? ''];
  const role = account?.roles[named?.name ?? ''];
  // A role's ARN has its path; the name alone does not find it.
  const found = account && role && roleArn(account, role) === input.RoleArn ? { account, role } : undefined;
  const decision = decideAssumeRole(call, found, contextOf(call, assumeRoleKeys(input, found?.role)));
  if (!decision.allowed) throw new AwsError({ code: 'AccessDenied', status: 403, message: decision.message });
  return decision.role;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html */
function assumeRoleKeys(
  input: AssumeRoleRequest,
  role: Role | undefined,
): Record<string, string | string[] | undefined> {
  const tags = input.Tags ?? [];
  return {
    'sts:ExternalId': input.ExternalId,
    'sts:RoleSessionName': input.RoleSessionName,
    'sts:SourceIdentity': input.SourceIdentity,
    'aws:TagKeys': tags.length > 0 ? tags.flatMap(tag => tag.Key ?? []) : undefined,
    'sts:TransitiveTagKeys': input.TransitiveTagKeys,
    ...Object.fromEntries(tags.map(tag => [`aws:RequestTag/${tag.Key}`, tag.Value])),
    ...Object.fromEntries(Object.entries(role?.tags ?? {}).map(([key, value]) => [`aws:ResourceTag/${key}`, value])),
    ...Object.fromEntries(Object.entries(role?.tags ?? {}).map(([key, value]) => [`iam:ResourceTag/${key}`, value])),
  };
}

function sessionPolicy(input: AssumeRoleRequest): string | undefined {
  if (input.Policy === undefined) return undefined;
  const reading = readPolicy(input.Policy);
  if (reading.kind === 'malformed') {
    throw new AwsError({ code: 'MalformedPolicyDocument', status: 400, message: reading.because });
  }
  return input.Policy;
}

/** AWS: "Role chaining limits your session to a maximum of one hour." */
const CHAINED_SECONDS_MAX = 3_600;

function openSession(
  call: Call<AssumeRoleRequest>,
  { account, role, policy }: { account: Account; role: Role; policy: string | undefined },
): RoleSession {
  const { caller, input, world, clock } = call;
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
  const prng = drawPrng(world);
  const now = clock.now().getTime();
  // A source identity, once set, goes along through every further role.
  const sourceIdentity = caller.role?.sourceIdentity ?? input.SourceIdentity;
  const session: RoleSession = {
    accessKeyId: iamId(prng, 'ASIA'),
    secret: secretAccessKey(prng),
    token: `IQoJb3JpZ2luX2Vj${Array.from({ length: 8 }, () => secretAccessKey(prng)).join('')}==`,
    accountId: account.id,
    roleName: role.name,
    roleId: role.id,
    sessionName: input.RoleSessionName ?? '',
    tags: Object.fromEntries((input.Tags ?? []).map(tag => [tag.Key ?? '', tag.Value ?? ''])),
    chained,
    issuedAt: wholeSecond(now),
    expiresAt: wholeSecond(now + seconds * 1_000),
    ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
    ...(policy === undefined ? {} : { policy }),
  };
  forgetExpired(world, now);
  world.sessions[session.accessKeyId] = session;
  return session;
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

function validationError(message: string): AwsError {
  return new AwsError({ code: 'ValidationError', status: 400, message });
}

import type * as StsClient from '@aws-sdk/client-sts';
import type { AssumeRoleRequest } from '@aws-sdk/client-sts';
import { readEntityArn, sessionArn } from '../iam/arns.ts';
import { decideAssumeRole } from '../iam/assume-role.ts';
import { contextOf } from '../iam/context.ts';
import { findCredential } from '../iam/credentials.ts';
import { AwsError, type Call } from '../service.ts';
import type { Account, Role } from '../world/world.ts';
import { checkConstraints } from './constraints.ts';
import type { OperationsOf } from './operations.ts';
import {
  credentialsOf,
  openSession,
  roleWithArn,
  SESSION_POLICY_CHARS_MAX,
  sessionPolicy,
  validationError,
} from './sts/session.ts';
import { assumeRoleWithWebIdentity } from './sts/web-identity.ts';

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
    const policy = sessionPolicy(call.input);
    const session = openSession(call, { account, role, policy });
    return {
      Credentials: credentialsOf(session),
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

  AssumeRoleWithWebIdentity: assumeRoleWithWebIdentity,
} satisfies OperationsOf<typeof StsClient>;

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
  const found = roleWithArn(world, input.RoleArn);
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

import type * as IamClient from '@aws-sdk/client-iam';
import { policyArn } from '../../iam/arns.ts';
import { managedPolicyArns, managedPolicyDocument } from '../../iam/aws-managed.ts';
import { AwsError, type Call } from '../../service.ts';
import type { Account, ManagedPolicy, Role, User } from '../../world/world.ts';
import type { OperationsOf } from '../operations.ts';
import { encodedDocument, noSuchEntity, ownAccount, policyWithArn, roleNamed, userNamed } from './lookup.ts';
import { pageByMarker } from './marker.ts';

/** Managed policies have one version here. */
const VERSION = 'v1';

export const policies = {
  ListPolicies(call) {
    const { Scope = 'All', OnlyAttached = false } = call.input;
    const account = ownAccount(call);
    const own = Scope === 'AWS' ? [] : Object.values(account.policies).map(policy => customer(account, policy));
    const aws = Scope === 'Local' ? [] : managedPolicyArns(account.partition).map(arn => awsManaged(account, arn));
    const listed = [...own, ...aws].filter(policy => !OnlyAttached || policy.AttachmentCount > 0);
    const { items, ...page } = pageByMarker(call, listed, policy => policy.Arn);
    return { Policies: items, ...page };
  },

  GetPolicy(call) {
    const account = ownAccount(call);
    const { PolicyArn = '' } = call.input;
    if (managedPolicyDocument(PolicyArn)) return { Policy: awsManaged(account, PolicyArn) };
    return { Policy: customer(account, policyWithArn(call, PolicyArn)) };
  },

  GetPolicyVersion(call) {
    const { PolicyArn = '', VersionId } = call.input;
    const managed = managedPolicyDocument(PolicyArn);
    const own = managed ? undefined : policyWithArn(call, PolicyArn);
    if (VersionId !== VERSION)
      noSuchEntity(`Policy ${PolicyArn} version ${VersionId} does not exist or is not attachable.`);
    return {
      PolicyVersion: {
        Document: encodedDocument(managed ?? own?.document),
        VersionId: VERSION,
        IsDefaultVersion: true,
        CreateDate: own?.createdAt ?? AWS_MANAGED_SINCE,
      },
    };
  },

  ListAttachedRolePolicies: call => attached(call, roleNamed(call, call.input.RoleName)),
  ListAttachedUserPolicies: call => attached(call, userNamed(call, call.input.UserName ?? '')),

  AttachRolePolicy: call => attach(call, roleNamed(call, call.input.RoleName), call.input.PolicyArn),
  AttachUserPolicy: call => attach(call, userNamed(call, call.input.UserName ?? ''), call.input.PolicyArn),
  DetachRolePolicy: call => detach(roleNamed(call, call.input.RoleName), call.input.PolicyArn),
  DetachUserPolicy: call => detach(userNamed(call, call.input.UserName ?? ''), call.input.PolicyArn),
} satisfies OperationsOf<typeof IamClient>;

const AWS_MANAGED_SINCE = '2015-02-06T18:39:46Z';

function attached(call: Call<{ Marker?: string | undefined; MaxItems?: number | undefined }>, entity: User | Role) {
  const { items, ...page } = pageByMarker(call, entity.attachedPolicyArns, arn => arn);
  return { AttachedPolicies: items.map(PolicyArn => ({ PolicyName: nameOf(PolicyArn), PolicyArn })), ...page };
}

function attach(call: Call<unknown>, entity: User | Role, arn: string | undefined) {
  if (!managedPolicyDocument(arn ?? '')) policyWithArn(call, arn);
  if (arn !== undefined && !entity.attachedPolicyArns.includes(arn)) entity.attachedPolicyArns.push(arn);
  return {};
}

function detach(entity: User | Role, arn: string | undefined) {
  if (arn === undefined || !entity.attachedPolicyArns.includes(arn)) {
    throw new AwsError({ code: 'NoSuchEntity', status: 404, message: `Policy ${arn} was not found.` });
  }
  entity.attachedPolicyArns = entity.attachedPolicyArns.filter(one => one !== arn);
  return {};
}

function customer(account: Account, policy: ManagedPolicy) {
  const arn = policyArn(account, policy);
  return describe(account, { arn, id: policy.id, path: policy.path, createdAt: policy.createdAt });
}

function awsManaged(account: Account, arn: string) {
  const path = arn.slice(arn.indexOf(':policy') + ':policy'.length, arn.lastIndexOf('/') + 1);
  const letters = nameOf(arn)
    .toUpperCase()
    .replaceAll(/[^A-Z]/g, '');
  return describe(account, {
    arn,
    id: `ANPA${letters}`.padEnd(21, 'X').slice(0, 21),
    path,
    createdAt: AWS_MANAGED_SINCE,
  });
}

function describe(account: Account, policy: { arn: string; id: string; path: string; createdAt: string }) {
  const entities = [...Object.values(account.users), ...Object.values(account.roles)];
  return {
    PolicyName: nameOf(policy.arn),
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: VERSION,
    AttachmentCount: entities.filter(entity => entity.attachedPolicyArns.includes(policy.arn)).length,
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    CreateDate: policy.createdAt,
    UpdateDate: policy.createdAt,
  };
}

function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

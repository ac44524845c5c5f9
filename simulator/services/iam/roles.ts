import type * as IamClient from '@aws-sdk/client-iam';
import { roleArn } from '../../iam/arns.ts';
import { hideNewRole, setTrustPolicy } from '../../iam/propagation.ts';
import { forgetPrincipal, readIdentityPolicy, readTrustPolicy } from '../../iam/stored-policies.ts';
import { iamId } from '../../world/aws-ids.ts';
import { drawPrng } from '../../world/build.ts';
import type { Account, Role } from '../../world/world.ts';
import { checkConstraints } from '../constraints.ts';
import type { OperationsOf } from '../operations.ts';
import { conflict, encodedDocument, noSuchEntity, ownAccount, roleNamed, tagList, tagRecord } from './lookup.ts';
import { pageByMarker } from './marker.ts';
import { checkedName } from './users.ts';

export const roles = {
  ListRoles(call) {
    const account = ownAccount(call);
    const prefix = call.input.PathPrefix ?? '/';
    const within = Object.values(account.roles).filter(role => role.path.startsWith(prefix));
    const { items, ...page } = pageByMarker(call, within, role => role.name);
    return { Roles: items.map(role => answer(account, role)), ...page };
  },

  GetRole(call) {
    const role = roleNamed(call, call.input.RoleName);
    const tags = Object.keys(role.tags).length > 0 ? { Tags: tagList(role.tags) } : {};
    return { Role: { ...answer(ownAccount(call), role), RoleLastUsed: {}, ...tags } };
  },

  CreateRole(call) {
    const { input, world, clock } = call;
    const account = ownAccount(call);
    const name = checkedName(input.RoleName, { at: 'roleName', max: 64 });
    checkConstraints([{ at: 'maxSessionDuration', value: input.MaxSessionDuration, min: 3_600, max: 43_200 }]);
    if (account.roles[name]) throw conflict('EntityAlreadyExists', `Role with name ${name} already exists.`);
    const role: Role = {
      name,
      path: input.Path ?? '/',
      id: iamId(drawPrng(world), 'AROA'),
      createdAt: clock.now().toISOString(),
      description: input.Description ?? '',
      maxSessionSeconds: input.MaxSessionDuration ?? 3_600,
      trustPolicy: readTrustPolicy(world, account, input.AssumeRolePolicyDocument),
      inlinePolicies: {},
      attachedPolicyArns: [],
      tags: tagRecord(input.Tags),
    };
    account.roles[name] = role;
    hideNewRole(world, role, clock.now());
    return { Role: answer(account, role) };
  },

  UpdateAssumeRolePolicy(call) {
    const role = roleNamed(call, call.input.RoleName);
    const document = readTrustPolicy(call.world, ownAccount(call), call.input.PolicyDocument);
    setTrustPolicy(call.world, role, { document, now: call.clock.now() });
    return {};
  },

  UpdateRole(call) {
    const { input } = call;
    const role = roleNamed(call, input.RoleName);
    checkConstraints([{ at: 'maxSessionDuration', value: input.MaxSessionDuration, min: 3_600, max: 43_200 }]);
    role.maxSessionSeconds = input.MaxSessionDuration ?? role.maxSessionSeconds;
    role.description = input.Description ?? role.description;
    return {};
  },

  DeleteRole(call) {
    const account = ownAccount(call);
    const role = roleNamed(call, call.input.RoleName);
    if (Object.keys(role.inlinePolicies).length > 0) {
      throw conflict('DeleteConflict', 'Cannot delete entity, must delete policies first.');
    }
    if (role.attachedPolicyArns.length > 0) {
      throw conflict('DeleteConflict', 'Cannot delete entity, must detach all policies first.');
    }
    delete account.roles[role.name];
    forgetPrincipal(call.world, { arn: roleArn(account, role), id: role.id });
    return {};
  },

  ListRolePolicies(call) {
    const names = Object.keys(roleNamed(call, call.input.RoleName).inlinePolicies);
    const { items, ...page } = pageByMarker(call, names, name => name);
    return { PolicyNames: items, ...page };
  },

  GetRolePolicy(call) {
    const { RoleName, PolicyName = '' } = call.input;
    const role = roleNamed(call, RoleName);
    if (!(PolicyName in role.inlinePolicies)) noSuchEntity(`The role policy with name ${PolicyName} cannot be found.`);
    return { RoleName: role.name, PolicyName, PolicyDocument: encodedDocument(role.inlinePolicies[PolicyName]) };
  },

  PutRolePolicy(call) {
    const { RoleName, PolicyName, PolicyDocument } = call.input;
    const role = roleNamed(call, RoleName);
    role.inlinePolicies[checkedName(PolicyName, { at: 'policyName', max: 128 })] = readIdentityPolicy(PolicyDocument);
    return {};
  },

  DeleteRolePolicy(call) {
    const { RoleName, PolicyName = '' } = call.input;
    const role = roleNamed(call, RoleName);
    if (!(PolicyName in role.inlinePolicies)) noSuchEntity(`The role policy with name ${PolicyName} cannot be found.`);
    delete role.inlinePolicies[PolicyName];
    return {};
  },
} satisfies OperationsOf<typeof IamClient>;

function answer(account: Account, role: Role) {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: roleArn(account, role),
    CreateDate: role.createdAt,
    AssumeRolePolicyDocument: encodedDocument(role.trustPolicy),
    ...(role.description === '' ? {} : { Description: role.description }),
    MaxSessionDuration: role.maxSessionSeconds,
  };
}

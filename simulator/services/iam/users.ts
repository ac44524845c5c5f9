import type * as IamClient from '@aws-sdk/client-iam';
import { rootArn, userArn } from '../../iam/arns.ts';
import { forgetPrincipal, readIdentityPolicy } from '../../iam/stored-policies.ts';
import { iamId } from '../../world/aws-ids.ts';
import { drawPrng } from '../../world/build.ts';
import type { Account, User } from '../../world/world.ts';
import { checkConstraints } from '../constraints.ts';
import type { OperationsOf } from '../operations.ts';
import { conflict, encodedDocument, noSuchEntity, ownAccount, tagList, tagRecord, userNamed } from './lookup.ts';
import { pageByMarker } from './marker.ts';

export const users = {
  ListUsers(call) {
    const account = ownAccount(call);
    const prefix = call.input.PathPrefix ?? '/';
    const within = Object.values(account.users).filter(user => user.path.startsWith(prefix));
    const { items, ...page } = pageByMarker(call, within, user => user.name);
    return { Users: items.map(user => answer(account, user)), ...page };
  },

  GetUser(call) {
    const { caller, input } = call;
    const account = ownAccount(call);
    if (input.UserName === undefined && caller.kind === 'root') {
      // The root user has no name and no path of its own.
      const root = { UserId: account.id, Arn: rootArn(account), CreateDate: account.joinedAt };
      return { User: { ...root, Path: undefined, UserName: undefined } };
    }
    const user = userNamed(call, input.UserName);
    return {
      User: {
        ...answer(account, user),
        ...(Object.keys(user.tags).length ? { Tags: tagList(user.tags) } : {}),
        ...boundaryOf(user),
      },
    };
  },

  CreateUser(call) {
    const { input, world, clock } = call;
    const account = ownAccount(call);
    const name = checkedName(input.UserName, { at: 'userName', max: 64 });
    if (account.users[name]) throw conflict('EntityAlreadyExists', `User with name ${name} already exists.`);
    const user: User = {
      name,
      path: input.Path ?? '/',
      id: iamId(drawPrng(world), 'AIDA'),
      createdAt: clock.now().toISOString(),
      accessKeys: [],
      inlinePolicies: {},
      attachedPolicyArns: [],
      tags: tagRecord(input.Tags),
    };
    account.users[name] = user;
    return { User: answer(account, user) };
  },

  DeleteUser(call) {
    const account = ownAccount(call);
    const user = userNamed(call, call.input.UserName ?? '');
    if (user.accessKeys.length > 0)
      throw conflict('DeleteConflict', 'Cannot delete entity, must delete access keys first.');
    if (Object.keys(user.inlinePolicies).length > 0) {
      throw conflict('DeleteConflict', 'Cannot delete entity, must delete policies first.');
    }
    if (user.attachedPolicyArns.length > 0) {
      throw conflict('DeleteConflict', 'Cannot delete entity, must detach all policies first.');
    }
    delete account.users[user.name];
    forgetPrincipal(call.world, { arn: userArn(account, user), id: user.id });
    return {};
  },

  ListUserPolicies(call) {
    const names = Object.keys(userNamed(call, call.input.UserName ?? '').inlinePolicies);
    const { items, ...page } = pageByMarker(call, names, name => name);
    return { PolicyNames: items, ...page };
  },

  GetUserPolicy(call) {
    const { UserName, PolicyName = '' } = call.input;
    const user = userNamed(call, UserName ?? '');
    if (!(PolicyName in user.inlinePolicies)) noSuchEntity(`The user policy with name ${PolicyName} cannot be found.`);
    return { UserName: user.name, PolicyName, PolicyDocument: encodedDocument(user.inlinePolicies[PolicyName]) };
  },

  PutUserPolicy(call) {
    const { UserName, PolicyName, PolicyDocument } = call.input;
    const user = userNamed(call, UserName ?? '');
    user.inlinePolicies[checkedName(PolicyName, { at: 'policyName', max: 128 })] = readIdentityPolicy(PolicyDocument);
    return {};
  },

  DeleteUserPolicy(call) {
    const { UserName, PolicyName = '' } = call.input;
    const user = userNamed(call, UserName ?? '');
    if (!(PolicyName in user.inlinePolicies)) noSuchEntity(`The user policy with name ${PolicyName} cannot be found.`);
    delete user.inlinePolicies[PolicyName];
    return {};
  },
} satisfies OperationsOf<typeof IamClient>;

export function checkedName(name: string | undefined, { at, max }: { at: string; max: number }): string {
  checkConstraints([{ at, value: name, required: true, min: 1, max, pattern: '[\\w+=,.@-]+' }]);
  return name ?? '';
}

function boundaryOf({ permissionsBoundaryArn: arn }: User) {
  return arn === undefined ? {} : { PermissionsBoundary: { PermissionsBoundaryArn: arn } };
}

function answer(account: Account, user: User) {
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.id,
    Arn: userArn(account, user),
    CreateDate: user.createdAt,
  };
}

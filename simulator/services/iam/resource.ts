import { roleArn, userArn } from '../../iam/arns.ts';
import type { Call } from '../../service.ts';

/**
 * The resource that an IAM call is about, as the service authorization reference gives it.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
 */
export function iamResource(call: Call<unknown>): string {
  const { operation, caller, world } = call;
  const input = textMembers(call.input);
  const account = world.accounts[caller.accountId];
  if (!account) return '*';
  const listed = /^List(Users|Roles|Policies)$/.exec(operation)?.[1];
  if (listed) {
    const kind = { Users: 'user', Roles: 'role', Policies: 'policy' }[listed];
    return `arn:${account.partition}:iam::${account.id}:${kind}${input.PathPrefix ?? '/'}`;
  }
  const { RoleName, PolicyArn, PolicySourceArn, UserName } = input;
  if (RoleName !== undefined)
    return roleArn(account, account.roles[RoleName] ?? { name: RoleName, path: input.Path ?? '/' });
  if (PolicySourceArn !== undefined) return PolicySourceArn;
  const userName = UserName ?? (USER_OPERATION.test(operation) ? caller.userName : undefined);
  if (userName !== undefined)
    return userArn(account, account.users[userName] ?? { name: userName, path: input.Path ?? '/' });
  return PolicyArn ?? '*';
}

/** Operations that are about the caller itself when they name no user. */
const USER_OPERATION = /AccessKey|^GetUser$/;

function textMembers(input: unknown): Record<string, string | undefined> {
  if (typeof input !== 'object' || input === null) return {};
  return Object.fromEntries(Object.entries(input).filter(([, value]) => typeof value === 'string'));
}

import { factsOfPartition } from '../../src/domain/partition.ts';
import type { Call } from '../service.ts';
import type { Organization, World } from '../world/world.ts';
import type { RequestContext } from './condition.ts';

/**
 * The global condition keys of a request, and those that its operation adds.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export function contextOf(
  call: Call<unknown>,
  more: Record<string, string | readonly string[] | undefined> = {},
): RequestContext {
  const { caller, world, clock } = call;
  const now = clock.now();
  const organization = organizationOf(world, caller.accountId);
  const context = new Map<string, readonly string[]>();
  const set = (key: string, value: string | readonly string[] | undefined) => {
    if (value !== undefined) context.set(key.toLowerCase(), typeof value === 'string' ? [value] : value);
  };
  set('aws:CurrentTime', now.toISOString());
  set('aws:EpochTime', String(Math.floor(now.getTime() / 1000)));
  // AWS is reached by TLS; that its stand-in is not must not decide a policy.
  set('aws:SecureTransport', 'true');
  set('aws:SourceIp', call.sourceIp);
  set('aws:RequestedRegion', requestedRegion(call));
  set('aws:PrincipalArn', caller.role?.arn ?? caller.arn);
  set('aws:PrincipalAccount', caller.accountId);
  set('aws:PrincipalType', { root: 'Account', user: 'User', 'assumed-role': 'AssumedRole' }[caller.kind]);
  set('aws:PrincipalOrgID', organization?.id);
  set('aws:PrincipalOrgMasterAccountId', organization?.managementAccountId);
  set('aws:PrincipalIsAWSService', 'false');
  set('aws:ViaAWSService', 'false');
  set('aws:userid', caller.userId);
  set('aws:username', caller.userName);
  set('aws:SourceIdentity', caller.role?.sourceIdentity);
  if (caller.kind === 'assumed-role') {
    // Long-term keys do not have these two keys at all.
    set('aws:MultiFactorAuthPresent', 'false');
    set('aws:TokenIssueTime', world.sessions[caller.accessKeyId]?.issuedAt);
  }
  for (const [key, value] of Object.entries(principalTags(call))) set(`aws:PrincipalTag/${key}`, value);
  for (const [key, value] of Object.entries(more)) set(key, value);
  return context;
}

export function organizationOf(world: World, accountId: string): Organization | undefined {
  return world.organizations.find(
    one => one.managementAccountId === accountId || membersOf(one.memberAccountIds).has(accountId),
  );
}

/** A list of ten thousand members is too long to be searched several times a call. Made anew when it has grown or shrunk. */
const memberSets = new WeakMap<readonly string[], Set<string>>();

function membersOf(ids: readonly string[]): Set<string> {
  const known = memberSets.get(ids);
  if (known?.size === ids.length && known.has(ids.at(-1) ?? '')) return known;
  const members = new Set(ids);
  memberSets.set(ids, members);
  return members;
}

/** IAM is one service per partition, in the region of its endpoint, wherever the request was signed for. */
function requestedRegion({ service, region, caller }: Call<unknown>): string {
  return service === 'iam' || service === 'organizations'
    ? (factsOfPartition(caller.partition)?.stsRegion ?? region)
    : region;
}

/** Tags of the user, or of the role with the session's own over them. */
function principalTags({ caller, world }: Call<unknown>): Record<string, string> {
  const account = world.accounts[caller.accountId];
  if (caller.userName !== undefined) return account?.users[caller.userName]?.tags ?? {};
  if (caller.role) return { ...account?.roles[caller.role.name]?.tags, ...caller.role.tags };
  return {};
}

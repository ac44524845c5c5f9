import { factsOfPartition } from '../../src/domain/partition.ts';
import type { Call } from '../service.ts';
import type { Organization, World } from '../world/world.ts';
import type { RequestContext } from './condition.ts';

/**
 * The global condition keys of a request, and those that its operation adds. Put together when the first one is looked up:
 * most policies have no conditions.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export function contextOf(
  call: Call<unknown>,
  more: Record<string, string | readonly string[] | undefined> = {},
): RequestContext {
  let keys: ReadonlyMap<string, readonly string[]> | undefined;
  const all = () => {
    keys ??= keysOf(call, more);
    return keys;
  };
  return { get: key => all().get(key), has: key => all().has(key) };
}

function keysOf(
  call: Call<unknown>,
  more: Record<string, string | readonly string[] | undefined>,
): ReadonlyMap<string, readonly string[]> {
  const now = call.clock.now();
  const values = {
    'aws:CurrentTime': now.toISOString(),
    'aws:EpochTime': String(Math.floor(now.getTime() / 1000)),
    // AWS is reached by TLS; that its stand-in is not must not decide a policy.
    'aws:SecureTransport': 'true',
    'aws:SourceIp': call.sourceIp,
    'aws:RequestedRegion': requestedRegion(call),
    'aws:ViaAWSService': 'false',
    ...(call.caller.kind === 'anonymous' ? {} : callerKeys(call)),
    ...more,
  };
  const context = new Map<string, readonly string[]>();
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined) context.set(key.toLowerCase(), typeof value === 'string' ? [value] : value);
  }
  return context;
}

/** What is known of a caller by its signature. */
function callerKeys(call: Call<unknown>): Record<string, string | undefined> {
  const { caller, world } = call;
  const organization = organizationOf(world, caller.accountId);
  const isSession = caller.kind === 'assumed-role';
  return {
    'aws:PrincipalArn': caller.role?.arn ?? caller.arn,
    'aws:PrincipalAccount': caller.accountId,
    'aws:PrincipalType': caller.kind === 'root' ? 'Account' : isSession ? 'AssumedRole' : 'User',
    'aws:PrincipalOrgID': organization?.id,
    'aws:PrincipalOrgMasterAccountId': organization?.managementAccountId,
    'aws:PrincipalIsAWSService': 'false',
    'aws:userid': caller.userId,
    'aws:username': caller.userName,
    'aws:SourceIdentity': caller.role?.sourceIdentity,
    // Long-term keys do not have these two keys at all.
    'aws:MultiFactorAuthPresent': isSession ? 'false' : undefined,
    'aws:TokenIssueTime': isSession ? world.sessions[caller.accessKeyId]?.issuedAt : undefined,
    ...Object.fromEntries(
      Object.entries(principalTags(call)).map(([key, value]) => [`aws:PrincipalTag/${key}`, value]),
    ),
  };
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

import { LIMITS } from '../domain/limits.ts';
import { factsOfAccountType, type PartitionFacts } from '../domain/partition.ts';
import { ok, type Result } from '../domain/result.ts';
import { parseRoleArn } from '../domain/role-arn.ts';
import { findBaseAccount, listRoleArns } from '../store/base-accounts.ts';
import { noSuchBaseAccount } from './base-accounts.ts';
import type { AccountsDeps } from './deps.ts';
import { DEFAULT_ROLE_NAME } from './role-setup.ts';
import { selfManagementPolicy } from './self-management.ts';
import type { PolicyDocument } from './shapes.ts';

/** What a hub's identity has to be allowed, as policies that IAM accepts. */
export interface HubPolicies {
  /** More than one when IAM's limit does not let one hold them all; never empty. */
  readonly policies: readonly PolicyDocument[];
  readonly form: 'exact-roles' | 'role-name-pattern';
  /** Why it is that form, and how to attach them. */
  readonly because: string;
}

/** What the policies are attached to. */
export type PolicyHolder = 'user' | 'role';

/** A key is a user's; whoever has none acts as a role. */
export function holderOf({ credentials }: { credentials: { kind: string } }): PolicyHolder {
  return credentials.kind === 'access-key' ? 'user' : 'role';
}

/** The same of a base account, and what its identity needs to look after itself. */
export interface BaseAccountPolicies extends HubPolicies {
  readonly selfManagement: PolicyDocument;
}

/** The least policies of a base account's identity: sts:AssumeRole on its connectors' roles. */
export async function hubPolicy({ db }: Pick<AccountsDeps, 'db'>, id: string): Promise<Result<BaseAccountPolicies>> {
  const row = await findBaseAccount(db, id);
  if (!row) return noSuchBaseAccount(id);
  const { accountType, identity, proof } = row;
  const facts = factsOfAccountType(accountType);
  return ok({
    ...assumeRolePolicies({ facts, roleArns: await listRoleArns(db, accountType), of: holderOf(identity) }),
    selfManagement: selfManagementPolicy({ facts, accountId: identity.accountId, callerArn: proof?.callerArn ?? null }),
  });
}

/**
 * Exactly these roles while one managed policy can hold their ARNs. Beyond that, their paths and names in any account if
 * the roles share names and fewer policies hold those; else their ARNs in several policies. A name in any account is no
 * more than it seems: a role lets in only whom its own trust policy names.
 */
export function assumeRolePolicies({
  facts,
  roleArns,
  of = 'user',
}: {
  facts: PartitionFacts;
  roleArns: readonly string[];
  of?: PolicyHolder;
}): HubPolicies {
  if (roleArns.length === 0) {
    // IAM knows no empty resource list.
    const policies = policiesOf([patternOf(facts, DEFAULT_ROLE_NAME)]);
    const because = `There is no connector yet, so this names the role that role set-ups propose, ${DEFAULT_ROLE_NAME}, in any account. ${howToAttach(policies, of)}`;
    return { policies, form: 'role-name-pattern', because };
  }
  const exact = policiesOf(roleArns.map(literal));
  const named = `It names each of the ${count(roleArns.length, 'role')} and nothing else.`;
  if (exact.length === 1)
    return { policies: exact, form: 'exact-roles', because: `${named} ${howToAttach(exact, of)}` };

  const names = [...new Set(roleArns.map(nameInAccount))];
  const patterns = policiesOf(names.map(name => patternOf(facts, name)));
  const sum = `The ARNs of ${roleArns.length} roles need ${exact.length} policies, because IAM limits one to ${limit(LIMITS.managedPolicyCharsMax)} characters.`;
  // A pattern for each role would be a little shorter, too, and give away more than it saves.
  if (names.length <= roleArns.length / 2 && patterns.length < exact.length) {
    const because = `${sum} Their ${count(names.length, 'name')} in any account ${names.length === 1 ? 'is' : 'are'} shorter; such a role still lets in only whom its trust policy names. ${howToAttach(patterns, of)}`;
    return { policies: patterns, form: 'role-name-pattern', because };
  }
  const because = `${sum} They share too few names for a pattern of names to be better. ${howToAttach(exact, of)}`;
  return { policies: exact, form: 'exact-roles', because };
}

/** Characters that IAM counts: all but white space. */
export function policyChars(document: PolicyDocument): number {
  return JSON.stringify(document).replaceAll(/\s/g, '').length;
}

/** As few policies as hold these resources within IAM's limit, in their order. */
function policiesOf(resources: readonly string[]): PolicyDocument[] {
  const room = LIMITS.managedPolicyCharsMax - policyChars(policyFor([]));
  const groups: string[][] = [];
  let left = 0;
  for (const resource of [...resources].sort()) {
    // With its quotes and a comma.
    const chars = resource.length + 3;
    const last = groups.at(-1);
    if (last && chars <= left) {
      last.push(resource);
      left -= chars;
    } else {
      groups.push([resource]);
      left = room - chars;
    }
  }
  return groups.map(policyFor);
}

function policyFor(resources: readonly string[]): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: [{ Sid: 'AssumeConnectorRoles', Effect: 'Allow', Action: 'sts:AssumeRole', Resource: resources }],
  };
}

function patternOf({ partition }: PartitionFacts, name: string): string {
  return `arn:${partition}:iam::*:role/${literal(name)}`;
}

/** A role's path and name, which may repeat from account to account. */
function nameInAccount(arn: string): string {
  const parsed = parseRoleArn(arn);
  if (!parsed.ok) throw new Error(`a connector has the role ARN ${arn}, which cannot be read`);
  return parsed.value.path;
}

/**
 * A path may hold the characters that are wildcards in a policy; each has a variable that stands for it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
function literal(text: string): string {
  return text.replaceAll(/[*?$]/g, character => `\${${character}}`);
}

function howToAttach(policies: readonly PolicyDocument[], of: PolicyHolder): string {
  const chars = policies.reduce((sum, policy) => sum + policyChars(policy), 0);
  const inlineMax = of === 'user' ? LIMITS.inlineUserPolicyCharsMax : LIMITS.inlineRolePolicyCharsMax;
  if (policies.length === 1) {
    return chars <= inlineMax
      ? `Its ${limit(chars)} characters fit a managed policy or an inline policy of the ${of}.`
      : `Its ${limit(chars)} characters fit a managed policy, but not an inline policy of a ${of} (${limit(inlineMax)}).`;
  }
  const most = LIMITS.managedPoliciesPerIdentity;
  if (policies.length <= most) {
    return `Make each a managed policy and attach all ${policies.length}; IAM lets an identity have ${most}.`;
  }
  const tooMany = `These are ${policies.length} managed policies, and IAM lets an identity have ${most} (${LIMITS.managedPoliciesPerIdentityRaised} after a quota increase).`;
  // A role is in no group.
  return of === 'user'
    ? `${tooMany} Attach the others to groups of the user, up to ${most} groups with ${most} policies each, or give the roles one name.`
    : `${tooMany} Give the roles one name.`;
}

function count(number: number, noun: string): string {
  return number === 1 ? `1 ${noun}` : `${number} ${noun}s`;
}

function limit(characters: number): string {
  return characters.toLocaleString('en');
}

import { LIMITS } from '../../domain/limits.ts';
import type { PartitionFacts } from '../../domain/partition.ts';
import { permissionsPolicy, ROLE_IN_TEMPLATE, roleResource } from '../role-setup.ts';
import type { PolicyDocument } from '../shapes.ts';
import { pathOf } from './cloudformation.ts';
import { type EditFile, jsonFile } from './edit-file.ts';
import { compact, type LeftOut, proposedFor, type RoleEdit } from './role-edit.ts';

/**
 * Templates for the StackSets of an organisation: one resource, whose name, path and external ID come from a mapping by
 * account. Accounts with the same hubs share a template, up to CloudFormation's limits: 200 attributes in a mapping, and
 * 51,200 bytes given inline. (Several mappings in one template would hold more accounts, but which of them has an account
 * cannot be asked without a macro, and StackSets of an organisation take none.)
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
 *
 * Every account gets the policy that Causeway proposes, so roles with statements of their own are left out.
 */
export function stackSetTemplates(
  edits: readonly RoleEdit[],
  { facts, actions }: { facts: PartitionFacts; actions: readonly string[] },
): { files: EditFile[]; leftOut: LeftOut[] } {
  const uniform = edits.filter(edit => compact(edit.after) === compact(proposedFor(edit)(edit.hubs)));
  const fitting = new Set(uniform);
  const leftOut = edits.filter(edit => !fitting.has(edit)).map(withStatementsOfItsOwn);
  const files = grouped(uniform).flatMap(group => split(group, { facts, actions }));
  return { files: files.map((content, i) => jsonFile(`stack-set-${i + 1}-of-${files.length}.json`, content)), leftOut };
}

function withStatementsOfItsOwn({ connectorId, name, role }: RoleEdit): LeftOut {
  const because =
    'Its trust policy is not the one that Causeway proposes, and a template for many accounts would take away what is different; the other formats keep it.';
  return { connectorId, name, roleArn: role.arn, because };
}

/** By hubs, and the second role of an account apart from the first. */
function grouped(edits: readonly RoleEdit[]): RoleEdit[][] {
  const groups = new Map<string, RoleEdit[]>();
  const seen = new Map<string, number>();
  for (const edit of edits.toSorted((a, b) => (a.role.arn < b.role.arn ? -1 : 1))) {
    const hubs = edit.hubs.map(({ accountId }) => accountId).join();
    const nth = seen.get(`${hubs} ${edit.role.accountId}`) ?? 0;
    seen.set(`${hubs} ${edit.role.accountId}`, nth + 1);
    const group = groups.get(`${hubs} ${nth}`);
    if (group) group.push(edit);
    else groups.set(`${hubs} ${nth}`, [edit]);
  }
  return [...groups.values()];
}

function split(
  group: readonly RoleEdit[],
  how: { facts: PartitionFacts; actions: readonly string[] },
): ReturnType<typeof template>[] {
  const content = template(group, how);
  const fits =
    group.length <= LIMITS.mappingAttributesMax &&
    Buffer.byteLength(JSON.stringify(content, null, 2)) < LIMITS.templateBytesMax;
  if (fits) return [content];
  const half = Math.ceil(group.length / 2);
  return [...split(group.slice(0, half), how), ...split(group.slice(half), how)];
}

function template(
  group: readonly RoleEdit[],
  { facts, actions }: { facts: PartitionFacts; actions: readonly string[] },
) {
  const [first] = group;
  if (!first) throw new Error('a group has at least one role');
  const accounts = group.map(({ role, externalId }) => {
    return [role.accountId, { ExternalId: externalId, RoleName: role.name, Path: pathOf(role) }] as const;
  });
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `Trust of Causeway’s roles in ${group.length} accounts, for the StackSet that made the roles.`,
    Metadata: {
      Use: 'Update the StackSet that made these roles. Its stacks must be in the accounts of the mapping and in no other: for an OU, choose the deployment targets with AccountFilterType INTERSECTION and these accounts. IAM is global, so one region is enough.',
      Region: facts.stsRegion,
    },
    Mappings: { Accounts: Object.fromEntries(accounts) },
    Resources: {
      [ROLE_IN_TEMPLATE]: roleResource({
        roleName: ofAccount('RoleName'),
        path: ofAccount('Path'),
        trust: trustOfAccount(first),
        permissions: permissionsOfAccount({ facts, actions }),
      }),
    },
    Outputs: { RoleArn: { Value: { 'Fn::GetAtt': [ROLE_IN_TEMPLATE, 'Arn'] } } },
  };
}

function ofAccount(attribute: 'ExternalId' | 'RoleName' | 'Path') {
  return { 'Fn::FindInMap': ['Accounts', { Ref: 'AWS::AccountId' }, attribute] };
}

/** What Causeway proposes, with the account's external ID in the place of the first one's. */
function trustOfAccount({ role, hubs }: RoleEdit): PolicyDocument {
  return withValue(proposedFor({ role, externalId: PLACE })(hubs), PLACE, ofAccount('ExternalId'));
}

/** The same for what the role may read of itself. */
function permissionsOfAccount(how: { facts: PartitionFacts; actions: readonly string[] }): PolicyDocument {
  const document = permissionsPolicy({ ...how, accountId: null, roleName: PLACE, path: '/' });
  const own = `arn:${how.facts.partition}:iam::*:role/${PLACE}`;
  const sub = `arn:${how.facts.partition}:iam::\${AWS::AccountId}:role\${Path}\${RoleName}`;
  const values = { Path: ofAccount('Path'), RoleName: ofAccount('RoleName') };
  return withValue(document, own, { 'Fn::Sub': [sub, values] });
}

const PLACE = 'of-the-account';

function withValue(document: PolicyDocument, place: string, value: unknown): PolicyDocument {
  const filled: PolicyDocument = JSON.parse(JSON.stringify(document, (_, one) => (one === place ? value : one)));
  return filled;
}

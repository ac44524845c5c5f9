import type { PartitionFacts } from '../../domain/partition.ts';
import { permissionsPolicy, ROLE_IN_TEMPLATE, roleResource } from '../role-setup.ts';
import { type EditFile, inFileName, jsonFile } from './edit-file.ts';
import type { RoleEdit } from './role-edit.ts';

/**
 * One template for each role, to be put in the place of the one that its stack was made from: the resource is what role
 * set-ups make, so only the trust policy changes. A policy has at most 8,192 characters, so every template is far below
 * the 51,200 bytes that CloudFormation takes inline
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html).
 */
export function cloudFormationTemplates(
  edits: readonly RoleEdit[],
  { facts, actions }: { facts: PartitionFacts; actions: readonly string[] },
): EditFile[] {
  return edits.map(({ role, name, after, from }) => {
    const made = { accountId: role.accountId, roleName: role.name, path: pathOf(role) };
    const permissions = permissionsPolicy({ facts, actions, ...made });
    const resource = roleResource({ ...made, trust: after, permissions });
    return jsonFile(`${role.accountId}-${inFileName(role.name)}.template.json`, {
      AWSTemplateFormatVersion: '2010-09-09',
      Description: `Trust of ${role.name} in account ${role.accountId}, for the stack that made the role.`,
      Metadata: {
        Connector: name,
        RoleArn: role.arn,
        TrustPolicy: from.kind === 'own' ? FROM_OWN : FROM_STANDARD,
        Use: 'Update the stack that made this role. If its template has more than this one, change only AssumeRolePolicyDocument there. A role that no stack made is not changed by this template: CloudFormation would say that it exists already.',
      },
      Resources: { [ROLE_IN_TEMPLATE]: resource },
      Outputs: { RoleArn: { Value: { 'Fn::GetAtt': [ROLE_IN_TEMPLATE, 'Arn'] } } },
    });
  });
}

const FROM_OWN = 'Made from the role’s own policy, as it was read: everything else in it stays.';
const FROM_STANDARD =
  'The role’s own policy is not known; this is the one that Causeway proposes, and it replaces the other.';

/** As IAM has it: with a slash at both ends. */
export function pathOf({ path, name }: RoleEdit['role']): string {
  return `/${path.slice(0, path.length - name.length)}`;
}

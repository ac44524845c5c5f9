import type { PartitionFacts } from '../../domain/partition.ts';
import { pathOf } from './cloudformation.ts';
import { type EditFile, inFileName, jsonFile } from './edit-file.ts';
import type { RoleEdit } from './role-edit.ts';

/**
 * Terraform configuration in its JSON syntax: a map of the new policies by role ARN, for roles that are in somebody's
 * configuration already; and for each role that is in none a file of its own that imports it (Terraform 1.5 or newer) and
 * changes nothing but the trust policy. A provider serves one account, so those are a directory for each account.
 * https://developer.hashicorp.com/terraform/language/syntax/json
 */
export function terraformFiles(edits: readonly RoleEdit[], { facts }: { facts: PartitionFacts }): EditFile[] {
  const policies = Object.fromEntries(edits.map(({ role, after }) => [role.arn, JSON.stringify(after)]));
  const managed = jsonFile('causeway-trust-policies.tf.json', {
    '//': [
      'New trust policies by role ARN, for roles that your configuration makes. Copy this file there and set',
      'assume_role_policy = local.causeway_trust_policies["ROLE ARN"] in the resource of each role.',
      ...edits.filter(({ from }) => from.kind === 'standard').map(({ role }) => `${role.arn}: ${NOT_KNOWN}`),
    ].map(asTemplate),
    locals: { causeway_trust_policies: literal(policies) },
  });
  return [managed, ...byAccount(edits).map(group => importFile(group, facts))];
}

const NOT_KNOWN = 'its own policy is not known; this is the one that Causeway proposes, and it replaces the other.';

function byAccount(edits: readonly RoleEdit[]): RoleEdit[][] {
  const groups = Map.groupBy(edits, ({ role }) => role.accountId);
  return [...groups.keys()].sort().map(accountId => groups.get(accountId) ?? []);
}

function importFile(edits: readonly RoleEdit[], facts: PartitionFacts): EditFile {
  const accountId = edits[0]?.role.accountId ?? '';
  const roles = edits.map((edit, i) => ({ edit, label: `causeway_${i + 1}` }));
  return jsonFile(`import/${inFileName(accountId)}/causeway-trust.tf.json`, {
    '//': [
      `Account ${accountId}: takes roles that no configuration makes into one, and changes their trust policies only.`,
      'Run terraform in this directory with credentials of the account; terraform plan shows the changes.',
      ...edits.filter(({ from }) => from.kind === 'standard').map(({ role }) => `${role.arn}: ${NOT_KNOWN}`),
    ].map(asTemplate),
    terraform: { required_version: '>= 1.5', required_providers: { aws: { source: 'hashicorp/aws' } } },
    provider: { aws: { region: facts.stsRegion, allowed_account_ids: [accountId] } },
    import: roles.map(({ edit, label }) => ({ to: `aws_iam_role.${label}`, id: asTemplate(edit.role.name) })),
    resource: { aws_iam_role: Object.fromEntries(roles.map(({ edit, label }) => [label, roleBlock(edit)])) },
  });
}

/** Everything of the role that is not said here stays as it is. */
function roleBlock({ role, after }: RoleEdit) {
  return {
    name: asTemplate(role.name),
    path: asTemplate(pathOf(role)),
    assume_role_policy: asTemplate(JSON.stringify(after)),
    lifecycle: {
      prevent_destroy: true,
      ignore_changes: [
        'description',
        'max_session_duration',
        'permissions_boundary',
        'force_detach_policies',
        'tags',
        'tags_all',
      ],
    },
  };
}

/** In strings of the JSON syntax, keys too, `\${` and `%{` would begin a template. */
function asTemplate(text: string): string {
  return text.replaceAll(/[$%](?=\{)/g, mark => mark + mark);
}

function literal(map: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [asTemplate(key), asTemplate(value)]));
}

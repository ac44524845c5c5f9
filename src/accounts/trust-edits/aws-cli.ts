import { readFileSync } from 'node:fs';
import type { PartitionFacts } from '../../domain/partition.ts';
import { shellText } from '../shell-text.ts';
import type { EditFile } from './edit-file.ts';
import { compact, type EditForm, type RoleEdit } from './role-edit.ts';

/** In bash, so that shellcheck and editors know it for what it is. */
const BODY = readFileSync(new URL('aws-cli.sh', import.meta.url), 'utf8');

/**
 * A bash script (3.2 or newer) that changes the trust policies with the AWS CLI (1 or 2). It changes a role only if its
 * policy is still the one that the edit was made from, compared as JMESPath's `to_string` writes it, and can be run again:
 * roles that are done are skipped.
 */
export function awsCliScript(
  edits: readonly RoleEdit[],
  { facts, form, targetId }: { facts: PartitionFacts; form: EditForm; targetId: string },
): EditFile[] {
  const sorted = edits.toSorted((a, b) => (a.role.accountId < b.role.accountId ? -1 : 1));
  const head = headOf({ facts, form, targetId, roles: sorted.length });
  const content = `${head}\n${BODY}\n${sorted.map(roleCall).join('\n')}\n\nsummary\n`;
  return [{ name: 'change-trust-policies.sh', mediaType: 'text/x-shellscript', content }];
}

function roleCall({ role, name, after, from }: RoleEdit): string {
  const before = from.kind === 'own' ? [from.before] : from.befores;
  const why =
    from.kind === 'own'
      ? 'from its own policy'
      : 'its own policy is not known: changed only if it is one that Causeway proposes';
  return `# ${inComment(name)}: ${why}
role ${[role.accountId, role.arn, role.name, compact(after), ...before].map(shellText).join(' \\\n  ')}`;
}

function inComment(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ');
}

function headOf({
  facts,
  form,
  targetId,
  roles,
}: {
  facts: PartitionFacts;
  form: EditForm;
  targetId: string;
  roles: number;
}): string {
  const does = form === 'overlap' ? 'admit it beside the hub that they trust now' : 'admit it and no hub before it';
  return `#!/usr/bin/env bash
# Changes the trust policies of ${roles} roles (${facts.label}) for the hub account ${targetId}: they ${does}.
#
#   bash change-trust-policies.sh --dry-run    shows what would be done
#   bash change-trust-policies.sh              does it; can be run again
#   … --replace-unknown                        replaces also policies that Causeway could not read beforehand
#   … --part 2/8                               only every eighth role; eight of them side by side take an eighth of the time
#
# Needs the AWS CLI and credentials that may assume ADMIN_ROLE (default OrganizationAccountAccessRole) in each account;
# in the account of these credentials they are used as they are. The role needs iam:GetRole and
# iam:UpdateAssumeRolePolicy. Each policy is kept in BACKUP_DIR before it is changed; to go back:
#   aws iam update-assume-role-policy --role-name NAME --policy-document file://BACKUP_DIR/ACCOUNT-NAME.json
PARTITION=${facts.partition} REGION=${facts.stsRegion} ROLES=${roles}

`;
}

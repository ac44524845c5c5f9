import { type AccountType, factsOfAccountType } from '../../domain/partition.ts';
import type { TrustState } from '../../domain/trust-state.ts';
import { listRolesToEdit, type RoleRow } from '../../store/trust-states.ts';
import type { AccountsDeps } from '../deps.ts';
import { platformIds } from '../trust-migrations.ts';
import { awsCliScript } from './aws-cli.ts';
import { cloudFormationTemplates } from './cloudformation.ts';
import type { EditFile } from './edit-file.ts';
import { type EditForm, type LeftOut, type RoleEdit, roleEdit } from './role-edit.ts';
import { stackSetTemplates } from './stack-set.ts';
import { terraformFiles } from './terraform.ts';

export type EditFormat = 'aws-cli' | 'cloudformation' | 'stack-set' | 'terraform';

export interface TrustEdits {
  readonly files: readonly EditFile[];
  /** How many roles the files change. */
  readonly roles: number;
  readonly leftOut: readonly LeftOut[];
}

export interface WantedEdits {
  readonly accountType: AccountType;
  readonly format: EditFormat;
  readonly form: EditForm;
  /** Only connectors in this state; else all that are not on target. */
  readonly state?: TrustState | undefined;
}

/**
 * Files that change the trust policies of the roles of an account type, from each role's own policy where it is known.
 * @param actions IAM actions that the role's templates allow
 */
export async function trustEdits(
  deps: Pick<AccountsDeps, 'db' | 'platformAccounts'>,
  { accountType, format, form, state }: WantedEdits,
  { actions }: { actions: readonly string[] },
): Promise<TrustEdits> {
  const platforms = platformIds(deps);
  const rows = await listRolesToEdit(deps.db, { accountType, platforms, state: state ?? null });
  const edits: RoleEdit[] = [];
  const leftOut: LeftOut[] = [];
  for (const [i, row] of rows.entries()) {
    // Each takes about a millisecond; others want their answers too.
    if (i % 50 === 49) await new Promise(resolve => setImmediate(resolve));
    const made = roleEdit({ ...row, formerHubs: formerHubs(row, platforms[accountType]) }, form);
    if ('edit' in made) edits.push(made.edit);
    else leftOut.push(made.leftOut);
  }
  const targetId = rows[0]?.targetHub?.accountId;
  if (edits.length === 0 || targetId === undefined) return { files: [], roles: 0, leftOut };
  const rendered = render(edits, { format, form, targetId, actions, accountType });
  return {
    files: rendered.files,
    roles: edits.length - rendered.leftOut.length,
    leftOut: [...leftOut, ...rendered.leftOut],
  };
}

/** The platform account is nobody's hub while there is a base account, but roles may have been made for it. */
function formerHubs({ triedHubs, earlierHub }: RoleRow, platformId: string | undefined) {
  const platform = platformId === undefined ? [] : [{ kind: 'platform-account', accountId: platformId } as const];
  return [...(earlierHub ? [earlierHub] : []), ...triedHubs, ...platform];
}

function render(
  edits: readonly RoleEdit[],
  {
    format,
    form,
    targetId,
    actions,
    accountType,
  }: {
    format: EditFormat;
    form: EditForm;
    targetId: string;
    actions: readonly string[];
    accountType: AccountType;
  },
): { files: readonly EditFile[]; leftOut: readonly LeftOut[] } {
  const facts = factsOfAccountType(accountType);
  switch (format) {
    case 'aws-cli':
      return { files: awsCliScript(edits, { facts, form, targetId }), leftOut: [] };
    case 'cloudformation':
      return { files: cloudFormationTemplates(edits, { facts, actions }), leftOut: [] };
    case 'stack-set':
      return stackSetTemplates(edits, { facts, actions });
    case 'terraform':
      return { files: terraformFiles(edits, { facts }), leftOut: [] };
  }
}

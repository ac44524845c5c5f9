import { newExternalId, parseExternalId } from '../domain/external-id.ts';
import { type AccountType, factsOfAccountType } from '../domain/partition.ts';
import { ok, type Result } from '../domain/result.ts';
import { parseRoleArn } from '../domain/role-arn.ts';
import { findBaseAccountOfType } from '../store/base-accounts.ts';
import { findConnector } from '../store/connectors.ts';
import { noSuchConnector } from './connectors.ts';
import type { AccountsDeps } from './deps.ts';
import { targetHub } from './hubs.ts';
import { DEFAULT_ROLE_NAME, roleSetup } from './role-setup.ts';
import type { RoleSetup } from './shapes.ts';

/** The role that this connector expects; `actions` are the IAM actions of the asset types to be read. */
export async function connectorRoleSetup(
  deps: Pick<AccountsDeps, 'db' | 'platformAccounts'>,
  { id, actions }: { id: string; actions: readonly string[] },
): Promise<Result<RoleSetup>> {
  const row = await findConnector(deps.db, id);
  if (!row) return noSuchConnector(id);
  const role = parseRoleArn(row.roleArn);
  if (!role.ok) throw new Error(`connector ${id} has a role ARN that cannot be read`);
  const { name, path, accountId } = role.value;
  return ok(
    roleSetup({
      facts: factsOfAccountType(row.accountType),
      trusted: targetHub(deps, row),
      roleName: name,
      path: `/${path.slice(0, path.length - name.length)}`,
      externalId: row.externalId,
      accountId,
      actions,
    }),
  );
}

/** The role to make before the connector exists; without an external ID it has a new one, to be given to the connector. */
export async function newRoleSetup(
  deps: Pick<AccountsDeps, 'db' | 'platformAccounts' | 'ids'>,
  {
    accountType,
    externalId,
    roleName,
    actions,
  }: {
    accountType: AccountType;
    externalId?: string | undefined;
    roleName?: string | undefined;
    actions: readonly string[];
  },
): Promise<Result<RoleSetup>> {
  const parsed = externalId === undefined ? ok(newExternalId(deps.ids)) : parseExternalId(externalId);
  if (!parsed.ok) return parsed;
  const base = await findBaseAccountOfType(deps.db, accountType);
  return ok(
    roleSetup({
      facts: factsOfAccountType(accountType),
      trusted: targetHub(deps, { accountType, baseAccountId: base?.identity.accountId ?? null }),
      roleName: roleName ?? DEFAULT_ROLE_NAME,
      path: '/',
      externalId: parsed.value,
      accountId: null,
      actions,
    }),
  );
}

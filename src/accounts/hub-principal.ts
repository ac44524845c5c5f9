import type { Hub } from '../domain/hub.ts';
import type { AccountType } from '../domain/partition.ts';
import { findBaseAccountOfType } from '../store/base-accounts.ts';
import type { AccountsDeps } from './deps.ts';
import { platformIdentity } from './hubs.ts';

/**
 * The ARN of what acts as a hub, as AWS told it when the hub's credentials were proved; undefined when they were not, or
 * when they are those of a base account that is none any more.
 */
export async function hubPrincipal(
  deps: Pick<AccountsDeps, 'db' | 'aws' | 'platformAccounts'>,
  { accountType, hub }: { accountType: AccountType; hub: Hub },
): Promise<string | undefined> {
  const { provenHubs } = deps.aws;
  if (hub.kind === 'platform-account') {
    const platform = platformIdentity(deps, accountType);
    return platform?.hub.accountId === hub.accountId ? provenHubs.get(platform.id)?.arn : undefined;
  }
  const base = await findBaseAccountOfType(deps.db, accountType);
  if (base?.identity.accountId !== hub.accountId) return undefined;
  return provenHubs.get(base.identity.id)?.arn ?? base.proof?.callerArn ?? undefined;
}

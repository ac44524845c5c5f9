import { LIMITS } from '../domain/limits.ts';
import { type KnownAsset, loadKnown, loadKnownOfAccount } from '../store/assets.ts';
import type { Database } from '../store/database.ts';
import type { ClaimedRun } from '../store/runs.ts';
import { type LedgerScope, nameOfScope, type Scope } from '../store/scopes.ts';

/** Gives the live assets of a scope, to be asked for once per scope. */
export type KnownOfScope = (scope: Scope) => Promise<readonly KnownAsset[]>;

/**
 * What is known of the account that a run observes. Of a small account everything is read at once, when it is first asked
 * for: most scopes have no asset, and a query for each of them would be most of what the database has to do. Of a large one
 * it is read scope by scope, so that only the scopes under way are in memory.
 *
 * Nothing else writes live assets of the account meanwhile but the deletion of another of its connectors: one run per
 * account is running.
 */
export function knownAssets(
  db: Database,
  { run, ledger }: { run: ClaimedRun; ledger: readonly LedgerScope[] },
): KnownOfScope {
  const { connectorNum, partition, accountId } = run;
  const items = ledger.reduce((sum, scope) => sum + scope.items, 0);
  let account: Promise<Map<string, KnownAsset[]> | undefined> | undefined;
  return async scope => {
    // By the ledger of this connector, which may know less than another's: then it is found out by reading.
    account ??= items > LIMITS.knownTogetherMax ? Promise.resolve(undefined) : readAccount();
    const byScope = await account;
    if (!byScope) return await loadKnown(db, { scope, connectorNum });
    const known = byScope.get(nameOfScope(scope)) ?? [];
    byScope.delete(nameOfScope(scope));
    return known;
  };

  async function readAccount() {
    const limit = LIMITS.knownTogetherMax;
    const assets = await loadKnownOfAccount(db, { partition, accountId, connectorNum, limit: limit + 1 });
    return assets.length > limit ? undefined : Map.groupBy(assets, nameOfScope);
  }
}

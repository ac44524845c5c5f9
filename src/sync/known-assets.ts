import type { Slots } from '../aws/slots.ts';
import { LIMITS } from '../domain/limits.ts';
import { type KnownAsset, loadKnown, loadKnownOfAccount } from '../store/assets.ts';
import type { Database } from '../store/database.ts';
import type { ClaimedRun } from '../store/runs.ts';
import { type LedgerScope, nameOfScope, type Scope } from '../store/scopes.ts';
import { inTurn } from './shared-by-runs.ts';

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
  {
    run,
    ledger,
    pages,
    signal,
  }: { run: ClaimedRun; ledger: readonly LedgerScope[]; pages: Slots; signal: AbortSignal },
): KnownOfScope {
  const { connectorNum, partition, accountId } = run;
  const turn = { of: run.hold.runId, stop: signal };
  const items = ledger.reduce((sum, scope) => sum + scope.items, 0);
  let account: Promise<Map<string, KnownAsset[]> | undefined> | undefined;
  return async scope => {
    // By the ledger of this connector, which may know less than another's: then it is found out by reading.
    account ??= items > LIMITS.knownTogetherMax ? Promise.resolve(undefined) : readAccount();
    const byScope = await account;
    // Without a turn the run is not to go on, and nothing is done with the answer.
    if (!byScope) return (await inTurn(pages, turn, () => loadKnown(db, { scope, connectorNum }))) ?? [];
    const known = byScope.get(nameOfScope(scope)) ?? [];
    byScope.delete(nameOfScope(scope));
    return known;
  };

  async function readAccount() {
    const limit = LIMITS.knownTogetherMax;
    const query = { partition, accountId, connectorNum, limit: limit + 1 };
    const assets = await inTurn(pages, turn, () => loadKnownOfAccount(db, query));
    return !assets || assets.length > limit ? undefined : Map.groupBy(assets, nameOfScope);
  }
}

import { readCursor, writeCursor } from '../domain/cursor.ts';
import { ACCOUNT_TYPES, type AccountType } from '../domain/partition.ts';
import { ok, type Result } from '../domain/result.ts';
import type { TrustState } from '../domain/trust-state.ts';
import type { HubEvidence } from '../store/hubs.ts';
import { listLatestRechecks, type RecheckRow } from '../store/rechecks.ts';
import {
  countTrustStates,
  type PlatformAccountIds,
  searchTrustStates,
  type TrustStateRow,
  type TrustTotals,
} from '../store/trust-states.ts';
import type { AccountsDeps } from './deps.ts';
import type { PageOf, PageRequest } from './shapes.ts';

/** How far the connectors of an account type have moved to their target hub. */
export interface TrustMigration extends TrustTotals {
  /** The latest one, also while it is under way. */
  readonly recheck: RecheckRow | null;
}

export interface MigrationConnector extends Omit<TrustStateRow, 'evidence'> {
  /** What was found when the target hub was tried last. */
  readonly evidence: HubEvidence | null;
}

type Deps = Pick<AccountsDeps, 'db' | 'platformAccounts'>;

/** One for each account type, also those without a connector. */
export async function listTrustMigrations(
  deps: Deps,
  accountTypes: readonly AccountType[] = ACCOUNT_TYPES,
): Promise<TrustMigration[]> {
  const [totals, rechecks] = await Promise.all([
    countTrustStates(deps.db, { accountTypes, platforms: platformIds(deps) }),
    listLatestRechecks(deps.db),
  ]);
  return totals.map(one => ({
    ...one,
    recheck: rechecks.find(({ accountType }) => accountType === one.accountType) ?? null,
  }));
}

export async function getTrustMigration(deps: Deps, accountType: AccountType): Promise<TrustMigration> {
  const [only] = await listTrustMigrations(deps, [accountType]);
  if (!only) throw new Error('every account type that is asked for is answered');
  return only;
}

/** By name. Fault invalid-cursor. */
export async function listMigrationConnectors(
  deps: Deps,
  {
    accountType,
    state,
    search,
    limit,
    cursor,
  }: { accountType: AccountType; state?: TrustState | undefined; search?: string | undefined } & PageRequest,
): Promise<Result<PageOf<MigrationConnector>>> {
  const place = readCursor(cursor, ['text', 'id']);
  if (!place.ok) return place;
  const [name, id] = place.value ?? [];
  const rows = await searchTrustStates(deps.db, {
    accountType,
    platforms: platformIds(deps),
    state: state ?? null,
    search: search ?? null,
    after: name === undefined || id === undefined ? null : { name, id },
    limit: limit + 1,
  });
  const items = rows.slice(0, limit).map(migrationConnector);
  const last = items.at(-1);
  const nextCursor = rows.length > limit && last ? writeCursor([last.name, last.connectorId]) : null;
  return ok({ items, nextCursor });
}

function migrationConnector({ evidence, ...row }: TrustStateRow): MigrationConnector {
  return { ...row, evidence: evidence && { ...evidence, at: new Date(evidence.at) } };
}

export function platformIds({ platformAccounts }: Pick<AccountsDeps, 'platformAccounts'>): PlatformAccountIds {
  const ids: { [Type in AccountType]?: string } = {};
  for (const accountType of ACCOUNT_TYPES) {
    const account = platformAccounts[accountType];
    if (account) ids[accountType] = account.accountId;
  }
  return ids;
}

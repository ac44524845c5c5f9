import { type RawBuilder, sql } from 'kysely';
import type { AccountType } from '../domain/partition.ts';
import type { Database } from './database.ts';
import { isSkipped } from './empty-scopes.ts';
import type { ScopeName } from './scopes.ts';

/** What the ledger tells about the next observation of a scope. */
export interface ScopeMemory extends ScopeName {
  /** null: none has ended. */
  readonly outcome: string | null;
  readonly completeAt: Date | null;
  /** Of the last observation, without those that AWS refused as too fast. */
  readonly calls: number;
  /** The same by operation; null when all were of the listing. */
  readonly operations: Readonly<Record<string, number>> | null;
  readonly ms: number;
  /** Whether the next scheduled run leaves it out. */
  readonly skipped: boolean;
}

export interface ConnectorMemory {
  readonly accountType: AccountType;
  /** null: those that the account has enabled. */
  readonly regions: readonly string[] | null;
  readonly scopes: readonly ScopeMemory[];
}

/** @param every see `isSkipped` */
export async function readConnectorMemory(
  db: Database,
  { connectorId, every }: { connectorId: string; every: number },
): Promise<ConnectorMemory | undefined> {
  const { rows } = await sql<Omit<ConnectorMemory, 'scopes'>>`
    select account_type as "accountType", regions from connectors where id = ${connectorId}
  `.execute(db);
  const [connector] = rows;
  if (!connector) return undefined;
  const { rows: scopes } = await sql<ScopeMemory>`
    select s.region, s.asset_type as "assetType", s.last_outcome as outcome, s.complete_at as "completeAt",
      s.last_calls - s.last_throttled as calls, s.last_operations as operations, ${DURATION_MS} as ms,
      ${isSkipped(every)} as skipped
    from scopes s join connectors c on c.id = s.connector_id
    where s.connector_id = ${connectorId} and s.partition = c.partition and s.account_id = c.account_id
  `.execute(db);
  return { ...connector, scopes };
}

/** Of all enabled connectors and one asset type. */
export interface TypeMemory {
  readonly assetType: string;
  readonly scopes: number;
  readonly calls: number;
  readonly operations: Readonly<Record<string, number>>;
  /** Calls of the scopes that have none by operation. */
  readonly listingCalls: number;
  readonly ms: number;
  readonly skippedScopes: number;
  readonly skippedCalls: number;
  readonly provedSince: Date | null;
}

/**
 * The whole estate in one pass over the ledger. What is left out is judged without a look at other scopes and at assets,
 * which would be a look for each of millions of scopes: a few more may be observed.
 */
export async function readEstateMemory(db: Database, every: number): Promise<TypeMemory[]> {
  const { rows } = await sql<TypeMemory>`
    with next as materialized (
      select s.asset_type, s.complete_at, s.last_calls - s.last_throttled as calls, s.last_operations as operations,
        ${DURATION_MS} as ms, ${isSkipped(every, { roughly: true })} as skipped
      from scopes s join connectors c on c.id = s.connector_id where c.enabled
    )
    select asset_type as "assetType", count(*) filter (where not skipped)::int as scopes,
      coalesce(sum(calls) filter (where not skipped), 0)::int as calls,
      coalesce(sum(calls) filter (where not skipped and operations is null), 0)::int as "listingCalls",
      coalesce(sum(ms) filter (where not skipped), 0)::float8 as ms,
      count(*) filter (where skipped)::int as "skippedScopes",
      coalesce(sum(calls) filter (where skipped), 0)::int as "skippedCalls",
      min(complete_at) filter (where skipped) as "provedSince",
      (
        select coalesce(jsonb_object_agg(key, n), '{}') from (
          select o.key, sum(o.value::int) as n from next p, jsonb_each_text(p.operations) o
          where p.asset_type = next.asset_type and not p.skipped group by o.key
        ) byOperation
      ) as operations
    from next group by asset_type
  `.execute(db);
  return rows;
}

/** How many connectors a forecast of all is about, and how many of them have no ledger yet. */
export async function countConnectors(db: Database): Promise<{ connectors: number; neverRan: number }> {
  const { rows } = await sql<{ connectors: number; neverRan: number }>`
    select count(*)::int as connectors, count(*) filter (
      where not exists (select from scopes s where s.connector_id = c.id)
    )::int as "neverRan"
    from connectors c where enabled
  `.execute(db);
  return rows[0] ?? { connectors: 0, neverRan: 0 };
}

const DURATION_MS: RawBuilder<number> = sql`coalesce(round(extract(epoch from s.last_finished_at - s.last_began_at) * 1000), 0)::float8`;

import { sql } from 'kysely';
import type { Fault } from '../domain/faults.ts';
import { type Database, inTransaction } from './database.ts';
import { type Hold, holding } from './runs.ts';

/** Where and of what type; with the account, what an observation is about. */
export interface Scope {
  readonly partition: string;
  readonly accountId: string;
  readonly region: string;
  readonly assetType: string;
}

export type ScopeName = Pick<Scope, 'region' | 'assetType'>;

/** Regions that the connector's ledger has for an account: those that earlier runs observed or tried to. */
export async function ledgerRegions(
  db: Database,
  { connectorId, partition, accountId }: { connectorId: string; partition: string; accountId: string },
): Promise<string[]> {
  const { rows } = await sql<{ region: string }>`
    select distinct region from scopes
    where connector_id = ${connectorId} and partition = ${partition} and account_id = ${accountId}
    order by region
  `.execute(db);
  return rows.map(row => row.region);
}

export interface PlanRow extends ScopeName {
  /** Set for a scope that is known beforehand not to be observable; it is finished with the plan. */
  readonly outcome: string | null;
  readonly fault: Fault | null;
}

/**
 * Writes the run's plan, and a row in the ledger for each scope that has none, all before the first page: a resumed run
 * knows what is left, and no asset is ever written for a scope that the ledger does not have. False when the hold was lost.
 */
export async function savePlan(
  db: Database,
  hold: Hold,
  { scopes, regionsFault, at }: { scopes: readonly PlanRow[]; regionsFault: Fault | null; at: Date },
): Promise<boolean> {
  const { rows } = await sql<{ held: number }>`
    with held as (${holding(hold)}),
    planned as (
      select held.id as run_id, held.connector_id, held.partition, held.account_id, p.*,
        case when p.outcome is null then null else ${at}::timestamptz end as finished_at
      from held, jsonb_to_recordset(${JSON.stringify(scopes)}::jsonb)
        as p(region text, "assetType" text, outcome text, fault jsonb)
    ),
    scopes_of_run as (
      insert into run_scopes (run_id, region, asset_type, outcome, fault, finished_at)
      select run_id, region, "assetType", outcome, fault, finished_at from planned
      on conflict (run_id, region, asset_type) do nothing
    ),
    ledger as (
      insert into scopes (connector_id, region, asset_type, partition, account_id,
        last_outcome, last_fault, last_run_id, last_finished_at)
      select connector_id, region, "assetType", partition, account_id,
        outcome, fault, case when outcome is not null then run_id end, finished_at
      from planned
      on conflict (connector_id, region, asset_type) do update set
        last_outcome = excluded.last_outcome, last_fault = excluded.last_fault,
        last_run_id = excluded.last_run_id, last_finished_at = excluded.last_finished_at
      where excluded.last_outcome is not null
    ),
    noted as (
      update runs r set regions_fault = ${regionsFault === null ? null : JSON.stringify(regionsFault)}::jsonb
      from held where r.id = held.id
    )
    select 1 as held from held
  `.execute(db);
  return rows.length === 1;
}

/** The plan of a run, with what is finished of it; nothing while the run has no plan. */
export async function planOf(
  db: Database,
  runId: string,
): Promise<(ScopeName & { readonly outcome: string | null })[]> {
  const { rows } = await sql<ScopeName & { outcome: string | null }>`
    select region, asset_type as "assetType", outcome from run_scopes
    where run_id = ${runId} order by region, asset_type
  `.execute(db);
  return rows;
}

/** What the ledger remembers that decides what to do with a scope before its first page. */
export async function ledgerMemory(
  db: Database,
  { connectorId, region, assetType }: ScopeName & { connectorId: string },
): Promise<LedgerMemory> {
  const { rows } = await sql<LedgerMemory>`
    select asset_tags as "assetTags", read_with as "readWith" from scopes
    where connector_id = ${connectorId} and region = ${region} and asset_type = ${assetType}
  `.execute(db);
  return rows[0] ?? { assetTags: {}, readWith: null };
}

export interface LedgerMemory {
  readonly assetTags: Readonly<Record<string, string>>;
  /** The reader of the last complete observation (`AssetType.readWith`). */
  readonly readWith: string | null;
}

export interface ScopeEnd extends Scope {
  readonly outcome: string;
  readonly fault: Fault | null;
  readonly items: number;
  readonly pages: number;
  readonly added: number;
  readonly changed: number;
  /** Ids of assets that were live when the scope began and that it did not see; only looked at when the outcome is complete. */
  readonly unseen: readonly string[];
  readonly assetTags: Readonly<Record<string, string>>;
  readonly readWith: string;
  readonly beganAt: Date;
  readonly endedAt: Date;
}

/**
 * Ends a scope, in one statement: its row of the run, the ledger, and, only if it was observed completely, the assets that
 * it did not see become gone (invariant I1). An asset's last sighting is then the end of the last complete observation
 * before this one, if that is later than its last write. False when the hold was lost or the scope was finished already.
 *
 * Whoever sees the account may say so, not only the connectors that saw the asset: an EC2 listing is all or nothing, no
 * policy filters it. Observations of one account never overlap (`runs_one_per_account`), so this one is the newest.
 */
export async function finishScope(db: Database, hold: Hold, end: ScopeEnd): Promise<boolean> {
  const complete = end.outcome === 'complete';
  const unseen = complete ? end.unseen : [];
  const faultJson = end.fault === null ? null : JSON.stringify(end.fault);
  const statement = sql`
    with held as (
      select h.id, h.connector_id, h.partition, h.account_id from (${holding(hold)}) h
      join run_scopes s on s.run_id = h.id
      where s.region = ${end.region} and s.asset_type = ${end.assetType} and s.outcome is null
    ),
    sighting as (
      select max(s.complete_at) as at from scopes s, held
      where s.partition = held.partition and s.account_id = held.account_id
        and s.region = ${end.region} and s.asset_type = ${end.assetType}
    ),
    gone as (
      update assets a set gone_at = ${end.endedAt}, last_seen_at = greatest(a.last_seen_at, sighting.at)
      from held, sighting
      where a.id = any(${unseen}::uuid[]) and a.gone_at is null and ${complete}
      returning a.id
    ),
    history as (
      insert into asset_history (asset_id, at, run_id, event, changes)
      select gone.id, ${end.endedAt}, held.id, 'gone', '[]' from gone, held
    ),
    run_scope as (
      update run_scopes s set outcome = ${end.outcome}, fault = ${faultJson}::jsonb, items = ${end.items},
        pages = ${end.pages}, added = ${end.added}, changed = ${end.changed}, gone = (select count(*) from gone),
        started_at = ${end.beganAt}, finished_at = ${end.endedAt}
      from held where s.run_id = held.id and s.region = ${end.region} and s.asset_type = ${end.assetType}
    ),
    ledger as (
      update scopes s set last_outcome = ${end.outcome}, last_fault = ${faultJson}::jsonb, last_run_id = held.id,
        last_finished_at = ${end.endedAt},
        complete_began_at = case when ${complete} then ${end.beganAt} else s.complete_began_at end,
        complete_at = case when ${complete} then ${end.endedAt} else s.complete_at end,
        items = case when ${complete} then ${end.items} else s.items end,
        asset_tags = case when ${complete} then ${JSON.stringify(end.assetTags)}::jsonb else s.asset_tags end,
        read_with = case when ${complete} then ${end.readWith} else s.read_with end
      from held
      where s.connector_id = held.connector_id and s.region = ${end.region} and s.asset_type = ${end.assetType}
    )
    select 1 from held
  `;
  // Whoever else locks the same assets, such as the deletion of another connector of the account, may do it in another order.
  const { rows } = await inTransaction(db, tx => statement.execute(tx));
  return rows.length === 1;
}

/** Scopes in the connector's ledger that a plan does not have, or that belong to an account it no longer points at. */
export async function ledgerScopesOutside(
  db: Database,
  {
    connectorId,
    partition,
    accountId,
    plan,
  }: {
    connectorId: string;
    partition: string;
    accountId: string;
    plan: readonly ScopeName[];
  },
): Promise<Scope[]> {
  const { rows } = await sql<Scope>`
    select s.partition, s.account_id as "accountId", s.region, s.asset_type as "assetType"
    from scopes s
    where s.connector_id = ${connectorId} and (
      s.partition <> ${partition} or s.account_id <> ${accountId}
      or not exists (
        select from jsonb_to_recordset(${JSON.stringify(plan)}::jsonb) as p(region text, "assetType" text)
        where p.region = s.region and p."assetType" = s.asset_type
      )
    )
  `.execute(db);
  return rows;
}

/** The scopes in a connector's ledger. */
export async function ledgerScopes(db: Database, connectorNum: number): Promise<Scope[]> {
  const { rows } = await sql<Scope>`
    select s.partition, s.account_id as "accountId", s.region, s.asset_type as "assetType"
    from scopes s join connectors c on c.id = s.connector_id where c.num = ${connectorNum}
  `.execute(db);
  return rows;
}

/** Takes a scope out of the ledger of the run's connector, after its assets were detached. False when the hold was lost. */
export async function deleteLedgerScope(db: Database, hold: Hold, scope: Scope): Promise<boolean> {
  const { rows } = await sql`
    with held as (${holding(hold)}),
    deleted as (
      delete from scopes s using held
      where s.connector_id = held.connector_id and s.region = ${scope.region} and s.asset_type = ${scope.assetType}
        and s.partition = ${scope.partition} and s.account_id = ${scope.accountId}
    )
    select 1 from held
  `.execute(db);
  return rows.length === 1;
}

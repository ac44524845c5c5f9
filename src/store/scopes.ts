import { type RawBuilder, sql } from 'kysely';
import type { Fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { type Database, repeatable } from './database.ts';
import { type Hold, holding } from './runs.ts';

/** Where and of what type; with the account, what an observation is about. */
export interface Scope {
  readonly partition: string;
  readonly accountId: string;
  readonly region: string;
  readonly assetType: string;
}

export type ScopeName = Pick<Scope, 'region' | 'assetType'>;

/** Tells apart the scopes of an account. */
export function nameOfScope({ region, assetType }: ScopeName): string {
  return `${region} ${assetType}`;
}

/** What the ledger remembers of a scope that decides what a run does with it. */
export interface LedgerScope extends Scope {
  /** Items that the last complete observation saw. */
  readonly items: number;
  /** Whether its assets have the asset tags that the run's connector has now. */
  readonly tagged: boolean;
  /** The reader of the last complete observation (`AssetType.readWith`). */
  readonly readWith: string | null;
  /** How the run observed it; null while it has not. */
  readonly outcome: string | null;
}

/** The ledger of a run's connector, of whatever account it has observed, by region and type. */
export async function readLedger(
  db: Database,
  { connectorId, runId, assetTags }: { connectorId: string; runId: string; assetTags: ScopeEnd['assetTags'] },
): Promise<LedgerScope[]> {
  const { rows } = await sql<LedgerScope>`
    -- prepared: read-ledger
    select partition, account_id as "accountId", region, asset_type as "assetType", items,
      asset_tags = ${JSON.stringify(assetTags)}::jsonb as tagged, read_with as "readWith",
      case when last_run_id = ${runId} then last_outcome end as outcome
    from scopes where connector_id = ${connectorId} order by region, asset_type
  `.execute(db);
  return rows;
}

/** A connector that was pointed at another account still has scopes of the one before. */
export function ledgerOfAccount(
  ledger: readonly LedgerScope[],
  { partition, accountId }: Pick<Scope, 'partition' | 'accountId'>,
): LedgerScope[] {
  return ledger.filter(scope => scope.partition === partition && scope.accountId === accountId);
}

export interface ScopeEnd extends Scope {
  readonly outcome: string;
  readonly fault: Fault | null;
  readonly items: number;
  readonly pages: number;
  readonly added: number;
  readonly changed: number;
  readonly calls: number;
  readonly throttled: number;
  /** Tries by operation; null when all were of the listing. */
  readonly operations: Readonly<Record<string, number>> | null;
  /** Ids of assets that were live when the scope began and that it did not see; only looked at when the outcome is complete. */
  readonly unseen: readonly string[];
  readonly assetTags: Readonly<Record<string, string>>;
  readonly readWith: string;
  readonly beganAt: Date;
  readonly endedAt: Date;
}

/**
 * Ends a scope: the ledger and, only if it was observed completely, the assets that it did not see become gone (invariant I1),
 * `batch` of them in one statement, the ledger with the last of them. Broken off in between, those marked until then are gone
 * rightly, because the listing was complete, and whoever observes the scope next marks the rest. An asset's last sighting is then the end of the last complete observation by a connector that sees it,
 * if that is later than its last write. False when the hold was lost or the run has finished the scope already.
 *
 * Whoever sees the account may say so, not only the connectors that saw the asset: an EC2 listing is all or nothing, no
 * policy filters it. Observations of one account never overlap (`runs_one_per_account`), so this one is the newest.
 */
export async function finishScope(
  db: Database,
  hold: Hold,
  end: ScopeEnd,
  batch: number = LIMITS.markBatchMax,
): Promise<boolean> {
  const unseen = end.outcome === 'complete' ? end.unseen : [];
  let gone = 0;
  let from = 0;
  for (; unseen.length - from > batch; from += batch) {
    const { rows } = await repeatable(
      db,
      sql<{ gone: number }>`
      with ${markingGone(hold, { ...end, unseen: unseen.slice(from, from + batch) })}
      select (select count(*) from gone) as gone from open
    `,
    );
    const [row] = rows;
    if (!row) return false;
    gone += row.gone;
  }
  const { rows } = await repeatable(
    db,
    sql`
    -- prepared: finish-scope
    with ended as (${endsOf([{ hold, end }])}),
    ${markingGone(hold, { ...end, unseen: unseen.slice(from) })},
    ledger as (
      update scopes s set ${OBSERVED}, last_gone = ${gone} + (select count(*) from gone)
      from open join ended e on true
      where ${isScope(sql`open.connector_id`, sql`open.region, open.asset_type`)}
    )
    select 1 from open
  `,
  );
  return rows.length === 1;
}

/** Of a scope that `hold` has not finished yet, `open`, what was not seen becomes `gone`; only of one observed completely. */
function markingGone(hold: Hold, end: ScopeEnd): RawBuilder<unknown> {
  const complete = end.outcome === 'complete';
  return sql`
    held as (${holding(hold)}),
    open as (
      select s.connector_id, s.region, s.asset_type, held.id as run_id from scopes s, held
      where ${isScope(sql`held.connector_id`, sql`${end.region}, ${end.assetType}`)}
        and s.last_run_id is distinct from held.id
      for no key update of s
    ),
    gone as (
      update assets a set gone_at = ${end.endedAt}, last_seen_at = greatest(a.last_seen_at, (
        select max(s.complete_at) from connectors c join scopes s on s.connector_id = c.id
        where c.num = any(a.seen_by) and s.partition = a.partition and s.account_id = a.account_id
          and ${isScope(sql`c.id`, sql`a.region, a.asset_type`)}
      ))
      from open
      where a.id = any(${complete ? end.unseen : []}::uuid[]) and a.gone_at is null and ${complete}
      returning a.id
    ),
    history as (
      insert into asset_history (asset_id, at, run_id, event, changes)
      select gone.id, ${end.endedAt}, open.run_id, 'gone', '[]' from gone, open
    )
  `;
}

/**
 * The row `s` of the ledger is this scope's, in words for which only the ledger's key is an index: of a table that was not
 * analysed since it grew the planner takes the one by type and region, and reads the scope of all connectors (measured with
 * 250 of them: 7.5 ms instead of 0.8 for the scopes of a run).
 */
function isScope(connectorId: RawBuilder<unknown>, name: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`s.connector_id = ${connectorId} and (s.connector_id, s.region, s.asset_type) >= (${connectorId}, ${name})
    and (s.connector_id, s.region, s.asset_type) <= (${connectorId}, ${name})`;
}

/** An end of a scope with the hold by which it is written. */
export interface HeldEnd {
  readonly hold: Hold;
  readonly end: ScopeEnd;
}

/** Whether an end makes assets gone; such a one is written by itself. */
export function bringsLoss({ outcome, unseen }: ScopeEnd): boolean {
  return outcome === 'complete' && unseen.length > 0;
}

/**
 * Ends scopes, of whatever runs, after which nothing is gone, in one statement. Most scopes end so, and written one by one
 * they would be the dearest part of a run. Answers for each, in order, what `finishScope` answers for one.
 */
export async function finishScopes(db: Database, ends: readonly HeldEnd[]): Promise<boolean[]> {
  if (ends.some(({ end }) => bringsLoss(end))) throw new Error('an end that makes assets gone is written by itself');
  const { rows } = await repeatable(
    db,
    sql<{ place: number }>`
    -- prepared: finish-scopes
    with ended as materialized (${endsOf(ends)}),
    held as materialized (
      select r.id, r.fence, r.connector_id from runs r
      join (select distinct "runId", fence from ended) h on h."runId" = r.id and h.fence = r.fence
      where r.state = 'running' order by r.id for share of r
    ),
    ledger as (
      update scopes s set ${OBSERVED}, last_gone = 0
      from held join ended e on e."runId" = held.id and e.fence = held.fence
      where ${isScope(sql`held.connector_id`, sql`e.region, e."assetType"`)}
        and s.last_run_id is distinct from held.id
      returning e.place
    )
    select place from ledger
  `,
  );
  const finished = new Set(rows.map(({ place }) => place));
  return ends.map((_, place) => finished.has(place));
}

/** Ends as rows `e`, each with its place among them. */
function endsOf(ends: readonly HeldEnd[]): RawBuilder<unknown> {
  const rows = ends.map(({ hold, end: { unseen: _, partition: __, accountId: ___, ...end } }, place) => {
    return { place, ...hold, ...end };
  });
  return sql`
    select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as e(
      place int, "runId" uuid, fence int, region text, "assetType" text, outcome text, fault jsonb, items int, pages int,
      added int, changed int, calls int, throttled int, operations jsonb, "assetTags" jsonb, "readWith" text, "beganAt" timestamptz, "endedAt" timestamptz
    )
  `;
}

/** What an end `e` changes in its row `s` of the ledger; what only a complete observation may say stays after any other. */
const OBSERVED = sql`last_outcome = e.outcome, last_fault = nullif(e.fault, 'null'), last_run_id = e."runId",
  last_began_at = e."beganAt", last_finished_at = e."endedAt", last_items = e.items, last_pages = e.pages,
  last_added = e.added, last_changed = e.changed, last_calls = e.calls, last_throttled = e.throttled,
  last_operations = nullif(e.operations, 'null'),
  empty_proofs = case when e.outcome = 'complete' and e.items = 0 then least(s.empty_proofs + 1, 100) else 0 end,
  alive_at = case when e.outcome = 'complete' and e.items > 0 and s.items = 0 then e."endedAt" else s.alive_at end,
  complete_began_at = case when e.outcome = 'complete' then e."beganAt" else s.complete_began_at end,
  complete_at = case when e.outcome = 'complete' then e."endedAt" else s.complete_at end,
  items = case when e.outcome = 'complete' then e.items else s.items end,
  asset_tags = case when e.outcome = 'complete' then e."assetTags" else s.asset_tags end,
  read_with = case when e.outcome = 'complete' then e."readWith" else s.read_with end`;

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

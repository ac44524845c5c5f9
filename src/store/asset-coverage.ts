import { type RawBuilder, sql } from 'kysely';
import type { Fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import type { AssetQuery, Pattern } from '../query/tree.ts';
import { APP_COLUMNS, type App, both, type Condition, either, lowerFits, typeFits } from './asset-condition.ts';
import type { Database } from './database.ts';
import { type AsOf, freshSince } from './estate-readiness.ts';

/** How far a list or a count can be trusted: what is known of the scopes in which its assets could be. */
export interface Coverage {
  readonly scopes: number;
  /** Scopes whose last observation was complete. */
  readonly complete: number;
  /** The oldest complete observation among the scopes that have any. */
  readonly oldestCompleteAt: string | null;
  /** The first `LIMITS.notObservedItemsMax` of the others; there are `scopes - complete` in all. */
  readonly notObserved: readonly NotObserved[];
  /** Connectors with scopes that were observed completely and are stale: nobody has looked for too long. */
  readonly staleConnectors: number;
  /** The first `LIMITS.staleItemsMax` of them, those that nobody has looked at for longest before. */
  readonly stale: readonly StaleConnector[];
}

export interface StaleConnector {
  readonly connectorId: string;
  readonly name: string;
  readonly enabled: boolean;
  /** The oldest of its complete observations that are stale. */
  readonly completeAt: string;
}

export interface NotObserved {
  readonly connectorId: string;
  /** `*` for region and asset type of a connector that has not planned a run yet; the fault is then its last run's. */
  readonly region: string;
  readonly assetType: string;
  /** null: not finished once. */
  readonly outcome: Exclude<Outcome, 'complete'> | null;
  readonly fault?: Fault;
}

type Outcome = 'complete' | 'denied' | 'throttled' | 'region-disabled' | 'not-applicable' | 'timed-out' | 'failed';

/**
 * Counts only scopes that could hold an asset the query accepts: a question about one region is not made doubtful by
 * another. Types that do not exist in a region are left out, because there is nothing to observe.
 *
 * The ledger of a large deployment has millions of scopes, so those of a connector are taken together as its last run left
 * them, unless a run is under way or the query speaks of regions and types at once.
 */
export async function readCoverage(
  db: Database,
  { query, app, asOf }: { query: AssetQuery; app?: App | undefined; asOf: AsOf },
): Promise<Coverage> {
  const shown = app ? APP_COLUMNS[app] : sql`true`;
  const totals = totalsFor(query);
  // Without "offset", the one probe for each connector would be planned as a pass over the whole ledger.
  const { rows } = await sql<CoverageRow>`
    with viewed as materialized (
      select c.id, c.account_id, c.name, c.enabled, c.polling_minutes, c.last_run_id,
        ${totals ? sql`not ${LEDGER_IN_USE}` : sql`false`} as added_up
      from connectors c where ${shown}
    ),
    counted as (
      ${totals ? sql`${totals} union all` : sql``}
      select c.id as connector_id, count(*) as scopes, count(*) filter (where s.last_outcome = 'complete') as complete,
        min(s.complete_at) as oldest, min(s.complete_at) filter (where s.last_outcome = 'complete' and not ${PROVED_EMPTY}) as found,
        min(s.complete_at) filter (where s.last_outcome = 'complete' and ${PROVED_EMPTY}) as empty
      from viewed c join scopes s on s.connector_id = c.id
      where not c.added_up and s.last_outcome is distinct from 'not-applicable' and ${couldHold(query, PLANNED)}
      group by c.id
    ),
    stale as (
      select c.id, c.name, c.enabled, least(
        case when n.found < ${freshSince(asOf, sql`false`)} then n.found end,
        case when n.empty < ${freshSince(asOf, sql`true`)} then n.empty end) as since
      from counted n join viewed c on c.id = n.connector_id
      where n.found < ${freshSince(asOf, sql`false`)} or n.empty < ${freshSince(asOf, sql`true`)}
    ),
    unplanned as (
      select c.id, r.fault from viewed c left join runs r on r.id = c.last_run_id
      where not c.added_up and not exists (select from scopes s where s.connector_id = c.id offset 0)
        and ${couldHold(query, UNPLANNED)}
    ),
    missing as (
      select s.connector_id, s.region, s.asset_type, s.last_outcome, s.last_fault
      from scopes s join viewed c on c.id = s.connector_id
      where s.last_outcome is distinct from 'complete' and s.last_outcome is distinct from 'not-applicable'
        and ${couldHold(query, PLANNED)}
      union all
      select id, '*', '*', null, fault from unplanned
      order by 1, 2, 3 limit ${LIMITS.notObservedItemsMax}
    )
    select (select coalesce(sum(scopes), 0) from counted)::bigint + (select count(*) from unplanned) as scopes,
      (select coalesce(sum(complete), 0)::bigint from counted) as complete,
      (select min(oldest) from counted) as "oldestCompleteAt",
      (select coalesce(jsonb_agg(jsonb_build_object('connectorId', connector_id, 'region', region, 'assetType', asset_type,
        'outcome', last_outcome, 'fault', last_fault) order by connector_id, region, asset_type), '[]') from missing) as "notObserved",
      (select count(*) from stale) as "staleConnectors",
      (select coalesce(jsonb_agg(jsonb_build_object('connectorId', id, 'name', name, 'enabled', enabled, 'completeAt', since)
        order by since, id), '[]') from (select * from stale order by since, id limit ${LIMITS.staleItemsMax}) s) as stale
  `.execute(db);
  const [row] = rows;
  if (!row) throw new Error('an aggregate gave no row');
  return {
    scopes: row.scopes,
    complete: row.complete,
    oldestCompleteAt: row.oldestCompleteAt?.toISOString() ?? null,
    notObserved: row.notObserved.map(({ fault, ...scope }) => (fault ? { ...scope, fault } : scope)),
    staleConnectors: row.staleConnectors,
    stale: row.stale.map(one => ({ ...one, completeAt: new Date(one.completeAt).toISOString() })),
  };
}

const PROVED_EMPTY = sql`s.empty_proofs >= ${LIMITS.emptyProofsMin}`;

/** Whether the ledger of a connector `c` is not what `ledger_totals` says: a run is at it, or none ever ended. */
const LEDGER_IN_USE = sql`(
  not exists (select from ledger_totals k where k.connector_id = c.id)
  or exists (select from runs r where r.connector_id = c.id and r.state = 'running')
)`;

/** From the totals of the connectors `c` whose ledger is added up; undefined when the query asks for more than they tell. */
function totalsFor(query: AssetQuery): RawBuilder<unknown> | undefined {
  const [ofRegion, ofType] = [mentions(query, 'region'), mentions(query, 'type')];
  if (ofRegion && ofType) return undefined;
  const joined = sql`from viewed c join ledger_totals k on k.connector_id = c.id`;
  if (!ofRegion && !ofType) {
    return sql`
      select k.connector_id, k.scopes::bigint as scopes, k.complete::bigint as complete, k.oldest_complete_at as oldest,
        k.oldest_found_at as found, k.oldest_empty_at as empty
      ${joined} where c.added_up and ${couldHold(query, { accountId: sql`k.account_id`, region: null, type: null })}
    `;
  }
  const part = sql<string>`part.key`;
  const known = { accountId: sql<string>`k.account_id`, region: ofRegion ? part : null, type: ofType ? part : null };
  return sql`
    select k.connector_id, sum((part.value ->> 'scopes')::int) as scopes, sum((part.value ->> 'complete')::int) as complete,
      min((part.value ->> 'oldest')::timestamptz) as oldest, min((part.value ->> 'oldestFound')::timestamptz) as found,
      min((part.value ->> 'oldestEmpty')::timestamptz) as empty
    ${joined} cross join lateral jsonb_each(${ofRegion ? sql`k.by_region` : sql`k.by_type`}) part
    where c.added_up and ${couldHold(query, known)}
    group by k.connector_id
  `;
}

function mentions(query: AssetQuery, name: 'region' | 'type'): boolean {
  switch (query.kind) {
    case 'not':
      return mentions(query.of, name);
    case 'all':
    case 'any':
      return query.of.some(part => mentions(part, name));
    case 'matches':
      return query.property.of === 'asset' && query.property.name === name;
    case 'compares':
    case 'gone':
      return false;
  }
}

interface CoverageRow {
  readonly scopes: number;
  readonly complete: number;
  readonly oldestCompleteAt: Date | null;
  readonly notObserved: readonly (Omit<NotObserved, 'fault'> & { readonly fault: Fault | null })[];
  readonly staleConnectors: number;
  readonly stale: readonly StaleConnector[];
}

/** What is known of the assets of a scope before looking at any: null where nothing is. */
interface Known {
  readonly accountId: RawBuilder<string>;
  readonly region: RawBuilder<string> | null;
  readonly type: RawBuilder<string> | null;
}

const PLANNED: Known = { accountId: sql`s.account_id`, region: sql`s.region`, type: sql`s.asset_type` };
const UNPLANNED: Known = { accountId: sql`c.account_id`, region: null, type: null };

/** Whether a scope could hold an asset that the query accepts, or, with `negated`, one that it does not accept. */
function couldHold(query: AssetQuery, known: Known, negated = false): Condition {
  switch (query.kind) {
    case 'not':
      return couldHold(query.of, known, !negated);
    case 'all':
    case 'any': {
      const parts = query.of.map(part => couldHold(part, known, negated));
      return (query.kind === 'all') === negated ? either(parts) : both(parts);
    }
    case 'matches': {
      const { property, patterns } = query;
      const fits = property.of === 'asset' ? fitsOf(property.name, known) : null;
      if (!fits) return sql`true`;
      const accepted = either(patterns.map(fits));
      return negated ? sql`(not ${accepted})` : accepted;
    }
    case 'compares':
    case 'gone':
      return sql`true`;
  }
}

function fitsOf(name: string, { accountId, region, type }: Known): ((pattern: Pattern) => Condition) | null {
  if (name === 'accountId') return pattern => lowerFits(accountId, pattern);
  if (name === 'region' && region) return pattern => lowerFits(region, pattern);
  if (name === 'type' && type) return pattern => typeFits(type, pattern);
  return null;
}

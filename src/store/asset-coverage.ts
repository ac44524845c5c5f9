import { type RawBuilder, sql } from 'kysely';
import type { Fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import type { AssetQuery, Pattern } from '../query/tree.ts';
import { APP_COLUMNS, type App, both, type Condition, either, lowerFits, typeFits } from './asset-condition.ts';
import type { Database } from './database.ts';

/** How far a list or a count can be trusted: what is known of the scopes in which its assets could be. */
export interface Coverage {
  readonly scopes: number;
  /** Scopes whose last observation was complete. */
  readonly complete: number;
  /** The oldest complete observation among the scopes that have any. */
  readonly oldestCompleteAt: string | null;
  /** The first `LIMITS.notObservedItemsMax` of the others; there are `scopes - complete` in all. */
  readonly notObserved: readonly NotObserved[];
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
 */
export async function readCoverage(
  db: Database,
  { query, app }: { query: AssetQuery; app?: App | undefined },
): Promise<Coverage> {
  const connectors = app ? APP_COLUMNS[app] : sql`true`;
  const { rows } = await sql<CoverageRow>`
    with concerned as (
      select s.connector_id, s.region, s.asset_type, s.last_outcome, s.last_fault, s.complete_at
      from scopes s join connectors c on c.id = s.connector_id
      where ${connectors} and s.last_outcome is distinct from 'not-applicable' and ${couldHold(query, PLANNED)}
      union all
      select c.id, '*', '*', null, r.fault, null from connectors c left join runs r on r.id = c.last_run_id
      where ${connectors} and not exists (select from scopes s where s.connector_id = c.id) and ${couldHold(query, UNPLANNED)}
    )
    select count(*) as scopes, count(*) filter (where last_outcome = 'complete') as complete,
      min(complete_at) as "oldestCompleteAt",
      (
        select coalesce(jsonb_agg(missing), '[]') from (
          select connector_id as "connectorId", region, asset_type as "assetType", last_outcome as outcome, last_fault as fault
          from concerned where last_outcome is distinct from 'complete'
          order by connector_id, region, asset_type limit ${LIMITS.notObservedItemsMax}
        ) missing
      ) as "notObserved"
    from concerned
  `.execute(db);
  const [row] = rows;
  if (!row) throw new Error('an aggregate gave no row');
  return {
    scopes: row.scopes,
    complete: row.complete,
    oldestCompleteAt: row.oldestCompleteAt?.toISOString() ?? null,
    notObserved: row.notObserved.map(({ fault, ...scope }) => (fault ? { ...scope, fault } : scope)),
  };
}

interface CoverageRow {
  readonly scopes: number;
  readonly complete: number;
  readonly oldestCompleteAt: Date | null;
  readonly notObserved: readonly (Omit<NotObserved, 'fault'> & { readonly fault: Fault | null })[];
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

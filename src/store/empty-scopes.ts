import { type RawBuilder, sql } from 'kysely';
import { LIMITS } from '../domain/limits.ts';
import type { Database } from './database.ts';
import type { ScopeName } from './scopes.ts';

/** A scope that the connector's next scheduled run leaves out. */
export interface SkippedScope extends ScopeName {
  /** The end of its last complete observation, which saw nothing. */
  readonly provedAt: Date;
  /** What observing it took. */
  readonly calls: number;
}

/** What a run leaves out, together. */
export interface Skipped {
  readonly scopes: number;
  /** That are saved, by what observing these scopes took when they were observed last. */
  readonly calls: number;
  /** The oldest of their proofs; ISO 8601. */
  readonly provedSince: string;
}

/** @param every which of a connector's runs prove a scope anew; 1: all */
export async function readSkippable(
  db: Database,
  { connectorId, every }: { connectorId: string; every: number },
): Promise<SkippedScope[]> {
  const { rows } = await sql<SkippedScope>`
    -- prepared: read-skippable
    select s.region, s.asset_type as "assetType", s.complete_at as "provedAt", s.last_calls as calls
    from scopes s join connectors c on c.id = s.connector_id
    where s.connector_id = ${connectorId} and ${isSkipped(every)}
  `.execute(db);
  return rows;
}

/**
 * Whether the next scheduled run of the connector `c` leaves out the scope `s` of its ledger. It does when complete
 * observations in a row saw nothing there, and nothing tells that this may have changed:
 *
 * - the last observation was one of them;
 * - nobody knows a live asset there, whichever connector saw it;
 * - no other type in the region has come to life since;
 * - the connector was not changed since, and still reads that account;
 * - it is not this scope's turn to be proved, which comes in one of every `every` runs, in other runs for other scopes.
 *
 * `roughly` asks nothing about other scopes and assets.
 */
export function isSkipped(every: number, { roughly = false } = {}): RawBuilder<boolean> {
  // The same in all runs: nothing is ever left out where each run proves everything.
  if (every === 1) return sql`false`;
  return sql`(
    s.last_outcome = 'complete' and s.items = 0 and s.empty_proofs >= ${LIMITS.emptyProofsMin}
    and s.partition = c.partition and s.account_id = c.account_id and s.complete_began_at > c.updated_at
    and ((hashtext(s.connector_id::text || s.region || s.asset_type) & 2147483647)::bigint + c.plans) % ${every}::int <> 0
    ${roughly ? sql`` : NOTHING_LIVES}
  )`;
}

/** By the counts, whose key finds a scope at once: of the assets, an index by type alone may be taken for it. */
const NOTHING_LIVES = sql`
    and not exists (
      select from scopes o where o.connector_id = s.connector_id and o.region = s.region and o.alive_at > s.complete_at
    )
    and not exists (
      select from asset_counts a where a.account_id = s.account_id and a.asset_type = s.asset_type
        and a.region = s.region and a.partition = s.partition and a.n > 0
      offset 0
    )
`;

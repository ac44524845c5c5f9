import { type RawBuilder, sql } from 'kysely';
import type { Fault } from '../domain/faults.ts';
import type { AccountType } from '../domain/partition.ts';
import type { Database } from './database.ts';
import { ORGANISATION_POLICY } from './estate-readiness.ts';

/**
 * The moment at which a connector (of alias `c`) will have been without a complete observation for so many of its polling
 * intervals; one that never had any counts from its creation.
 */
export function staleAt(intervals: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(coalesce(c.last_complete_at, c.created_at) + make_interval(mins => c.polling_minutes * ${intervals}))`;
}

export interface LaggingConnector {
  readonly connectorId: string;
  readonly accountType: AccountType;
  /** The latest run that observed something or failed to; null when there was none. */
  readonly runId: string | null;
  readonly runState: 'ok' | 'problems' | 'failed' | null;
  readonly runFault: Fault | null;
  /** Of a run with problems: the scopes that are not complete, by fault, denied action and the organisation's policies that deny. */
  readonly scopes: readonly LaggingScopes[];
}

export interface LaggingScopes {
  readonly scopes: number;
  readonly regions: readonly string[];
  /** The fault of one of them. */
  readonly fault: Fault | null;
}

/**
 * Enabled connectors that are not complete for so many intervals, with what their latest run said. Those of which the same
 * run is known already are left out: each run's faults are read once, however long they last, because the ledger of a
 * large deployment has millions of rows.
 */
export async function listLagging(
  db: Database,
  { now, intervals, limit }: { now: Date; intervals: number; limit: number },
): Promise<LaggingConnector[]> {
  const { rows } = await sql<LaggingConnector>`
    with lagging as (
      select c.id, c.account_type, r.id as run_id, r.state, r.fault
      from connectors c
      left join lateral (
        select id, state, fault from runs
        where connector_id = c.id and state in ('ok', 'problems', 'failed') order by id desc limit 1
      ) r on true
      where c.enabled and ${staleAt(sql`${intervals}::integer`)} < ${now}
        and not exists (
          select from alert_connectors m
          where m.connector_id = c.id and m.left_at is null and m.run_id is not distinct from r.id
        )
      order by c.id limit ${limit}
    ),
    broken as (
      select s.connector_id, count(*) as scopes, array_agg(distinct s.region) as regions,
        (array_agg(s.last_fault order by s.region, s.asset_type))[1] as fault
      from lagging l join scopes s on s.connector_id = l.id
      where l.state = 'problems' and s.last_outcome not in ('complete', 'not-applicable')
      group by s.connector_id, s.last_fault ->> 'code', s.last_fault -> 'aws' ->> 'action', ${ORGANISATION_POLICY}
    )
    select l.id as "connectorId", l.account_type as "accountType", l.run_id as "runId", l.state as "runState",
      l.fault as "runFault",
      (select coalesce(jsonb_agg(jsonb_build_object('scopes', b.scopes, 'regions', b.regions, 'fault', b.fault)), '[]')
       from broken b where b.connector_id = l.id) as scopes
    from lagging l
  `.execute(db);
  return rows;
}

import { type RawBuilder, sql } from 'kysely';
import { CONNECTOR_STATES, type ConnectorState } from '../domain/connector-state.ts';
import { ACCOUNT_TYPES } from '../domain/partition.ts';
import type { Database } from './database.ts';
import { type PlatformAccountIds, targets } from './trust-states.ts';

export interface ConnectorCount {
  readonly state: ConnectorState;
  readonly connectors: number;
  readonly needAttention: number;
}

/** How many connectors are in each state, also in those that none is in. */
export async function countConnectors(db: Database, platforms: PlatformAccountIds): Promise<ConnectorCount[]> {
  const { rows } = await sql<ConnectorCount>`
    with ${targets({ accountTypes: ACCOUNT_TYPES, platforms })},
    counts as (
      select c.state, count(*) as connectors, count(*) filter (where ${needsAttention()}) as attention
      from (${connectorsWithState(sql`true`)}) c group by c.state
    )
    select s.state, coalesce(n.connectors, 0) as connectors, coalesce(n.attention, 0) as "needAttention"
    from unnest(${[...CONNECTOR_STATES]}::text[]) with ordinality s(state, num) left join counts n on n.state = s.state
    order by s.num
  `.execute(db);
  return rows;
}

/** Of `connectorsWithState` (alias `c`) beside `targets`: it does not work as it should, or not through the hub that it should. */
export function needsAttention(): RawBuilder<unknown> {
  return sql`(
    c.state in ('failing', 'problems', 'waiting-for-role') or exists (
      select from targets t where t.account_type = c.account_type
        and (c.current_hub_kind, c.current_hub_account_id) <> (t.target_kind, t.target_account_id)
    )
  )`;
}

/**
 * The one place that derives a connector's state. What was tried last decides: the last run that ended, or a check made
 * after it. A good check after a failed run, or before any, has made the connector due: it is queued. The last run that
 * ended is most often the last run itself: other runs are looked up only where it is not, because counting looks at every
 * connector.
 */
export function connectorsWithState(condition: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select c.*, r.state as last_run_state, r.started_at as last_run_started_at, r.finished_at as last_run_finished_at,
      r.fault as last_run_fault,
      case
        when not c.enabled then 'disabled'
        when r.state in ('queued', 'running') then r.state
        when t.failed and c.current_hub_kind is null and t.code = 'role-not-assumable' then 'waiting-for-role'
        when t.failed then 'failing'
        when ended.state in ('ok', 'problems') then ended.state
        when t.checked then 'queued'
        else 'waiting-for-role'
      end as state
    from connectors c
    left join runs r on r.id = c.last_run_id
    left join lateral (
      select r.state, r.fault, r.finished_at where r.state in ('ok', 'problems', 'failed')
      union all
      (select e.state, e.fault, e.finished_at from runs e
       where e.connector_id = c.id and e.state in ('ok', 'problems', 'failed')
         and (r.state in ('ok', 'problems', 'failed')) is not true
       order by e.id desc limit 1)
    ) ended on true
    cross join lateral (
      select coalesce((c.last_check ->> 'checkedAt')::timestamptz > coalesce(ended.finished_at, '-infinity'), false)
    ) newest (checked)
    cross join lateral (
      select newest.checked,
        case when newest.checked then c.last_check ->> 'outcome' = 'failed' else coalesce(ended.state = 'failed', false) end,
        case when newest.checked then c.last_check -> 'fault' ->> 'code' else ended.fault ->> 'code' end
    ) t (checked, failed, code)
    where ${condition}
  `;
}

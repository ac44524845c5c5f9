import { sql } from 'kysely';
import type { Hub } from '../domain/hub.ts';
import { LIMITS } from '../domain/limits.ts';
import type { Database } from './database.ts';

/** A session in the account that STS was asked for on behalf of a run. */
export interface RunSession {
  readonly hub: Hub;
  readonly at: Date;
  /** As it stands in CloudTrail. */
  readonly sessionName: string;
  /** `accepted`, or the code of the fault that STS's answer is. */
  readonly outcome: string;
}

/**
 * What the audit log tells of a run that does not tell it itself, because its hub is written with its plan: through which hubs
 * the role was tried, the first before. None where an earlier session was still open, or no hub came as far as STS.
 *
 * The log has an index by number only, and tens of millions of entries. They are nearly in the order of their time, so the
 * place where the run began is found by halving; what is looked at from there on is bounded.
 */
export async function listRunSessions(
  db: Database,
  run: { id: string; connectorId: string; startedAt: Date; finishedAt: Date | null },
): Promise<RunSession[]> {
  // The clocks of several machines differ, and an entry is written a moment after its time.
  const slack = sql`make_interval(secs => ${LIMITS.auditClockSeconds})`;
  const from = sql`(${run.startedAt}::timestamptz - ${slack})`;
  const { rows } = await sql<RunSession>`
    with recursive place(before, behind) as (
      select 0::bigint, seq + 1 from audit_head
      union all
      select case when a.at < ${from} then a.seq else p.before end, case when a.at < ${from} then p.behind else a.seq end
      from place p join audit_log a on a.seq = (p.before + p.behind) / 2 where p.behind - p.before > 1
    ),
    began as (select max(before) as seq from place)
    select a.detail -> 'hub' as hub, a.at, a.detail ->> 'sessionName' as "sessionName", a.detail ->> 'outcome' as outcome
    from began b join audit_log a on a.seq > b.seq and a.seq <= b.seq + ${LIMITS.auditEntriesOfRunMax}::int
    where (${run.finishedAt}::timestamptz is null or a.at <= ${run.finishedAt}::timestamptz + ${slack})
      and a.action = 'hub.used' and a.subject = ${`connector:${run.connectorId}`}
      and right(a.detail ->> 'sessionName', length(${run.id}::text)) = ${run.id}::text
    order by a.seq limit ${LIMITS.sessionsOfRunMax}
  `.execute(db);
  return rows;
}

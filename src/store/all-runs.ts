import { sql } from 'kysely';
import { readCursor, writeCursor } from '../domain/cursor.ts';
import { ok, type Result } from '../domain/result.ts';
import type { Database } from './database.ts';
import { type Run, selectRuns } from './run-views.ts';
import type { RunState } from './runs.ts';

/** A run with what it is of. */
export interface RunOfAny extends Run {
  readonly connectorName: string;
  readonly partition: string;
  readonly accountId: string;
}

export interface RunFilter {
  readonly connectorId?: string | undefined;
  readonly partitions: readonly string[];
  readonly states: readonly RunState[];
  /** Asked for at this time or later. */
  readonly since?: Date | undefined;
}

/**
 * Runs of every connector, newest first. Each combination of partition and state is a walk along one index, which ends
 * after a page; ids begin with their time, so that `since` ends it too. Fault: invalid-cursor.
 */
export async function listAllRuns(
  db: Database,
  { filter, limit, cursor }: { filter: RunFilter; limit: number; cursor?: string | undefined },
): Promise<Result<{ items: RunOfAny[]; nextCursor: string | null }>> {
  const keys = readCursor(cursor, ['id']);
  if (!keys.ok) return keys;
  const { connectorId = null, partitions, states, since = null } = filter;
  const fits = sql`
    (${keys.value?.[0] ?? null}::uuid is null or r.id < ${keys.value?.[0] ?? null}::uuid)
    and (${since}::timestamptz is null or (r.queued_at >= ${since} and r.id >= ${lowestIdAt(since)}::uuid))
  `;
  const found =
    connectorId === null
      ? sql`
        select r.id from unnest(${partitions}::text[]) p cross join unnest(${states}::text[]) s cross join lateral (
          select r.id from runs r where r.partition = p and r.state = s and ${fits} order by r.id desc limit ${limit + 1}
        ) r`
      : sql`
        select r.id from runs r
        where r.connector_id = ${connectorId} and r.partition = any(${partitions}) and r.state = any(${states}) and ${fits}`;
  const { rows } = await sql<RunOfAny>`
    ${selectRuns(sql`, r.partition, r.account_id as "accountId",
      (select c.name from connectors c where c.id = r.connector_id) as "connectorName"`)}
    where r.id in (select id from (${found}) f order by id desc limit ${limit + 1})
    order by r.id desc
  `.execute(db);
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return ok({ items, nextCursor: last && rows.length > limit ? writeCursor([last.id]) : null });
}

/** Below every id that was made then or later; clocks of several machines may differ by minutes. */
function lowestIdAt(time: Date | null): string | null {
  if (!time) return null;
  const hex = Math.max(0, time.getTime() - 3_600_000)
    .toString(16)
    .padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

import { type RawBuilder, sql } from 'kysely';
import { LIMITS } from '../domain/limits.ts';
import type { AccountType } from '../domain/partition.ts';
import { proofIntervals, type Readiness } from '../domain/readiness.ts';
import { type Database, inTransaction, isDatabaseUnavailable } from './database.ts';

/** Scopes of enabled connectors that have a place and a readiness in common. */
export interface ReadinessCell {
  readonly accountType: AccountType;
  readonly region: string;
  readonly assetType: string;
  readonly readiness: Readiness;
  readonly scopes: number;
  readonly items: number;
  /** ISO 8601; null when none was ever observed completely. */
  readonly oldestCompleteAt: string | null;
  /** How many of them were observed completely within each of `AGE_HOURS`. */
  readonly within: readonly number[];
}

/**
 * Scopes that are not fresh for one cause, over all connectors. What an organisation denies by policies of one kind in one way,
 * by a statement or for lack of one, is one cause.
 */
export interface ReadinessCause {
  readonly accountType: AccountType;
  readonly readiness: Readiness;
  /** The fault's code; null where there is no fault. */
  readonly code: string | null;
  /** The IAM actions that were denied, by name; absent from what an earlier version counted. */
  readonly actions?: readonly string[];
  readonly scopes: number;
  readonly connectors: number;
  /** Words of one of the faults, and AWS's own. */
  readonly detail: string | null;
  readonly message: string | null;
  /** The connectors with the most such scopes. */
  readonly examples: readonly string[];
}

export interface EstateReadiness {
  readonly takenAt: Date;
  readonly cells: readonly ReadinessCell[];
  /** Those of the most scopes first, at most `LIMITS.estateCausesMax`. */
  readonly causes: readonly ReadinessCause[];
}

/** When, and by which setting, scopes are judged. */
export interface AsOf {
  readonly now: Date;
  /** In which of a connector's runs a scope that is proved empty is observed again; 1: in all. */
  readonly emptyScopesEvery: number;
}

/** Ages by which complete observations are counted. */
export const AGE_HOURS = [1, 2, 4, 8, 24, 72, 168] as const;

/**
 * The readiness of the whole estate as it was lately. Counting it reads the whole ledger: 1.9 s for 297,500 scopes on two busy
 * cores. So workers count it anew (`refreshEstateReadiness`) when `LIMITS.estateReadinessSeconds` have passed, and when that
 * is little beside what counting took last; one process at a time. Only when no worker has for long, whoever reads it does.
 */
export async function readEstateReadiness(db: Database, as: AsOf): Promise<EstateReadiness> {
  const { rows } = await sql<EstateReadiness & { tookMs: number }>`
    select taken_at as "takenAt", took_ms as "tookMs", cells, causes from estate_readiness
  `.execute(db);
  const [latest] = rows;
  if (latest && ageMs(latest, as.now) < LIMITS.estateReadinessLateFactor * pauseMs(latest.tookMs)) return latest;
  return (await countAnew(db, as)) ?? latest ?? { takenAt: as.now, cells: [], causes: [] };
}

/** Counts the readiness of the estate anew if it is time; for workers, so that who reads it seldom waits. */
export async function refreshEstateReadiness(db: Database, as: AsOf): Promise<void> {
  const { rows } = await sql<{ takenAt: Date; tookMs: number }>`
    select taken_at as "takenAt", took_ms as "tookMs" from estate_readiness
  `.execute(db);
  const [latest] = rows;
  if (!latest || ageMs(latest, as.now) >= pauseMs(latest.tookMs)) await countAnew(db, as);
}

function ageMs({ takenAt }: { takenAt: Date }, now: Date): number {
  return now.getTime() - takenAt.getTime();
}

function pauseMs(tookMs: number): number {
  return Math.max(LIMITS.estateReadinessSeconds * 1_000, tookMs * LIMITS.estateReadinessPauseFactor);
}

/** Undefined while another process is at it. */
async function countAnew(db: Database, as: AsOf): Promise<EstateReadiness | undefined> {
  const { rows: began } = await sql<{ at: Date }>`select clock_timestamp() as at`.execute(db);
  try {
    return await countAlone(db, as);
  } catch (error) {
    if (!isDatabaseUnavailable(error)) await noteFailure(db, { now: as.now, began: began[0]?.at });
    throw error;
  }
}

/**
 * After a count that failed, most probably because it took too long, the next one waits as after one that took as long: what
 * the last good count took is made such that the pause from that on ends then. Without a good count yet, nothing is noted.
 */
async function noteFailure(db: Database, { now, began }: { now: Date; began: Date | undefined }): Promise<void> {
  await sql`
    update estate_readiness set took_ms = least(${INT4_MAX}, 1000 * (
      extract(epoch from clock_timestamp() - ${began}::timestamptz)
        + extract(epoch from ${now}::timestamptz - taken_at) / ${LIMITS.estateReadinessPauseFactor}::int
    ))
  `.execute(db);
}

const INT4_MAX = 2_147_483_647;

async function countAlone(db: Database, as: AsOf): Promise<EstateReadiness | undefined> {
  return await inTransaction(db, async tx => {
    await sql`
      insert into estate_readiness (taken_at, took_ms, cells, causes) values (to_timestamp(0), 0, '[]', '[]')
      on conflict (only_row) do nothing
    `.execute(tx);
    const { rows } = await sql`select 1 from estate_readiness for update skip locked`.execute(tx);
    if (rows.length === 0) return undefined;
    await sql`select set_config('statement_timeout', ${String(LIMITS.estateReadinessTimeoutMs)}, true)`.execute(tx);
    const { rows: began } = await sql<{ at: Date }>`select clock_timestamp() as at`.execute(tx);
    const counted = await countReadiness(tx, { ...as, of: sql`true` });
    // While servers are replaced, those of the release before read this too, and need `action`. Drop it in the next release.
    const causes = counted.causes.map(cause => ({ ...cause, action: null }));
    await sql`
      update estate_readiness set taken_at = ${as.now}, cells = ${JSON.stringify(counted.cells)}::jsonb,
        causes = ${JSON.stringify(causes)}::jsonb,
        took_ms = extract(epoch from clock_timestamp() - ${began[0]?.at}::timestamptz) * 1000
    `.execute(tx);
    return counted;
  });
}

/** The readiness of one account, counted now from the ledgers of the connectors that read it. */
export async function readAccountReadiness(
  db: Database,
  { accountId, ...as }: { accountId: string } & AsOf,
): Promise<EstateReadiness> {
  return await countReadiness(db, { ...as, of: sql`c.account_id = ${accountId}` });
}

async function countReadiness(db: Database, asked: { of: RawBuilder<unknown> } & AsOf): Promise<EstateReadiness> {
  const { now } = asked;
  const within = AGE_HOURS.map(
    hours => sql`count(*) filter (where complete_at >= ${now}::timestamptz - make_interval(hours => ${hours}))`,
  );
  const { rows: cells } = await sql<ReadinessCell>`
    select account_type as "accountType", region, asset_type as "assetType", readiness, count(*) as scopes,
      sum(items) as items, to_jsonb(min(complete_at)) as "oldestCompleteAt", array[${sql.join(within)}] as within
    from (${judged(asked)}) j
    group by account_type, region, asset_type, readiness
  `.execute(db);
  // By connector first, so that what is put into order are thousands of rows and not millions.
  const { rows: causes } = await sql<ReadinessCause>`
    with by_action as materialized (
      select account_type, readiness, connector_id, last_fault ->> 'code' as code, last_fault #>> '{aws,action}' as action,
        case last_fault ->> 'code' when 'denied-by-scp' then ${ORGANISATION_POLICY} else last_fault #>> '{aws,action}' end
          as apart_by,
        count(*) as scopes, min(last_fault ->> 'detail') as detail, min(last_fault #>> '{aws,message}') as message
      from (${judged(asked)}) j where readiness not in ('fresh', 'not-applicable')
      group by 1, 2, 3, 4, 5, 6
    ),
    by_connector as (
      select account_type, readiness, connector_id, code, apart_by, sum(scopes) as scopes, min(detail) as detail,
        min(message) as message
      from by_action group by 1, 2, 3, 4, 5
    )
    select account_type as "accountType", readiness, code, sum(scopes)::bigint as scopes, count(*) as connectors,
      coalesce((
        select array_agg(distinct a.action order by a.action) from by_action a
        where a.action is not null and (a.account_type, a.readiness, a.code) = (c.account_type, c.readiness, c.code)
          and a.apart_by is not distinct from c.apart_by
      ), '{}') as actions,
      min(detail) as detail, min(message) as message,
      (array_agg(connector_id order by scopes desc))[1:${LIMITS.namedInFaultMax}::int] as examples
    from by_connector c
    group by account_type, readiness, code, apart_by order by sum(scopes) desc limit ${LIMITS.estateCausesMax}
  `.execute(db);
  return {
    takenAt: now,
    cells: cells.map(cell => ({ ...cell, oldestCompleteAt: isoOf(cell.oldestCompleteAt) })),
    causes,
  };
}

/** What AWS says of the policies that deny: of which kind they are, and whether by a statement; null if it does not say. */
export const ORGANISATION_POLICY = sql`substring(
  lower(last_fault #>> '{aws,message}') from '(?:deny in an?|because no) (?:service|resource) control policy'
)`;

/** PostgreSQL's JSON writes the zone as `+00:00`. */
function isoOf(time: string | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

/** `readinessOf` (src/domain/readiness.ts) for every scope of the enabled connectors that `of` accepts. */
function judged({ of, ...as }: { of: RawBuilder<unknown> } & AsOf): RawBuilder<unknown> {
  return sql`
    select c.account_type, s.connector_id, s.region, s.asset_type, s.items, s.complete_at, s.last_fault,
      case
        when s.last_outcome is null then 'not-observed'
        when s.last_outcome <> 'complete' then s.last_outcome
        when s.complete_at >= ${freshSince(as, sql`s.empty_proofs >= ${LIMITS.emptyProofsMin}`)} then 'fresh'
        else 'stale'
      end as readiness
    from scopes s join connectors c on c.id = s.connector_id
    where c.enabled and ${of}
  `;
}

/**
 * Until when back a complete observation of a scope of the connector `c` counts as fresh; by whether it is proved empty.
 * As `readinessOf` (src/domain/readiness.ts) has it.
 */
export function freshSince({ now, emptyScopesEvery }: AsOf, provedEmpty: RawBuilder<unknown>): RawBuilder<unknown> {
  const provedFor = LIMITS.freshIntervals + proofIntervals(emptyScopesEvery);
  return sql`(${now}::timestamptz - make_interval(mins => c.polling_minutes
    * case when ${provedEmpty} then ${provedFor}::int else ${LIMITS.freshIntervals}::int end))`;
}

/** A connector's scope at one place that is not fresh. */
export interface NotFresh {
  readonly connectorId: string;
  readonly name: string;
  readonly accountId: string;
  readonly readiness: Readiness;
  readonly completeAt: Date | null;
}

/**
 * The enabled connectors whose scope at this place is not fresh, by name. Looks one scope up for each connector, by the
 * ledger's primary key, and stops when the page is full.
 */
export async function listNotFresh(
  db: Database,
  {
    region,
    assetType,
    accountType,
    after,
    limit,
    ...as
  }: {
    region: string;
    assetType: string;
    accountType: AccountType | null;
    after: { readonly name: string; readonly id: string } | null;
    limit: number;
  } & AsOf,
): Promise<NotFresh[]> {
  const here = sql`c.id = o.id and s.region = ${region} and s.asset_type = ${assetType}`;
  const { rows } = await sql<NotFresh>`
    select o.id as "connectorId", o.name, o.account_id as "accountId", j.readiness, j.complete_at as "completeAt"
    from connectors o cross join lateral (${judged({ ...as, of: here })}) j
    where (${accountType}::text is null or o.account_type = ${accountType})
      and (${after?.id ?? null}::uuid is null or (o.name, o.id) > (${after?.name ?? ''}, ${after?.id ?? null}::uuid))
      and j.readiness not in ('fresh', 'not-applicable')
    order by o.name, o.id limit ${limit}
  `.execute(db);
  return rows;
}

/** Names of connectors, for lists that have only their ids. */
export async function namesOfConnectors(
  db: Database,
  ids: readonly string[],
): Promise<{ readonly id: string; readonly name: string; readonly accountId: string }[]> {
  const { rows } = await sql<{ id: string; name: string; accountId: string }>`
    select id, name, account_id as "accountId" from connectors where id = any(${ids}::uuid[])
  `.execute(db);
  return rows;
}

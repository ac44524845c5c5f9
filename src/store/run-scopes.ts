import { type RawBuilder, sql } from 'kysely';
import type { Fault } from '../domain/faults.ts';
import { type Database, repeatable } from './database.ts';
import type { Skipped } from './empty-scopes.ts';
import { type Hold, isHeld, type ReachedThrough } from './runs.ts';
import { nameOfScope, type ScopeName } from './scopes.ts';

/**
 * The scopes of a run have no rows of their own: at 10,000 accounts those would be 36 million a day. While a run is under
 * way, `runs.plan` says which scopes it has, and a scope is finished once the ledger's row has it as the run that observed
 * it last. The end of the run folds both into `runs.scopes`.
 */

export interface PlanRow extends ScopeName {
  /** Set for a scope that is known beforehand not to be observable; it is finished with the plan. */
  readonly outcome: string | null;
  readonly fault: Fault | null;
}

/**
 * Writes the run's plan, and a row in the ledger for each scope that has none, all before the first page: a resumed run
 * knows what is left, and no asset is ever written for a scope that the ledger does not have. `known` are the scopes that
 * the ledger has: nothing is written for those that are only planned. `skipped` are not among `scopes`. With the plan it is
 * noted whom STS says we are. False when the hold was lost.
 */
export async function savePlan(
  db: Database,
  hold: Hold,
  {
    scopes,
    known,
    skipped = null,
    reached: { hub, callerArn },
    regionsFault,
    at,
  }: {
    scopes: readonly PlanRow[];
    known: readonly ScopeName[];
    skipped?: Skipped | null;
    reached: ReachedThrough;
    regionsFault: Fault | null;
    at: Date;
  },
): Promise<boolean> {
  const names = new Set(known.map(nameOfScope));
  const toWrite = scopes.filter(scope => scope.outcome !== null || !names.has(nameOfScope(scope)));
  const { rows } = await repeatable(
    db,
    sql<{ held: number }>`
    -- prepared: save-plan
    with held as (
      select r.id, r.connector_id, r.partition, r.account_id from runs r where ${isHeld(hold)} for no key update
    ),
    ledger as (
      insert into scopes (connector_id, region, asset_type, partition, account_id,
        last_outcome, last_fault, last_run_id, last_finished_at)
      select connector_id, region, "assetType", partition, account_id,
        outcome, fault, case when outcome is not null then held.id end,
        case when outcome is not null then ${at}::timestamptz end
      from held, jsonb_to_recordset(${JSON.stringify(toWrite)}::jsonb)
        as p(region text, "assetType" text, outcome text, fault jsonb)
      on conflict (connector_id, region, asset_type) do update set
        last_outcome = excluded.last_outcome, last_fault = excluded.last_fault,
        last_run_id = excluded.last_run_id, last_finished_at = excluded.last_finished_at, ${NOTHING_OBSERVED}
      where excluded.last_outcome is not null
    ),
    counted as (update connectors c set plans = c.plans + 1 from held where c.id = held.connector_id),
    planned as (
      update runs r set plan = ${JSON.stringify(compactPlan(scopes))}::jsonb, scopes_planned = ${scopes.length},
        scopes_finished = ${scopes.filter(scope => scope.outcome !== null).length},
        hub_kind = ${hub.kind}, hub_account_id = ${hub.accountId}, caller_arn = ${callerArn},
        skipped = ${skipped === null ? null : JSON.stringify(skipped)}::jsonb,
        scopes_complete = ${scopes.filter(scope => scope.outcome === 'complete').length},
        scopes_not_applicable = ${scopes.filter(scope => scope.outcome === 'not-applicable').length},
        regions_fault = ${regionsFault === null ? null : JSON.stringify(regionsFault)}::jsonb
      from held where r.id = held.id
    )
    select 1 as held from held
  `,
  );
  return rows.length === 1;
}

/** How far a run is. */
export interface RunCounts {
  readonly finished: number;
  readonly complete: number;
  readonly items: number;
  readonly pages: number;
  readonly added: number;
  readonly changed: number;
  readonly gone: number;
  readonly calls: number;
  readonly throttled: number;
}

/** A scope that is being observed, and how many items it has seen. */
export interface ScopeUnderWay extends ScopeName {
  readonly items: number;
}

/**
 * Writes how far a run is that is under way. `busy`, and nothing is written, while a write of the run's has its row: those
 * of a large run follow each other without a gap, and a note is not worth a wait for one.
 */
export async function saveProgress(
  db: Database,
  hold: Hold,
  { counts, underWay }: { counts: RunCounts; underWay: readonly ScopeUnderWay[] },
): Promise<'written' | 'busy' | 'lost'> {
  const { rows } = await sql<{ written: boolean }>`
    -- prepared: save-progress
    with free as (
      select id from runs r where ${isHeld(hold)} for no key update skip locked
    ),
    written as (
      update runs r set scopes_finished = ${counts.finished}, scopes_complete = ${counts.complete}, items = ${counts.items},
        pages = ${counts.pages}, added = ${counts.added}, changed = ${counts.changed}, gone = ${counts.gone},
        calls = ${counts.calls}, throttled = ${counts.throttled}, under_way = ${JSON.stringify(underWay)}::jsonb
      from free where r.id = free.id returning r.id
    )
    select exists (select from written) as written from runs r where ${isHeld(hold)}
  `.execute(db);
  const [row] = rows;
  if (!row) return 'lost';
  return row.written ? 'written' : 'busy';
}

/** What the ledger says of a scope that a run ended without observing it. */
export const NOTHING_OBSERVED = sql`last_began_at = null, last_items = 0, last_pages = 0, last_added = 0, last_changed = 0,
  last_gone = 0, last_calls = 0, last_throttled = 0`;

export interface SavedPlan {
  readonly scopes: readonly ScopeName[];
  /** Of the scopes that earlier attempts have finished. */
  readonly done: RunCounts;
}

/** A run's plan and what is done of it; undefined while it has none. */
export async function readPlan(db: Database, runId: string): Promise<SavedPlan | undefined> {
  const { rows } = await sql<{ plan: readonly PlanPart[] | null } & RunCounts>`
    -- prepared: read-plan
    select r.plan, f.finished, f.complete, f.items, f.pages, f.added, f.changed, f.gone, f.calls, f.throttled
    from runs r left join lateral (${foldOf('r', { outcome: null, fault: null, at: null })}) f on r.plan is not null
    where r.id = ${runId}
  `.execute(db);
  const [row] = rows;
  if (!row?.plan) return undefined;
  const { plan, ...done } = row;
  const scopes = plan.flatMap(({ regions, assetTypes }) =>
    regions.flatMap(region => assetTypes.map(assetType => ({ region, assetType }))),
  );
  return { scopes, done };
}

/** Every region with every type. A plan has few of them, because most regions are planned alike. */
interface PlanPart {
  readonly regions: readonly string[];
  readonly assetTypes: readonly string[];
}

function compactPlan(scopes: readonly ScopeName[]): PlanPart[] {
  const typesOf = new Map<string, string[]>();
  for (const { region, assetType } of scopes) {
    const types = typesOf.get(region);
    if (types) types.push(assetType);
    else typesOf.set(region, [assetType]);
  }
  const parts = new Map<string, { regions: string[]; assetTypes: string[] }>();
  for (const [region, assetTypes] of typesOf) {
    const part = parts.get(assetTypes.join());
    if (part) part.regions.push(region);
    else parts.set(assetTypes.join(), { regions: [region], assetTypes });
  }
  return [...parts.values()];
}

/** A scope of a run as `runs.scopes` holds it; times are milliseconds since the start of the run. */
export type FoldedScope = readonly [
  region: string,
  assetType: string,
  outcome: string | null,
  fault: Fault | null,
  items: number,
  pages: number,
  added: number,
  changed: number,
  gone: number,
  calls: number,
  throttled: number,
  beganMs: number | null,
  endedMs: number | null,
];

/**
 * One row about the plan of the run `r`, with what the ledger says of the scopes that the run finished: `scopes`, a list of
 * FoldedScope by region and type, and the counts that `runs` has. `leftOver` is what is said of those that it did not finish.
 */
export function foldOf(
  run: 'held' | 'r',
  leftOver: { readonly outcome: string | null; readonly fault: Fault | null; readonly at: Date | null },
): RawBuilder<unknown> {
  const r = sql.raw(run);
  const { outcome, at } = leftOver;
  const fault = leftOver.fault === null ? null : JSON.stringify(leftOver.fault);
  const since = (time: RawBuilder<unknown>) => sql`round(extract(epoch from ${time} - ${r}.started_at) * 1000)`;
  const ended = sql`case when ${outcome}::text is not null then ${at}::timestamptz end`;
  return sql`
    select count(*)::int as planned, count(o.outcome)::int as finished,
      count(*) filter (where o.outcome = 'complete')::int as complete,
      count(*) filter (where o.outcome = 'not-applicable')::int as not_applicable, coalesce(sum(o.items), 0)::int as items,
      coalesce(sum(o.pages), 0)::int as pages, coalesce(sum(o.added), 0)::int as added,
      coalesce(sum(o.changed), 0)::int as changed, coalesce(sum(o.gone), 0)::int as gone,
      coalesce(sum(o.calls), 0)::int as calls, coalesce(sum(o.throttled), 0)::int as throttled,
      coalesce(jsonb_agg(jsonb_build_array(o.region, o.asset_type, o.outcome, o.fault, o.items, o.pages, o.added, o.changed,
        o.gone, o.calls, o.throttled, ${since(sql`o.began_at`)}, ${since(sql`o.ended_at`)})
        order by o.region, o.asset_type), '[]') as scopes
    from (
      select region.value as region, asset_type.value as asset_type,
        case when s.last_run_id is null then ${outcome}::text else s.last_outcome end as outcome,
        case when s.last_run_id is null then ${fault}::jsonb else s.last_fault end as fault,
        case when s.last_run_id is null then ${ended} else s.last_finished_at end as ended_at,
        s.last_began_at as began_at, coalesce(s.last_items, 0) as items, coalesce(s.last_pages, 0) as pages,
        coalesce(s.last_added, 0) as added, coalesce(s.last_changed, 0) as changed, coalesce(s.last_gone, 0) as gone,
        coalesce(s.last_calls, 0) as calls, coalesce(s.last_throttled, 0) as throttled
      from jsonb_array_elements(${r}.plan) part
        cross join jsonb_array_elements_text(part -> 'regions') region
        cross join jsonb_array_elements_text(part -> 'assetTypes') asset_type
        left join scopes s on s.connector_id = ${r}.connector_id and s.region = region.value
          and s.asset_type = asset_type.value and s.last_run_id = ${r}.id
    ) o
  `;
}

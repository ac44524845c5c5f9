import { sql } from 'kysely';
import { type Fault, fault } from '../domain/faults.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { LAST_SEEN_AT } from './asset-condition.ts';
import type { Database } from './database.ts';

/** An asset as the API shows it. Times are ISO 8601 in UTC. */
export interface Asset {
  readonly id: string;
  readonly assetType: string;
  readonly partition: string;
  readonly accountId: string;
  readonly region: string;
  readonly nativeId: string;
  readonly arn: string | null;
  readonly name: string | null;
  readonly state: string | null;
  readonly tags: Record<string, string>;
  readonly connectorTags: Record<string, string>;
  readonly attributes: Record<string, unknown>;
  /** What could not be read when it was seen last: names of `attributes`, `tags`, or `*` for all that its listing does not tell. */
  readonly unknown: Record<string, Fault>;
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  readonly changedAt: string;
  readonly goneAt: string | null;
  /** The connectors that see it; empty when every one of them was deleted. */
  readonly connectorIds: string[];
  readonly observed: Observed;
}

/**
 * Whether anybody looks after an asset: `by-connectors` when at least one connector that sees it is enabled, `disabled` when
 * none of them is, `detached` when there is none. What is not looked after stays as it was last seen.
 */
export type Observed = 'by-connectors' | 'disabled' | 'detached';

export interface AssetChange {
  readonly seq: number;
  readonly at: string;
  readonly runId: string | null;
  readonly event: 'appeared' | 'changed' | 'gone' | 'returned' | 'detached';
  readonly changes: { readonly path: string; readonly before: unknown; readonly after: unknown }[];
}

/** Faults: `not-found`. */
export async function readAsset(db: Database, id: string): Promise<Result<Asset>> {
  const { rows } = await sql<AssetRow>`select ${ASSET_COLUMNS} from assets a where a.id = ${id}::uuid`.execute(db);
  const [row] = rows;
  return row ? ok(assetOf(row)) : failed(noAsset(id));
}

/** What happened to an asset, newest first. Faults: `not-found`, `invalid-cursor`. */
export async function readAssetHistory(
  db: Database,
  { id, limit, cursor }: { id: string; limit: number; cursor?: string | undefined },
): Promise<Result<{ items: AssetChange[]; nextCursor: string | null }>> {
  if (cursor !== undefined && !/^\d{1,15}$/.test(cursor)) {
    return failed(fault('invalid-cursor', 'It is not a cursor.', { field: 'cursor' }));
  }
  const before = cursor ?? null;
  // The asset itself is asked for too, so that one without history can be told from one that does not exist.
  const { rows } = await sql<{ [Field in keyof ChangeRow]: ChangeRow[Field] | null }>`
    select h.seq, h.at, h.run_id as "runId", h.event, h.changes
    from assets a
    left join lateral (
      select * from asset_events where asset_id = a.id and (${before}::bigint is null or seq < ${before}::bigint)
      order by seq desc limit ${limit + 1}
    ) h on true
    where a.id = ${id}::uuid
    order by h.seq desc
  `.execute(db);
  if (rows.length === 0) return failed(noAsset(id));
  const items = rows.filter(isChange).map(row => ({ ...row, at: row.at.toISOString() }));
  const shown = items.slice(0, limit);
  return ok({ items: shown, nextCursor: items.length > limit ? String(shown.at(-1)?.seq) : null });
}

export interface AssetRow extends Omit<Asset, 'firstSeenAt' | 'lastSeenAt' | 'changedAt' | 'goneAt'> {
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  readonly changedAt: Date;
  readonly goneAt: Date | null;
}

/** Every field of an asset, from `assets a`. */
export const ASSET_COLUMNS = sql`a.id, a.asset_type as "assetType", a.partition, a.account_id as "accountId", a.region,
  a.native_id as "nativeId", a.arn, a.name, a.state, a.tags, a.connector_tags as "connectorTags", a.attributes,
  a.unknown, a.first_seen_at as "firstSeenAt", ${LAST_SEEN_AT} as "lastSeenAt", a.changed_at as "changedAt", a.gone_at as "goneAt",
  array(select c.id from connectors c where c.num = any(a.seen_by) order by c.id) as "connectorIds",
  (select case when count(*) = 0 then 'detached' when bool_or(c.enabled) then 'by-connectors' else 'disabled' end
    from connectors c where c.num = any(a.seen_by)) as observed`;

export function assetOf(row: AssetRow): Asset {
  const { id, assetType, partition, accountId, region, nativeId, arn, name, state } = row;
  return {
    ...{ id, assetType, partition, accountId, region, nativeId, arn, name, state },
    ...{ tags: row.tags, connectorTags: row.connectorTags, attributes: row.attributes, unknown: row.unknown },
    firstSeenAt: row.firstSeenAt.toISOString(),
    lastSeenAt: row.lastSeenAt.toISOString(),
    changedAt: row.changedAt.toISOString(),
    goneAt: row.goneAt?.toISOString() ?? null,
    connectorIds: row.connectorIds,
    observed: row.observed,
  };
}

type ChangeRow = Omit<AssetChange, 'at'> & { readonly at: Date };

function isChange(row: { readonly [Field in keyof ChangeRow]: ChangeRow[Field] | null }): row is ChangeRow {
  return row.seq !== null;
}

function noAsset(id: string) {
  return fault('not-found', `There is no asset with the id ${id}.`, { subject: id });
}

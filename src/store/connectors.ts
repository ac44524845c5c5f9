import { type RawBuilder, sql } from 'kysely';
import type { ConnectorState } from '../domain/connector-state.ts';
import type { Fault } from '../domain/faults.ts';
import type { Hub } from '../domain/hub.ts';
import { ACCOUNT_TYPES, type AccountType } from '../domain/partition.ts';
import { connectorsWithState, needsAttention } from './connector-states.ts';
import type { Database } from './database.ts';
import { type PlatformAccountIds, targets } from './trust-states.ts';

/** What people may say about a connector. */
export interface ConnectorSettings {
  readonly name: string;
  readonly description: string;
  readonly accountType: AccountType;
  readonly partition: string;
  readonly accountId: string;
  readonly roleArn: string;
  readonly externalId: string;
  readonly regions: readonly string[] | null;
  readonly pollingMinutes: number;
  readonly enabled: boolean;
  readonly inCloudView: boolean;
  readonly inAssetView: boolean;
  /** Set while somebody has it out of AssetView by hand. */
  readonly assetViewRemovedAt: Date | null;
  readonly assetTags: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface ConnectorRow extends ConnectorSettings {
  readonly id: string;
  readonly num: number;
  readonly state: ConnectorState;
  readonly currentHubKind: Hub['kind'] | null;
  readonly currentHubAccountId: string | null;
  /** Of the account type's base account, which is then the target hub. */
  readonly baseAccountId: string | null;
  /** Whether it still runs through credentials of a base account that were replaced. */
  readonly onEarlierCredentials: boolean;
  /** Why the base account or, when there is none, a platform account could not be used when it was tried last. */
  readonly targetFault: { readonly accountId: string; readonly fault: Fault } | null;
  readonly lastCheck: CheckRow | null;
  readonly lastRunId: string | null;
  readonly lastRunState: string | null;
  readonly lastRunStartedAt: Date | null;
  readonly lastRunFinishedAt: Date | null;
  readonly lastRunFault: Fault | null;
  readonly lastCompleteAt: Date | null;
  readonly nextRunAt: Date;
  readonly assets: number;
  readonly scopesTotal: number;
  readonly scopesComplete: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** As JSON holds it. */
export interface CheckRow {
  readonly outcome: 'ok' | 'failed';
  readonly hub: Hub | null;
  readonly checkedAt: string;
  readonly callerArn?: string;
  readonly probes: {
    readonly withExternalId: ProbeRow;
    readonly withoutExternalId: ProbeRow;
    readonly wrongExternalId: ProbeRow;
  };
  readonly fault?: Fault;
  readonly targetFault?: Fault;
  readonly diagnosis?: DiagnosisRow;
  readonly nextTryAt?: string;
}

/** Its words as they were told. */
export interface DiagnosisRow {
  readonly certainty: 'certain' | 'one-of';
  readonly causes: readonly {
    readonly code: string;
    readonly title: string;
    readonly because: string;
    readonly remedy: string;
  }[];
}

type ProbeRow = 'accepted' | 'refused' | 'not-run';

/**
 * Makes a connector that is due at once. It is in AssetView if asked for, or if the base account of its type is used there.
 * False when the role has a connector already.
 */
export async function insertConnector(
  db: Database,
  { id, settings, at }: { id: string; settings: ConnectorSettings; at: Date },
): Promise<boolean> {
  const s = settings;
  const { numAffectedRows } = await sql`
    insert into connectors (id, name, description, account_type, partition, account_id, role_arn, external_id, regions,
      polling_minutes, enabled, in_cloud_view, in_asset_view, asset_tags, tags, next_run_at, created_at, updated_at)
    values (${id}, ${s.name}, ${s.description}, ${s.accountType}, ${s.partition}, ${s.accountId}, ${s.roleArn},
      ${s.externalId}, ${s.regions}, ${s.pollingMinutes}, ${s.enabled}, ${s.inCloudView},
      ${s.inAssetView} or exists (
        select from base_accounts b where b.account_type = ${s.accountType} and b.use_in_asset_view
      ),
      ${JSON.stringify(s.assetTags)}::jsonb, ${JSON.stringify(s.tags)}::jsonb, ${at}, ${at}, ${at})
    on conflict (role_arn) do nothing
  `.execute(db);
  return numAffectedRows === 1n;
}

/**
 * Writes a connector's settings; with `anotherRole` it forgets how the role before was reached, and with another role or
 * external ID which hubs it let in. False when somebody else
 * changed it since it was read as of `readAt`. Throws, and so ends the transaction, when the role has a connector already
 * (`isRoleTaken`).
 */
export async function updateConnector(
  db: Database,
  {
    id,
    readAt,
    settings,
    anotherRole,
    dueNow,
    at,
  }: { id: string; readAt: Date; settings: ConnectorSettings; anotherRole: boolean; dueNow: boolean; at: Date },
): Promise<boolean> {
  const s = settings;
  const { numAffectedRows } = await sql`
    with forgotten as (
      delete from hub_evidence h using connectors c
      where c.id = ${id} and c.updated_at = ${readAt} and h.connector_id = c.id
        and (c.role_arn, c.external_id) is distinct from (${s.roleArn}, ${s.externalId})
    )
    update connectors set name = ${s.name}, description = ${s.description}, partition = ${s.partition},
      account_id = ${s.accountId}, role_arn = ${s.roleArn}, external_id = ${s.externalId}, regions = ${s.regions},
      polling_minutes = ${s.pollingMinutes}, enabled = ${s.enabled}, in_cloud_view = ${s.inCloudView},
      in_asset_view = ${s.inAssetView}, asset_view_removed_at = ${s.assetViewRemovedAt},
      asset_tags = ${JSON.stringify(s.assetTags)}::jsonb, tags = ${JSON.stringify(s.tags)}::jsonb,
      next_run_at = case
        when ${dueNow} then ${at}::timestamptz
        else least(next_run_at, ${at}::timestamptz + make_interval(mins => ${s.pollingMinutes}::int))
      end,
      updated_at = ${at}
      ${anotherRole ? NOTHING_REACHED : sql``}
    where id = ${id} and updated_at = ${readAt}
  `.execute(db);
  return numAffectedRows === 1n;
}

/** Whether an error means that another connector has the role. */
export function isRoleTaken(error: unknown): boolean {
  return error instanceof Error && 'constraint' in error && error.constraint === 'connectors_role_arn_key';
}

const NOTHING_REACHED = sql`,
  current_hub_kind = null, current_hub_account_id = null, current_identity_id = null, current_hub_since = null,
  earlier_hub_kind = null, earlier_hub_account_id = null, earlier_identity_id = null,
  trust_policy = null, trust_policy_fault = null, trust_policy_read_at = null, last_check = null`;

/**
 * Stops a connector that is about to be deleted: it is never due again, and an edit that read it before does not enable
 * it again. Undefined when there is none.
 */
export async function stopConnector(
  db: Database,
  { id, at }: { id: string; at: Date },
): Promise<StoppedConnector | undefined> {
  const { rows } = await sql<StoppedConnector>`
    update connectors set enabled = false, updated_at = ${at} where id = ${id} returning id, num, last_run_id as "lastRunId"
  `.execute(db);
  return rows[0];
}

export interface StoppedConnector {
  readonly id: string;
  readonly num: number;
  readonly lastRunId: string | null;
}

/**
 * With its runs and its ledger; its assets have to be detached or deleted before. Undefined when it is gone, or was
 * enabled or run again since it was stopped: then it may have assets.
 */
export async function deleteConnectorRow(
  db: Database,
  { id, lastRunId }: StoppedConnector,
): Promise<{ name: string; roleArn: string } | undefined> {
  const { rows } = await sql<{ name: string; roleArn: string }>`
    delete from connectors where id = ${id} and not enabled and last_run_id is not distinct from ${lastRunId}::uuid
    returning name, role_arn as "roleArn"
  `.execute(db);
  return rows[0];
}

/** Puts a connector into AssetView or takes it out; the latter is remembered. False when there is none. */
export async function setInAssetView(
  db: Database,
  { id, inAssetView, at }: { id: string; inAssetView: boolean; at: Date },
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update connectors
    set in_asset_view = ${inAssetView}, asset_view_removed_at = ${inAssetView ? null : at}, updated_at = ${at}
    where id = ${id}
  `.execute(db);
  return numAffectedRows === 1n;
}

/**
 * Notes the results of checks with these roles and external IDs, if they are still the connectors' and no later check
 * is known; after a good one, a connector that its last run could not reach is due at once.
 */
export async function saveChecks(
  db: Database,
  checks: readonly { connectorId: string; roleArn: string; externalId: string; check: CheckRow }[],
): Promise<void> {
  const rows = checks.map(({ connectorId, roleArn, externalId, check }) => ({
    connectorId,
    roleArn,
    externalId,
    check,
  }));
  await sql`
    update connectors c set last_check = t.check, next_run_at = case
      when t.check ->> 'outcome' = 'ok' and not exists (
        select from runs r where r.id = c.last_run_id and r.state in ('queued', 'running', 'ok', 'problems')
      ) then (t.check ->> 'checkedAt')::timestamptz
      else c.next_run_at
    end
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as t("connectorId" uuid, "roleArn" text, "externalId" text, "check" jsonb)
    where c.id = t."connectorId" and c.role_arn = t."roleArn" and c.external_id = t."externalId"
      and (c.last_check is null
        or (c.last_check ->> 'checkedAt')::timestamptz <= (t.check ->> 'checkedAt')::timestamptz)
  `.execute(db);
}

export async function findConnectorByRole(
  db: Database,
  roleArn: string,
): Promise<{ id: string; name: string } | undefined> {
  const { rows } = await sql<{ id: string; name: string }>`
    select id, name from connectors where role_arn = ${roleArn}
  `.execute(db);
  return rows[0];
}

export async function findConnector(db: Database, id: string): Promise<ConnectorRow | undefined> {
  const { rows } = await sql<ConnectorRow>`
    with page as (select c.* from (${connectorsWithState(sql`c.id = ${id}`)}) c) ${connectorsOfPage()}
  `.execute(db);
  return rows[0];
}

export interface ConnectorSearch {
  readonly accountType: AccountType | null;
  readonly state: ConnectorRow['state'] | 'needs-attention' | null;
  readonly platforms: PlatformAccountIds;
  readonly search: string | null;
  /** Name and id of the last connector of the page before. */
  readonly after: { readonly name: string; readonly id: string } | null;
  readonly limit: number;
}

/** By name. */
export async function searchConnectors(db: Database, search: ConnectorSearch): Promise<ConnectorRow[]> {
  const { accountType, state, platforms, after, limit } = search;
  const text = search.search?.toLowerCase() ?? null;
  const wanted = sql`
    (${accountType}::text is null or c.account_type = ${accountType})
    and (${text}::text is null or position(${text} in lower(c.name || ' ' || c.role_arn || ' ' || c.description)) > 0)
    and (${after?.name ?? null}::text is null or (c.name, c.id) > (${after?.name ?? null}, ${after?.id ?? null}::uuid))
  `;
  const { rows } = await sql<ConnectorRow>`
    with ${targets({ accountTypes: ACCOUNT_TYPES, platforms })},
    page as (
      select c.* from (${connectorsWithState(wanted)}) c
      where case ${state}::text when 'needs-attention' then ${needsAttention()} else coalesce(c.state = ${state}, true) end
      order by c.name, c.id limit ${limit}
    )
    ${connectorsOfPage()}
  `.execute(db);
  return rows;
}

/** Joins the hub and the ledger to the rows of one page only. */
function connectorsOfPage(): RawBuilder<unknown> {
  return sql`
    select c.id, c.num, c.name, c.description, c.account_type as "accountType", c.partition, c.account_id as "accountId",
      c.role_arn as "roleArn", c.external_id as "externalId", c.regions, c.polling_minutes as "pollingMinutes", c.enabled,
      c.in_cloud_view as "inCloudView", c.in_asset_view as "inAssetView",
      c.asset_view_removed_at as "assetViewRemovedAt", c.asset_tags as "assetTags", c.tags, c.state,
      c.current_hub_kind as "currentHubKind", c.current_hub_account_id as "currentHubAccountId",
      i.account_id as "baseAccountId",
      coalesce(c.current_identity_id <> i.id, false) as "onEarlierCredentials", tried.fault as "targetFault", c.last_check as "lastCheck",
      c.last_run_id as "lastRunId", c.last_run_state as "lastRunState", c.last_run_started_at as "lastRunStartedAt",
      c.last_run_finished_at as "lastRunFinishedAt", c.last_run_fault as "lastRunFault",
      c.last_complete_at as "lastCompleteAt", c.next_run_at as "nextRunAt",
      s.assets, s.total as "scopesTotal", s.complete as "scopesComplete",
      c.created_at as "createdAt", c.updated_at as "updatedAt"
    from page c
    left join base_accounts b on b.account_type = c.account_type
    left join base_identities i on i.base_account_id = b.id and i.state = 'active'
    left join lateral (
      select jsonb_build_object('accountId', h.hub_account_id, 'fault', h.fault) as fault from hub_evidence h
      where h.connector_id = c.id and h.outcome <> 'accepted' and case
        when i.id is null then h.hub_kind = 'platform-account'
        else h.hub_kind = 'base-account' and h.hub_account_id = i.account_id
      end
      order by h.at desc limit 1
    ) tried on true
    cross join lateral (
      select coalesce(sum(items), 0)::int8 as assets,
        count(*) filter (where last_outcome is distinct from 'not-applicable') as total,
        count(*) filter (where last_outcome = 'complete') as complete
      from scopes s where s.connector_id = c.id and s.account_id = c.account_id
    ) s
    order by c.name, c.id
  `;
}

import { type RawBuilder, sql } from 'kysely';
import type { Hub } from '../domain/hub.ts';
import type { AccountType } from '../domain/partition.ts';
import type { TrustState } from '../domain/trust-state.ts';
import type { Database } from './database.ts';
import { type EvidenceRow, hubJson } from './hubs.ts';

/** The platform account of each account type that has one: it is in the configuration and not in the database. */
export type PlatformAccountIds = Readonly<Partial<Record<AccountType, string>>>;

export interface TrustTotals {
  readonly accountType: AccountType;
  /** null: the account type has neither a base account nor a platform account. */
  readonly targetHub: Hub | null;
  readonly baseAccountId: string | null;
  readonly totals: Readonly<Record<TrustState, number>>;
}

/** How many connectors of each account type are in which state. */
export async function countTrustStates(
  db: Database,
  { accountTypes, platforms }: { accountTypes: readonly AccountType[]; platforms: PlatformAccountIds },
): Promise<TrustTotals[]> {
  const { rows } = await sql<TrustTotals>`
    with ${targets({ accountTypes, platforms })},
    counts as (
      select account_type, state, count(*) as connectors from (${withTrustState(sql`true`)}) c group by 1, 2
    )
    select t.account_type as "accountType", ${hubJson('t.target')} as "targetHub", t.base_account_id as "baseAccountId",
      jsonb_build_object('on-target', 0, 'moving', 0, 'refused', 0, 'unknown', 0)
        || coalesce(jsonb_object_agg(n.state, n.connectors) filter (where n.state is not null), '{}') as totals
    from targets t left join counts n on n.account_type = t.account_type
    group by t.account_type, t.target_kind, t.target_account_id, t.base_account_id, t.num
    order by t.num
  `.execute(db);
  return rows;
}

export interface TrustStateSearch {
  readonly accountType: AccountType;
  readonly platforms: PlatformAccountIds;
  readonly state: TrustState | null;
  readonly search: string | null;
  /** Name and id of the last connector of the page before. */
  readonly after: { readonly name: string; readonly id: string } | null;
  readonly limit: number;
}

export interface TrustStateRow {
  readonly connectorId: string;
  readonly name: string;
  readonly accountId: string;
  readonly roleArn: string;
  readonly enabled: boolean;
  readonly state: TrustState;
  readonly currentHub: Hub | null;
  readonly evidence: EvidenceRow | null;
  readonly policyKnown: boolean;
}

/** By name. */
export async function searchTrustStates(db: Database, wanted: TrustStateSearch): Promise<TrustStateRow[]> {
  const { accountType, platforms, state, after, limit } = wanted;
  const text = wanted.search?.toLowerCase() ?? null;
  const condition = sql`
    (${text}::text is null or position(${text} in lower(c.name || ' ' || c.role_arn || ' ' || c.description)) > 0)
    and (${after?.name ?? null}::text is null or (c.name, c.id) > (${after?.name ?? null}, ${after?.id ?? null}::uuid))
  `;
  const { rows } = await sql<TrustStateRow>`
    with ${targets({ accountTypes: [accountType], platforms })}
    select c.id as "connectorId", c.name, c.account_id as "accountId", c.role_arn as "roleArn", c.enabled, c.state,
      ${hubJson('c.current_hub')} as "currentHub",
      case when c.tried is not null then
        jsonb_build_object('hub', ${hubJson('c.target')}, 'outcome', c.tried, 'fault', c.tried_fault, 'at', c.tried_at) end as evidence,
      c.trust_policy is not null as "policyKnown"
    from (${withTrustState(condition)}) c
    where ${state}::text is null or c.state = ${state}
    order by c.name, c.id limit ${limit}
  `.execute(db);
  return rows;
}

export interface RoleRow {
  readonly connectorId: string;
  readonly name: string;
  readonly roleArn: string;
  readonly externalId: string;
  /** The role's trust policy as IAM gave it; null when it could not be read. */
  readonly policy: string | null;
  readonly targetHub: Hub | null;
  readonly currentHub: Hub | null;
  readonly earlierHub: Hub | null;
  readonly triedHubs: readonly Hub[];
}

/** What an edit of each role's trust policy is made from, by name; of all states but `on-target` when none is given. */
export async function listRolesToEdit(
  db: Database,
  { accountType, platforms, state }: Pick<TrustStateSearch, 'accountType' | 'platforms' | 'state'>,
): Promise<RoleRow[]> {
  const { rows } = await sql<RoleRow>`
    with ${targets({ accountTypes: [accountType], platforms })}
    select c.id as "connectorId", c.name, c.role_arn as "roleArn", c.external_id as "externalId", c.trust_policy as policy,
      ${hubJson('c.target')} as "targetHub", ${hubJson('c.current_hub')} as "currentHub",
      ${hubJson('c.earlier_hub')} as "earlierHub",
      (select coalesce(jsonb_agg(${hubJson('h.hub')} order by h.at desc), '[]') from hub_evidence h
        where h.connector_id = c.id) as "triedHubs"
    from (${withTrustState(sql`true`)}) c
    where case when ${state}::text is null then c.state <> 'on-target' else c.state = ${state} end
    order by c.name, c.id
  `.execute(db);
  return rows;
}

/** One row for each account type: its target hub, which is the base account if there is one, else the platform account. */
export function targets({
  accountTypes,
  platforms,
}: {
  accountTypes: readonly AccountType[];
  platforms: PlatformAccountIds;
}): RawBuilder<unknown> {
  const rows = accountTypes.map((accountType, num) => ({ accountType, num, platform: platforms[accountType] ?? null }));
  return sql`targets as (
    select t."accountType" as account_type, t.num, b.id as base_account_id,
      case when i.id is not null then 'base-account' when t.platform is not null then 'platform-account' end as target_kind,
      coalesce(i.account_id, t.platform) as target_account_id
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as t("accountType" text, num integer, platform text)
    left join base_accounts b on b.account_type = t."accountType"
    left join base_identities i on i.base_account_id = b.id and i.state = 'active'
  )`;
}

/** The same table as `trustStateOf` (src/domain/trust-state.ts). */
function withTrustState(condition: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select c.*, t.target_kind, t.target_account_id, h.outcome as tried, h.fault as tried_fault, h.at as tried_at,
      case
        when t.target_kind is null then 'unknown'
        when h.outcome = 'refused' then 'refused'
        when c.current_hub_kind = t.target_kind and c.current_hub_account_id = t.target_account_id then 'on-target'
        when h.outcome = 'accepted' then 'moving'
        when h.outcome is null and c.current_hub_kind is not null then 'moving'
        else 'unknown'
      end as state
    from targets t
    join connectors c on c.account_type = t.account_type
    left join hub_evidence h on h.connector_id = c.id and h.hub_kind = t.target_kind and h.hub_account_id = t.target_account_id
    where ${condition}
  `;
}

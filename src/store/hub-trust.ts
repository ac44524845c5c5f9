import { sql } from 'kysely';
import type { Hub } from '../domain/hub.ts';
import type { AccountType } from '../domain/partition.ts';
import type { Database } from './database.ts';
import { hubJson } from './hubs.ts';

/** How the connectors of an account type stand to one hub, by what was tried last. */
export interface HubProofs {
  /** ARNs of all roles, those that nothing is proved of first. */
  readonly roleArns: readonly string[];
  readonly accepted: number;
  readonly refused: number;
}

export async function readHubProofs(
  db: Database,
  { accountType, hub }: { accountType: AccountType; hub: Hub },
): Promise<HubProofs> {
  const { rows } = await sql<{ roleArn: string; outcome: string | null }>`
    select c.role_arn as "roleArn", h.outcome
    from connectors c
    left join hub_evidence h
      on h.connector_id = c.id and h.hub_kind = ${hub.kind} and h.hub_account_id = ${hub.accountId}
    where c.account_type = ${accountType}
    order by h.outcome is not distinct from 'accepted', c.role_arn
  `.execute(db);
  const count = (wanted: string) => rows.filter(({ outcome }) => outcome === wanted).length;
  return { roleArns: rows.map(row => row.roleArn), accepted: count('accepted'), refused: count('refused') };
}

/** Hubs other than `hub` that connectors of this type were ever tried through, or that its base account had. */
export async function listFormerHubs(
  db: Database,
  { accountType, hub }: { accountType: AccountType; hub: Hub },
): Promise<Hub[]> {
  const { rows } = await sql<Hub>`
    select kind, "accountId" from (
      select h.hub_kind as kind, h.hub_account_id as "accountId"
      from hub_evidence h join connectors c on c.id = h.connector_id
      where c.account_type = ${accountType}
      union
      select 'base-account', i.account_id
      from base_identities i join base_accounts b on b.id = i.base_account_id
      where b.account_type = ${accountType} and i.state = 'retired'
    ) former
    where "accountId" <> ${hub.accountId}
    order by kind, "accountId"
  `.execute(db);
  return rows;
}

/** A connector that has moved to a hub, with what may show that its role still trusts another. */
export interface MovedConnector {
  readonly connectorId: string;
  readonly name: string;
  readonly roleArn: string;
  readonly externalId: string;
  /** When the role's trust policy was read; null when it is not known. */
  readonly policyReadAt: Date | null;
  /** The policy's text, if it names one of the accounts asked about or, by "*", anybody. */
  readonly policy: string | null;
  /** The other hubs that were let in when they were tried last. */
  readonly accepted: readonly { readonly hub: Hub; readonly at: Date }[];
}

/** Policies that can admit none of the accounts are left in the database: a fleet has tens of megabytes of them. */
export async function listMovedConnectors(
  db: Database,
  { accountType, hub, accountIds }: { accountType: AccountType; hub: Hub; accountIds: readonly string[] },
): Promise<MovedConnector[]> {
  type Row = Omit<MovedConnector, 'accepted'> & { readonly accepted: readonly { hub: Hub; at: string }[] };
  const { rows } = await sql<Row>`
    select c.id as "connectorId", c.name, c.role_arn as "roleArn", c.external_id as "externalId",
      case when c.trust_policy is not null then c.trust_policy_read_at end as "policyReadAt",
      case when c.trust_policy like any (${[...accountIds, '"*"'].map(text => `%${text}%`)}::text[]) then c.trust_policy end as policy,
      coalesce(ev.accepted, '[]') as accepted
    from connectors c
    left join lateral (
      select jsonb_agg(jsonb_build_object('hub', ${hubJson('h.hub')}, 'at', h.at)) as accepted
      from hub_evidence h
      where h.connector_id = c.id and h.outcome = 'accepted' and h.hub_account_id = any (${[...accountIds]}::text[])
    ) ev on true
    where c.account_type = ${accountType}
      and c.current_hub_kind = ${hub.kind} and c.current_hub_account_id = ${hub.accountId}
    order by c.name, c.id
  `.execute(db);
  return rows.map(({ accepted, ...row }) => ({
    ...row,
    accepted: accepted.map(one => ({ hub: one.hub, at: new Date(one.at) })),
  }));
}

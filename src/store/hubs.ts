import { type RawBuilder, sql } from 'kysely';
import type { CredentialsSource } from '../domain/credentials.ts';
import type { Fault } from '../domain/faults.ts';
import type { Hub } from '../domain/hub.ts';
import type { AccountType } from '../domain/partition.ts';
import type { Database } from './database.ts';
import type { ClaimedRecheck } from './rechecks.ts';

/** What we act as inside a base account, as far as it is no secret. */
export interface IdentityRow {
  readonly id: string;
  readonly accountId: string;
  readonly credentials: CredentialsSource;
}

/** Through which hub each connector is reached, and through which it is to be. */
export interface HubFacts {
  readonly connectorId: string;
  readonly name: string;
  readonly accountType: AccountType;
  readonly roleArn: string;
  readonly externalId: string;
  /** The base account of the type with its active identity; both null when there is none. */
  readonly baseCutover: 'safe' | 'immediate' | null;
  readonly baseIdentity: IdentityRow | null;
  /** The hub that the last successful assumption went through, and since when that is so. */
  readonly currentHub: Hub | null;
  readonly currentHubSince: Date | null;
  /** The identity of that hub, if it is a base account and is still there. */
  readonly currentIdentity: IdentityRow | null;
  /** The hub before the current one; of a connector that was never reached, the target hub before the present one. */
  readonly earlierHub: Hub | null;
  readonly earlierIdentity: IdentityRow | null;
  /** When the trust policy of its role was read last, or could not be. */
  readonly policyReadAt: Date | null;
  /** What is known of every hub that was ever tried with this role and external ID. */
  readonly evidence: readonly HubEvidence[];
}

/** Whether a role let a hub in when it was tried last. */
export interface HubEvidence {
  readonly hub: Hub;
  /** `unknown`: AWS gave no answer to the question, as when it throttled or did not answer at all. */
  readonly outcome: 'accepted' | 'refused' | 'unknown';
  /** Why it was not accepted; null when it was. */
  readonly fault: Fault | null;
  readonly at: Date;
}

/** As JSON holds it. */
export type EvidenceRow = Omit<HubEvidence, 'at'> & { readonly at: string };
type FactsRow = Omit<HubFacts, 'evidence'> & { readonly evidence: readonly EvidenceRow[] };

export async function readHubFacts(db: Database, connectorId: string): Promise<HubFacts | undefined> {
  const [facts] = await listHubFacts(db, sql`c.id = ${connectorId}`, sql`-- prepared: read-hub-facts\n`);
  return facts;
}

/** Those of all connectors of an account type, by name. */
export async function readHubFactsOfType(db: Database, accountType: AccountType): Promise<HubFacts[]> {
  return await listHubFacts(db, sql`c.account_type = ${accountType}`);
}

/** The trust policies that could be read of connectors' roles, by connector. */
export async function readTrustPolicies(db: Database, accountType: AccountType): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; policy: string }>`
    select id, trust_policy as policy from connectors where account_type = ${accountType} and trust_policy is not null
  `.execute(db);
  return new Map(rows.map(({ id, policy }) => [id, policy]));
}

/** Those of the next connectors, by id, that a re-check is not through with; none when it is through with all. */
export async function readHubFactsToRecheck(
  db: Database,
  { recheck, after, limit }: { recheck: ClaimedRecheck; after: string | null; limit: number },
): Promise<HubFacts[]> {
  const { hold, accountType, startedAt } = recheck;
  return await listHubFacts(
    db,
    sql`c.id in (
      select x.id from connectors x
      where x.account_type = ${accountType} and x.enabled and x.created_at <= ${startedAt}
        and (${after}::uuid is null or x.id > ${after}::uuid)
        and not exists (select from recheck_done d where d.recheck_id = ${hold.id} and d.connector_id = x.id)
      order by x.id limit ${limit}
    )`,
  );
}

async function listHubFacts(
  db: Database,
  condition: RawBuilder<unknown>,
  prepared: RawBuilder<unknown> = sql``,
): Promise<HubFacts[]> {
  const { rows } = await sql<FactsRow>`
    ${prepared}select c.id as "connectorId", c.name, c.account_type as "accountType", c.role_arn as "roleArn",
      c.external_id as "externalId", b.cutover as "baseCutover", ${identityJson('i')} as "baseIdentity",
      ${hubJson('c.current_hub')} as "currentHub", c.current_hub_since as "currentHubSince",
      ${identityJson('k')} as "currentIdentity", ${hubJson('c.earlier_hub')} as "earlierHub",
      ${identityJson('e')} as "earlierIdentity",
      c.trust_policy_read_at as "policyReadAt", coalesce(ev.evidence, '[]') as evidence
    from connectors c
    left join base_accounts b on b.account_type = c.account_type
    left join base_identities i on i.base_account_id = b.id and i.state = 'active'
    left join base_identities k on k.id = c.current_identity_id
    left join base_identities e on e.id = c.earlier_identity_id
    left join lateral (
      select jsonb_agg(jsonb_build_object('hub', ${hubJson('h.hub')}, 'outcome', h.outcome, 'fault', h.fault, 'at', h.at)) as evidence
      from hub_evidence h where h.connector_id = c.id
    ) ev on true
    where ${condition}
    order by c.name, c.id
  `.execute(db);
  return rows.map(({ evidence, ...facts }) => ({
    ...facts,
    evidence: evidence.map(({ at, ...one }) => ({ ...one, at: new Date(at) })),
  }));
}

/** An IdentityRow as JSON, or null when the alias was not joined. */
export function identityJson(alias: string): RawBuilder<IdentityRow | null> {
  const t = sql.raw(alias);
  return sql`
    case when ${t}.id is not null then jsonb_build_object('id', ${t}.id, 'accountId', ${t}.account_id, 'credentials',
      jsonb_strip_nulls(jsonb_build_object('kind', ${t}.kind, 'accessKeyId', ${t}.access_key_id, 'roleArn', ${t}.role_arn,
        'tokenFile', ${t}.token_file))) end
  `;
}

/** A Hub as JSON of the two columns that begin like this, or null. */
export function hubJson(
  columns: 'c.current_hub' | 'c.earlier_hub' | 'h.hub' | 'c.target' | 't.target',
): RawBuilder<Hub | null> {
  const [kind, accountId] = [sql.raw(`${columns}_kind`), sql.raw(`${columns}_account_id`)];
  return sql`case when ${kind} is not null then jsonb_build_object('kind', ${kind}, 'accountId', ${accountId}) end`;
}

export interface Tried {
  readonly connectorId: string;
  /** The role and external ID that were used: when they were changed meanwhile, nothing is recorded. */
  readonly roleArn: string;
  readonly externalId: string;
  readonly hub: Hub;
}

/** Notes whether roles let hubs in, each connector and hub once; what is known already of a later time stays. */
export async function recordEvidence(
  db: Database,
  evidence: readonly (Tried & Omit<HubEvidence, 'hub'>)[],
): Promise<void> {
  if (evidence.length === 0) return;
  const rows = evidence.map(({ hub, ...one }) => ({ ...triedRow(one), hub, ...outcomeRow(one) }));
  await sql`
    insert into hub_evidence (connector_id, hub_kind, hub_account_id, outcome, fault, at)
    select c.id, t.hub ->> 'kind', t.hub ->> 'accountId', t.outcome, nullif(t.fault, 'null'), t.at
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as t("connectorId" uuid, "roleArn" text, "externalId" text, hub jsonb, outcome text, fault jsonb, at timestamptz)
    join connectors c on c.id = t."connectorId" and c.role_arn = t."roleArn" and c.external_id = t."externalId"
    order by c.id, t.hub for key share of c
    on conflict (connector_id, hub_kind, hub_account_id)
    do update set outcome = excluded.outcome, fault = excluded.fault, at = excluded.at
    where hub_evidence.at <= excluded.at
  `.execute(db);
}

function triedRow({ connectorId, roleArn, externalId }: Omit<Tried, 'hub'>) {
  return { connectorId, roleArn, externalId };
}

function outcomeRow({ outcome, fault, at }: Omit<HubEvidence, 'hub'>) {
  return { outcome, fault, at };
}

/**
 * Makes the target hub the current one of connectors after an assumption through it. Nothing happens to one whose current
 * hub it is already, and to all if it is not the target any more: a base account was made, changed or deleted meanwhile.
 * Answers the connectors whose hub is another one now, with the hub before (null at the first success).
 */
export async function recordReached(
  db: Database,
  {
    connectors,
    hub,
    identityId,
    at,
  }: { connectors: readonly Omit<Tried, 'hub'>[]; hub: Hub; identityId: string | null; at: Date },
): Promise<{ connectorId: string; from: Hub | null }[]> {
  const { rows } = await sql<{ connectorId: string; from: Hub | null }>`
    with before as (
      select c.*, (c.current_hub_kind, c.current_hub_account_id)
        is distinct from (${hub.kind}::text, ${hub.accountId}::text) as moved
      from jsonb_to_recordset(${JSON.stringify(connectors.map(triedRow))}::jsonb)
        as t("connectorId" uuid, "roleArn" text, "externalId" text)
      join connectors c on c.id = t."connectorId" and c.role_arn = t."roleArn" and c.external_id = t."externalId"
      order by c.id for no key update of c
    ),
    identity as (
      select i.id from base_identities i where i.id = ${identityId}::uuid and i.state = 'active' for key share
    ),
    recorded as (
      update connectors c
      set current_hub_kind = ${hub.kind}, current_hub_account_id = ${hub.accountId},
        current_identity_id = ${identityId}::uuid,
        current_hub_since = case when before.moved then ${at}::timestamptz else c.current_hub_since end,
        earlier_hub_kind = case when before.moved then before.current_hub_kind else c.earlier_hub_kind end,
        earlier_hub_account_id = case when before.moved then before.current_hub_account_id else c.earlier_hub_account_id end,
        earlier_identity_id = case when before.moved then before.current_identity_id else c.earlier_identity_id end,
        target_extra_tries = 0, target_extra_since = null
      from before
      where c.id = before.id and (before.moved or before.current_identity_id is distinct from ${identityId}::uuid)
        and case
          when ${hub.kind} = 'base-account' then exists (select from identity)
          else not exists (select from base_accounts b where b.account_type = before.account_type)
        end
      returning c.id, before.moved,
        case when before.current_hub_kind is not null then
          jsonb_build_object('kind', before.current_hub_kind, 'accountId', before.current_hub_account_id) end as "from"
    )
    select id as "connectorId", "from" from recorded where moved
  `.execute(db);
  return rows;
}

/**
 * Makes a hub that is not the target the current one, after an assumption through it: neither the target nor the hub that
 * was current let the connector in. It is the hub before, or the platform account under another ID than before. False when
 * the connector's hubs are others by now, or the identity is gone.
 */
export async function recordWentBack(
  db: Database,
  {
    connectorId,
    roleArn,
    externalId,
    currentHub,
    hub,
    identityId,
    at,
  }: Tried & { currentHub: Hub | null; identityId: string | null; at: Date },
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    with identity as (select id from base_identities where id = ${identityId}::uuid for key share)
    update connectors
    set current_hub_kind = ${hub.kind}, current_hub_account_id = ${hub.accountId},
      current_identity_id = ${identityId}::uuid, current_hub_since = ${at},
      earlier_hub_kind = null, earlier_hub_account_id = null, earlier_identity_id = null
    where id = ${connectorId} and role_arn = ${roleArn} and external_id = ${externalId}
      and (current_hub_kind, current_hub_account_id)
        is not distinct from (${currentHub?.kind ?? null}::text, ${currentHub?.accountId ?? null}::text)
      and (${identityId}::uuid is null or exists (select from identity))
  `.execute(db);
  return numAffectedRows === 1n;
}

/**
 * Connectors that were never reached keep, as a way to go, the hub that was their target until now: their roles were made
 * for it. Call it before the target changes.
 */
export async function keepWayOfNewConnectors(
  db: Database,
  { accountType, hub, identityId }: { accountType: AccountType; hub: Hub; identityId: string | null },
): Promise<void> {
  await sql`
    update connectors
    set earlier_hub_kind = ${hub.kind}, earlier_hub_account_id = ${hub.accountId}, earlier_identity_id = ${identityId}::uuid
    where account_type = ${accountType} and current_hub_kind is null
  `.execute(db);
}

/** Takes one of the day's tries of the target hub beyond normal polling; false when they are used up. */
export async function takeExtraTry(
  db: Database,
  { connectorId, triesMax, at }: { connectorId: string; triesMax: number; at: Date },
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update connectors set
      target_extra_tries = case when ${isOver(at)} then 1 else target_extra_tries + 1 end,
      target_extra_since = case when ${isOver(at)} then ${at}::timestamptz else target_extra_since end
    where id = ${connectorId} and (${isOver(at)} or target_extra_tries < ${triesMax})
  `.execute(db);
  return numAffectedRows === 1n;
}

/** Whether the day that tries are counted in is over, or none was begun. */
function isOver(at: Date) {
  return sql`(target_extra_since is null or target_extra_since <= ${at}::timestamptz - interval '1 day')`;
}

/** The identity of a base account that was replaced last, while it is kept. */
export async function findLastRetired(db: Database, baseAccountId: string): Promise<IdentityRow | undefined> {
  const { rows } = await sql<{ identity: IdentityRow }>`
    select ${identityJson('i')} as identity from base_identities i
    where base_account_id = ${baseAccountId} and state = 'retired' order by retired_at desc, created_at desc limit 1
  `.execute(db);
  return rows[0]?.identity;
}

/** Until the transaction ends, no connector comes to run through a retired identity of a base account. */
export async function lockRetiredIdentities(db: Database, baseAccountId: string): Promise<void> {
  await sql`
    select from base_identities where base_account_id = ${baseAccountId} and state = 'retired' order by id for update
  `.execute(db);
}

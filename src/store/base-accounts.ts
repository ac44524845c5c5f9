import { type RawBuilder, sql } from 'kysely';
import type { CredentialsSource } from '../domain/credentials.ts';
import type { Fault } from '../domain/faults.ts';
import type { Hub } from '../domain/hub.ts';
import { LIMITS } from '../domain/limits.ts';
import type { AccountType } from '../domain/partition.ts';
import type { Database } from './database.ts';
import { type IdentityRow, identityJson } from './hubs.ts';

/**
 * Base accounts and their identities. A base account has exactly one active identity: the one that connectors are to be
 * reached through. A retired one stays while a connector runs through it or may go back to it.
 */
export interface BaseAccountRow {
  readonly id: string;
  readonly title: string;
  readonly accountType: AccountType;
  readonly useInAssetView: boolean;
  readonly cutover: 'safe' | 'immediate';
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** The active one. */
  readonly identity: IdentityRow;
  readonly keyCreatedAt: Date;
  readonly proof: ProofRow | null;
  readonly connectorsTotal: number;
  readonly connectorsOnThisHub: number;
  readonly connectorsMoving: number;
  /** Its retired ones, the latest first. */
  readonly earlier: readonly EarlierRow[];
}

/** A retired identity as JSON holds it. */
export interface EarlierRow {
  readonly accountId: string;
  readonly accessKeyIdEnding: string | null;
  readonly retiredAt: string | null;
  /** Connectors that run through it. */
  readonly connectors: number;
}

/** As JSON holds it. */
export interface ProofRow {
  readonly checkedAt: string;
  readonly outcome: 'ok' | 'failed';
  readonly callerArn: string | null;
  readonly fault: Fault | null;
}

export interface NewBaseAccount {
  readonly id: string;
  readonly title: string;
  readonly accountType: AccountType;
  readonly useInAssetView: boolean;
  readonly cutover: 'safe' | 'immediate';
  readonly createdAt: Date;
}

/** False when the account type has a base account already (invariant I5). */
export async function insertBaseAccount(db: Database, base: NewBaseAccount): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into base_accounts (id, title, account_type, use_in_asset_view, cutover, created_at, updated_at)
    values (${base.id}, ${base.title}, ${base.accountType}, ${base.useInAssetView}, ${base.cutover},
            ${base.createdAt}, ${base.createdAt})
    on conflict (account_type) do nothing
  `.execute(db);
  return numAffectedRows === 1n;
}

export interface NewIdentity {
  readonly id: string;
  readonly baseAccountId: string;
  readonly accountId: string;
  readonly credentials: CredentialsSource;
  /** null for a keyless kind. */
  readonly sealedSecret: unknown;
  readonly state: 'candidate' | 'active';
  readonly createdAt: Date;
  readonly proof: ProofRow | null;
}

/** Retire the active one before a new one is. */
export async function insertIdentity(db: Database, identity: NewIdentity): Promise<void> {
  const { id, baseAccountId, accountId, credentials, sealedSecret, state, createdAt, proof } = identity;
  const accessKeyId = credentials.kind === 'access-key' ? credentials.accessKeyId : null;
  const [roleArn, tokenFile] =
    credentials.kind === 'web-identity' ? [credentials.roleArn, credentials.tokenFile] : [null, null];
  await sql`
    insert into base_identities
      (id, base_account_id, account_id, kind, access_key_id, role_arn, token_file, sealed_secret, state, created_at, proof)
    values (${id}, ${baseAccountId}, ${accountId}, ${credentials.kind}, ${accessKeyId}, ${roleArn}, ${tokenFile},
            ${sealedSecret && JSON.stringify(sealedSecret)}::jsonb, ${state}, ${createdAt},
            ${proof && JSON.stringify(proof)}::jsonb)
  `.execute(db);
}

/**
 * Waits for connectors that are just being recorded as reached through the identity (`recordReached`), so that it is not
 * taken for idle while they come to depend on it.
 */
export async function retireActiveIdentity(
  db: Database,
  { baseAccountId, at }: { baseAccountId: string; at: Date },
): Promise<void> {
  await sql`
    update base_identities set state = 'retired', retired_at = ${at}
    where id in (select id from base_identities where base_account_id = ${baseAccountId} and state = 'active' for update)
  `.execute(db);
}

/** Destroys an identity, whoever runs through it. */
export async function deleteIdentity(db: Database, id: string): Promise<void> {
  await sql`delete from base_identities where id = ${id}`.execute(db);
}

/** Makes a retired identity the active one again; retire the active one first. False when it is gone. */
export async function reactivateIdentity(db: Database, id: string): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update base_identities set state = 'active', retired_at = null where id = ${id} and state = 'retired'
  `.execute(db);
  return numAffectedRows === 1n;
}

/**
 * Deletes retired identities, secrets and all, that nobody needs any more: no connector runs through them, none can go
 * back to them (those that left them, left them before `movedBefore`), and the base account had another account ID
 * with them, if it can be rolled back, before that time. Answers how many.
 */
export async function deleteIdleIdentities(db: Database, { movedBefore }: { movedBefore: Date }): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from base_identities i
    where state = 'retired'
      and not exists (select from connectors c where c.current_identity_id = i.id)
      and not exists (
        select from connectors c
        where c.earlier_identity_id = i.id and coalesce(c.current_hub_since, i.retired_at) >= ${movedBefore}
      )
      and not exists (
        select from base_identities a
        where a.base_account_id = i.base_account_id and a.state = 'active' and a.account_id <> i.account_id
          and i.retired_at >= ${movedBefore}
      )
  `.execute(db);
  return Number(numAffectedRows ?? 0n);
}

/** Deletes the retired identities of a base account, whoever runs through them: no call is made through an old hub any more. */
export async function deleteRetiredIdentities(db: Database, baseAccountId: string): Promise<void> {
  await sql`delete from base_identities where base_account_id = ${baseAccountId} and state = 'retired'`.execute(db);
}

/** Until the transaction ends, nobody else changes or deletes it. */
export async function lockBaseAccount(db: Database, id: string): Promise<void> {
  await sql`select from base_accounts where id = ${id} for no key update`.execute(db);
}

export async function findBaseAccount(db: Database, id: string): Promise<BaseAccountRow | undefined> {
  const { rows } = await sql<BaseAccountRow>`${baseAccounts(sql`b.id = ${id}`)}`.execute(db);
  return rows[0];
}

export async function findBaseAccountOfType(
  db: Database,
  accountType: AccountType,
): Promise<BaseAccountRow | undefined> {
  const { rows } = await sql<BaseAccountRow>`${baseAccounts(sql`b.account_type = ${accountType}`)}`.execute(db);
  return rows[0];
}

/** In the order they were made, from the one after `after` on. */
export async function listBaseAccountRows(
  db: Database,
  { after, limit }: { after: string | null; limit: number },
): Promise<BaseAccountRow[]> {
  const { rows } = await sql<BaseAccountRow>`
    ${baseAccounts(sql`(${after}::uuid is null or b.id > ${after}::uuid)`)} order by b.id limit ${limit}
  `.execute(db);
  return rows;
}

function baseAccounts(condition: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select b.id, b.title, b.account_type as "accountType", b.use_in_asset_view as "useInAssetView", b.cutover,
      b.created_at as "createdAt", b.updated_at as "updatedAt",
      ${identityJson('i')} as identity, i.created_at as "keyCreatedAt", i.proof,
      n.total as "connectorsTotal", n.here as "connectorsOnThisHub", n.moving as "connectorsMoving",
      r.earlier
    from base_accounts b
    join base_identities i on i.base_account_id = b.id and i.state = 'active'
    cross join lateral (
      select count(*) as total, count(*) filter (where here) as here, count(*) filter (where not here) as moving
      from (
        select c.current_hub_kind = 'base-account' and c.current_hub_account_id = i.account_id as here
        from connectors c where c.account_type = b.account_type
      ) c
    ) n
    cross join lateral (
      select coalesce(jsonb_agg(jsonb_build_object('accountId', e.account_id,
          'accessKeyIdEnding', right(e.access_key_id, ${LIMITS.keyIdEndingChars}::int), 'retiredAt', e.retired_at,
          'connectors', (select count(*) from connectors c where c.current_identity_id = e.id)
        ) order by e.retired_at desc, e.id), '[]') as earlier
      from base_identities e where e.base_account_id = b.id and e.state = 'retired'
    ) r
    where ${condition}
  `;
}

/** False when somebody else changed it since it was read as of `readAt`. */
export async function updateBaseAccount(
  db: Database,
  {
    id,
    readAt,
    title,
    useInAssetView,
    cutover,
    updatedAt,
  }: {
    id: string;
    readAt: Date;
    title: string;
    useInAssetView: boolean;
    cutover: 'safe' | 'immediate';
    updatedAt: Date;
  },
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update base_accounts
    set title = ${title}, use_in_asset_view = ${useInAssetView}, cutover = ${cutover}, updated_at = ${updatedAt}
    where id = ${id} and updated_at = ${readAt}
  `.execute(db);
  return numAffectedRows === 1n;
}

/** Marks it as changed and locks it. False when somebody else changed it since it was read as of `readAt`. */
export async function touchBaseAccount(
  db: Database,
  { id, readAt, at }: { id: string; readAt: Date; at: Date },
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update base_accounts set updated_at = ${at} where id = ${id} and updated_at = ${readAt}
  `.execute(db);
  return numAffectedRows === 1n;
}

/** With its identities and their secrets. False when somebody changed or deleted it since it was read as of `readAt`. */
export async function deleteBaseAccountRow(
  db: Database,
  { id, readAt }: { id: string; readAt: Date },
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    delete from base_accounts where id = ${id} and updated_at = ${readAt}
  `.execute(db);
  return numAffectedRows === 1n;
}

export async function saveProof(
  db: Database,
  { identityId, proof }: { identityId: string; proof: ProofRow },
): Promise<void> {
  await sql`update base_identities set proof = ${JSON.stringify(proof)}::jsonb where id = ${identityId}`.execute(db);
}

export async function findIdentity(db: Database, id: string): Promise<IdentityRow | undefined> {
  const { rows } = await sql<{ identity: IdentityRow }>`
    select ${identityJson('i')} as identity from base_identities i where i.id = ${id}
  `.execute(db);
  return rows[0]?.identity;
}

/** What a type's base account acts as now, if it is in this account. */
export async function findActiveIdentity(
  db: Database,
  { accountType, accountId }: { accountType: AccountType; accountId: string },
): Promise<IdentityRow | undefined> {
  const { rows } = await sql<{ identity: IdentityRow }>`
    select ${identityJson('i')} as identity
    from base_identities i join base_accounts b on b.id = i.base_account_id
    where b.account_type = ${accountType} and i.account_id = ${accountId} and i.state = 'active'
  `.execute(db);
  return rows[0]?.identity;
}

/** Whether an identity is still there. */
export async function hasIdentity(db: Database, id: string): Promise<boolean> {
  const { rows } = await sql`select from base_identities where id = ${id}`.execute(db);
  return rows.length === 1;
}

/** undefined once the identity is deleted. */
export async function readSealedSecret(db: Database, identityId: string): Promise<unknown> {
  const { rows } = await sql<{ sealed: unknown }>`
    select sealed_secret as sealed from base_identities where id = ${identityId}
  `.execute(db);
  return rows[0]?.sealed;
}

/**
 * Until the transaction ends, nobody else creates a connector of this type or turns "Use in AssetView" on for it: else a
 * connector made at the same moment would be missed by both.
 */
export async function lockAssetViewOfType(db: Database, accountType: AccountType): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`asset-view:${accountType}`}, 0))`.execute(db);
}

/**
 * Makes the connectors of an account type due, so that they try their new target hub now and not at their next polling
 * time. `spacingMs` apart, because a fleet of thousands is not to set out in the same second; closer, if the last is to
 * set out within `withinMs`.
 */
export async function bringRunsForward(
  db: Database,
  {
    accountType,
    at,
    spacingMs,
    withinMs,
  }: { accountType: AccountType; at: Date; spacingMs: number; withinMs?: number },
): Promise<void> {
  await sql`
    update connectors
    set next_run_at = soon.at
    from (
      select id, ${at}::timestamptz + (row_number() over (order by next_run_at, id) - 1)
        * least(${spacingMs}::float8, ${withinMs ?? null}::float8 / count(*) over ()) * interval '1 millisecond' as at
      from connectors
      where account_type = ${accountType} and enabled
    ) as soon
    where connectors.id = soon.id and connectors.next_run_at > soon.at
  `.execute(db);
}

/**
 * Forgets which connectors their new target hub refused or gave no answer: nobody has tried it since it became the target,
 * or since it has other credentials. What other hubs answered stays.
 */
export async function forgetRefusals(
  db: Database,
  { accountType, hub }: { accountType: AccountType; hub: Hub },
): Promise<void> {
  await sql`
    with forgotten as (
      delete from hub_evidence h using connectors c
      where h.connector_id = c.id and c.account_type = ${accountType} and h.outcome <> 'accepted'
        and h.hub_kind = ${hub.kind} and h.hub_account_id = ${hub.accountId}
    )
    update connectors set target_extra_tries = 0, target_extra_since = null
    where account_type = ${accountType} and target_extra_tries > 0
  `.execute(db);
}

/**
 * Puts every connector of the type into AssetView, except those that somebody took out by hand; how many. They count as
 * changed, so that an edit which read them before does not take them out again.
 */
export async function putConnectorsInAssetView(
  db: Database,
  { accountType, at }: { accountType: AccountType; at: Date },
): Promise<number> {
  const { numAffectedRows } = await sql`
    update connectors set in_asset_view = true, updated_at = ${at}
    where account_type = ${accountType} and not in_asset_view and asset_view_removed_at is null
  `.execute(db);
  return Number(numAffectedRows ?? 0n);
}

/** ARNs of the roles that are to be reached through the base account of this type. */
export async function listRoleArns(db: Database, accountType: AccountType): Promise<string[]> {
  const { rows } = await sql<{ arn: string }>`
    select role_arn as arn from connectors where account_type = ${accountType} order by role_arn
  `.execute(db);
  return rows.map(row => row.arn);
}

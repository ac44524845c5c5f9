import { sql } from 'kysely';
import type { Fault } from '../domain/faults.ts';
import type { Hub } from '../domain/hub.ts';
import type { AccountType } from '../domain/partition.ts';
import type { Database } from './database.ts';

/** Through which hub each connector is reached, and through which it is to be. */
export interface HubFacts {
  readonly connectorId: string;
  readonly accountType: AccountType;
  readonly roleArn: string;
  readonly externalId: string;
  /** The hub that the last successful assumption went through. */
  readonly currentKind: Hub['kind'] | null;
  readonly currentAccountId: string | null;
  /** The identity of that hub, if it is a base account and is still there. */
  readonly currentIdentityId: string | null;
  readonly currentIdentityAccountId: string | null;
  readonly currentAccessKeyId: string | null;
  readonly targetFault: Fault | null;
  /** The base account of the type with its active identity; all null when there is none. */
  readonly baseCutover: 'safe' | 'immediate' | null;
  readonly baseIdentityId: string | null;
  readonly baseAccountId: string | null;
  readonly baseAccessKeyId: string | null;
}

export async function readHubFacts(db: Database, connectorId: string): Promise<HubFacts | undefined> {
  const { rows } = await sql<HubFacts>`
    select c.id as "connectorId", c.account_type as "accountType", c.role_arn as "roleArn",
      c.external_id as "externalId", c.current_hub_kind as "currentKind",
      c.current_hub_account_id as "currentAccountId", k.id as "currentIdentityId",
      k.account_id as "currentIdentityAccountId", k.access_key_id as "currentAccessKeyId",
      c.target_fault as "targetFault", b.cutover as "baseCutover", i.id as "baseIdentityId",
      i.account_id as "baseAccountId", i.access_key_id as "baseAccessKeyId"
    from connectors c
    left join base_identities k on k.id = c.current_identity_id
    left join base_accounts b on b.account_type = c.account_type
    left join base_identities i on i.base_account_id = b.id and i.active
    where c.id = ${connectorId}
  `.execute(db);
  return rows[0];
}

export interface Tried {
  readonly connectorId: string;
  /** The role and external ID that were used: when they were changed meanwhile, nothing is recorded. */
  readonly roleArn: string;
  readonly externalId: string;
  /** The target hub when it was tried: when it is another one now, nothing is recorded. */
  readonly hub: Hub;
  /** null for a platform account. */
  readonly identityId: string | null;
  readonly at: Date;
}

/**
 * Makes the target hub a connector's current one after an assumption through it. Nothing happens if it is already, or if
 * it is not the target any more: a base account was made, changed or deleted meanwhile. Answers the hub before (its
 * fields null at the first success) when the hub is another one now.
 */
export async function recordReached(
  db: Database,
  { connectorId, roleArn, externalId, hub, identityId, at }: Tried,
): Promise<{ kind: Hub['kind'] | null; accountId: string | null } | undefined> {
  const { rows } = await sql<{ kind: Hub['kind'] | null; accountId: string | null; moved: boolean }>`
    with before as (
      select c.*, (c.current_hub_kind, c.current_hub_account_id)
        is distinct from (${hub.kind}::text, ${hub.accountId}::text) as moved
      from connectors c
      where c.id = ${connectorId} and c.role_arn = ${roleArn} and c.external_id = ${externalId}
      for no key update
    ),
    identity as (
      select i.id from base_identities i where i.id = ${identityId}::uuid and i.active for key share
    ),
    recorded as (
      update connectors c
      set current_hub_kind = ${hub.kind}, current_hub_account_id = ${hub.accountId},
        current_identity_id = ${identityId}::uuid,
        current_hub_since = case when before.moved then ${at}::timestamptz else c.current_hub_since end,
        target_fault = null, target_tried_at = ${at}, target_extra_tries = 0, target_extra_since = null
      from before
      where c.id = before.id
        and (before.moved or before.target_fault is not null or before.current_identity_id is distinct from ${identityId}::uuid)
        and case
          when ${hub.kind} = 'base-account' then exists (select from identity)
          else not exists (select from base_accounts b where b.account_type = before.account_type)
        end
      returning before.current_hub_kind as kind, before.current_hub_account_id as "accountId", before.moved
    )
    select kind, "accountId", moved from recorded
  `.execute(db);
  const row = rows[0];
  return row?.moved ? { kind: row.kind, accountId: row.accountId } : undefined;
}

/** Notes why the target hub could not be used, for a connector that went on through its current hub and is still there. */
export async function recordTargetFault(
  db: Database,
  { connectorId, roleArn, externalId, hub, identityId, fault, at }: Tried & { fault: Fault },
): Promise<void> {
  await sql`
    update connectors c set target_fault = ${JSON.stringify(fault)}::jsonb, target_tried_at = ${at}
    where c.id = ${connectorId} and c.role_arn = ${roleArn} and c.external_id = ${externalId}
      and (c.current_hub_kind, c.current_hub_account_id) is distinct from (${hub.kind}::text, ${hub.accountId}::text)
      and case
        when ${hub.kind} = 'base-account'
          then exists (select from base_identities i where i.id = ${identityId}::uuid and i.active)
        else not exists (select from base_accounts b where b.account_type = c.account_type)
      end
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

import { sql } from 'kysely';
import type { Fault } from '../domain/faults.ts';
import type { Hub } from '../domain/hub.ts';
import type { CheckRow } from './connectors.ts';
import type { Database } from './database.ts';

/** What is known of a connector's role besides who is let in by it. */
export interface RoleFacts {
  readonly enabled: boolean;
  /** When the connector was made or changed last. */
  readonly changedAt: Date;
  /** When the role may have been made or edited last, as far as Causeway sees: then, or when a check of it failed. */
  readonly setAt: Date;
  /** As IAM gave it; null when it is not known. */
  readonly policy: string | null;
  /** Why it is not. */
  readonly policyFault: Fault | null;
  /** When it was read, or could not be. */
  readonly policyReadAt: Date | null;
  readonly lastCheck: CheckRow | null;
}

/** Undefined when there is no such connector, or it has another role by now. */
export async function readRoleFacts(
  db: Database,
  { connectorId, roleArn }: { connectorId: string; roleArn: string },
): Promise<RoleFacts | undefined> {
  const { rows } = await sql<RoleFacts>`
    select enabled, greatest(created_at, updated_at) as "changedAt", greatest(created_at, updated_at, case
        when last_check ->> 'outcome' = 'failed' then (last_check ->> 'checkedAt')::timestamptz
      end) as "setAt",
      trust_policy as policy, trust_policy_fault as "policyFault", trust_policy_read_at as "policyReadAt",
      last_check as "lastCheck"
    from connectors where id = ${connectorId} and role_arn = ${roleArn}
  `.execute(db);
  return rows[0];
}

/** Keeps the role's trust policy, or why it is not known; not what was read of another role, nor what is older. */
export async function saveTrustPolicy(
  db: Database,
  {
    connectorId,
    roleArn,
    policy,
    fault,
    at,
  }: { connectorId: string; roleArn: string; policy: string | null; fault: Fault | null; at: Date },
): Promise<void> {
  await sql`
    -- prepared: save-trust-policy
    update connectors
    set trust_policy = ${policy}, trust_policy_fault = ${fault && JSON.stringify(fault)}::jsonb, trust_policy_read_at = ${at}
    where id = ${connectorId} and role_arn = ${roleArn}
      and (trust_policy_read_at is null or trust_policy_read_at <= ${at}::timestamptz)
  `.execute(db);
}

/** Makes the next run of a connector come no later than this. */
export async function bringRunForward(
  db: Database,
  { connectorId, at }: { connectorId: string; at: Date },
): Promise<void> {
  await sql`
    update connectors set next_run_at = ${at} where id = ${connectorId} and enabled and next_run_at > ${at}
  `.execute(db);
}

/** On how many other connectors' roles a hub was tried, by the last answer of each. */
export async function countHubEvidence(
  db: Database,
  { hub, exceptConnectorId }: { hub: Hub; exceptConnectorId: string },
): Promise<{ accepted: number; refused: number }> {
  const { rows } = await sql<{ accepted: number; refused: number }>`
    select count(*) filter (where outcome = 'accepted') as accepted, count(*) filter (where outcome = 'refused') as refused
    from hub_evidence
    where hub_kind = ${hub.kind} and hub_account_id = ${hub.accountId} and connector_id <> ${exceptConnectorId}
  `.execute(db);
  return rows[0] ?? { accepted: 0, refused: 0 };
}

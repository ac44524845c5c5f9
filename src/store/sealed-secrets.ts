import { sql } from 'kysely';
import type { Database } from './database.ts';

/**
 * Every secret that is sealed at rest, whatever it belongs to: base identities and alert channels. Each is bound to the id
 * of its record, and ids are unique across tables.
 */
interface SealedRecord {
  readonly recordId: string;
  readonly sealed: unknown;
}

/** Secrets that are sealed with another master key than this, from the one after `after` on. */
export async function listSecretsSealedOtherwise(
  db: Database,
  { keyVersion, after, limit }: { keyVersion: string; after: string | null; limit: number },
): Promise<SealedRecord[]> {
  const { rows } = await sql<SealedRecord>`
    select id as "recordId", sealed_secret as sealed from (
      select id, sealed_secret from base_identities
      union all
      select id, sealed_secret from alert_channels
    ) as secrets
    where sealed_secret is not null and sealed_secret ->> 'keyVersion' is distinct from ${keyVersion}
      and (${after}::uuid is null or id > ${after}::uuid)
    order by id limit ${limit}
  `.execute(db);
  return rows;
}

/** Replaces a sealed secret unless somebody else did so since it was read. */
export async function replaceSealedSecret(
  db: Database,
  { recordId, before, after }: { recordId: string; before: unknown; after: unknown },
): Promise<boolean> {
  const [was, now] = [JSON.stringify(before), JSON.stringify(after)];
  const { rows } = await sql`
    with identity as (
      update base_identities set sealed_secret = ${now}::jsonb
      where id = ${recordId} and sealed_secret = ${was}::jsonb returning id
    ),
    channel as (
      update alert_channels set sealed_secret = ${now}::jsonb
      where id = ${recordId} and sealed_secret = ${was}::jsonb returning id
    )
    select from identity union all select from channel
  `.execute(db);
  return rows.length === 1;
}

import { sql } from 'kysely';
import type { Database } from './database.ts';

/**
 * Counts of failed sign-ins, in the database because several API processes may serve one deployment: counted in each
 * process, the limit would be as many times higher as there are processes, and a restart would forget it.
 */
export interface Tries {
  readonly bucket: Buffer;
  readonly tries: number;
  readonly windowEndsAt: Date;
}

/** Counts one try in each bucket; a bucket whose window has ended begins a new one that ends at `windowEndsAt`. */
export async function countTry(
  db: Database,
  { buckets, now, windowEndsAt }: { buckets: readonly Buffer[]; now: Date; windowEndsAt: Date },
): Promise<Tries[]> {
  // In one order, so that two tries that share buckets never wait for each other in a circle.
  const ordered = [...buckets].sort(Buffer.compare);
  const { rows } = await sql<Tries>`
    insert into sign_in_tries as t (bucket, tries, window_ends_at)
    select bucket, 1, ${windowEndsAt} from unnest(${ordered}::bytea[]) as bucket
    on conflict (bucket) do update set
      tries = case when t.window_ends_at <= ${now} then 1 else t.tries + 1 end,
      window_ends_at = case when t.window_ends_at <= ${now} then excluded.window_ends_at else t.window_ends_at end
    returning bucket, tries, window_ends_at as "windowEndsAt"
  `.execute(db);
  return rows;
}

/** Takes back one try of each bucket: a sign-in that succeeded does not count. */
export async function uncountTry(db: Database, buckets: readonly Buffer[]): Promise<void> {
  await sql`
    update sign_in_tries set tries = tries - 1
    where bucket in (select bucket from sign_in_tries where bucket = any(${[...buckets]}::bytea[]) order by bucket for update)
      and tries > 0
  `.execute(db);
}

export async function deleteEndedTries(db: Database, now: Date): Promise<void> {
  await sql`
    delete from sign_in_tries where bucket in (
      select bucket from sign_in_tries where window_ends_at <= ${now} for update skip locked
    )
  `.execute(db);
}

import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Log } from '../../src/log.ts';
import { openDatabase } from '../../src/store/database.ts';
import { SUPERUSER } from '../../src/store/embedded-cluster.ts';

/** Brings PostgreSQL to rest. */
export interface Settling {
  settle(): Promise<void>;
  end(): Promise<void>;
}

/**
 * What a contestant leaves to be done later is not charged to the one after it: rows that are gone are cleared away, counted
 * anew for the planner, and written to the disk, before the next one is measured and in nobody's measure. PostgreSQL would
 * do it by itself, but minutes later, in the middle of another's phase.
 */
export function openSettling({ connectionString, log }: { connectionString: string; log: Log }): Settling {
  const url = new URL(connectionString);
  // Causeway's role may not ask for a checkpoint.
  url.searchParams.set('user', SUPERUSER);
  const db = openDatabase({ connectionString: url.href, log });
  return {
    async settle() {
      await db.connection().execute(async connection => {
        await sql`set statement_timeout = 0`.execute(connection);
        await sql`vacuum (analyze)`.execute(connection);
        for (;;) {
          const { rows } = await sql`
            select from pg_stat_activity where backend_type = 'autovacuum worker' limit 1
          `.execute(connection);
          if (rows.length === 0) break;
          await sleep(POLL_MS);
        }
        await sql`checkpoint`.execute(connection);
      });
    },
    end: () => db.destroy(),
  };
}

const POLL_MS = 200;

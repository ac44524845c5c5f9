import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type pg from 'pg';

/**
 * Makes statements that begin with the line `-- prepared: NAME` prepared ones: each connection sends their text once, and
 * PostgreSQL plans them anew only while that makes them cheaper. Planning is most of what a small statement of a run costs.
 * The text that belongs to a name is always the same.
 *
 * A pooler between Causeway and PostgreSQL must keep a session's connection, as the queue's LISTEN needs, too.
 */
export function preparing(pool: pg.Pool): PostgresPool {
  const clients = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const client = await pool.connect();
      const known = clients.get(client) ?? new PreparingClient(client);
      clients.set(client, known);
      return known;
    },
  };
}

class PreparingClient implements PostgresPoolClient {
  readonly #client: pg.PoolClient;

  constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  query<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query(text: unknown, parameters: readonly unknown[] = []): unknown {
    if (typeof text !== 'string') throw new Error('statements are text');
    const name = /^\s*-- prepared: ([a-z-]+)\n/.exec(text)?.[1];
    return this.#client.query({ text, values: [...parameters], ...(name === undefined ? {} : { name }) });
  }

  release(destroy?: boolean): void {
    this.#client.release(destroy);
  }
}

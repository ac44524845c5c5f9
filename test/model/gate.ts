import { setTimeout } from 'node:timers/promises';
import type { PostgresCursor, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import type { Database } from '../../src/store/database.ts';

/** What is to happen to a worker at a certain statement, or when it asks for a certain connection. */
export type GateEvent =
  | { readonly how: 'killed' | 'connection lost'; readonly statement: number; readonly answered: boolean }
  | { readonly how: 'frozen'; readonly connection: number };

/**
 * A worker's way to the database, through a pool that others share. It is
 *
 * open      statements pass;
 * frozen    nobody gets a connection until `thaw`; those who have one finish what they do, as a transaction that is
 *           frozen itself would only make everybody wait for its end;
 * dead      no statement passes any more, not even a rollback: connections are cut, as those of a killed process are.
 */
export class Gate {
  readonly db: Database;
  readonly #pool: pg.Pool;
  #event: GateEvent | undefined;
  #statements = 0;
  #connections = 0;
  #taken = 0;
  #dead = false;
  #thawed: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;
  #onFrozen: (() => void) | undefined;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
    this.db = new Kysely<unknown>({
      dialect: new PostgresDialect({
        pool: { options: pool.options, connect: () => this.#connect(), end: async () => {} },
      }),
    });
  }

  /** A new process: everything is counted anew. `isFrozen` is kept when it stands still. */
  open(event: GateEvent | undefined): { readonly isFrozen: Promise<void> } {
    this.#event = event;
    this.#statements = 0;
    this.#connections = 0;
    this.#dead = false;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onFrozen = resolve;
    return { isFrozen: promise };
  }

  /**
   * Until no connection is taken: who was killed leaves statements behind that PostgreSQL carries out all the same, and what
   * they write is not to come between two looks at what is stored.
   */
  async quiet(): Promise<void> {
    while (this.#taken > 0) await setTimeout(1);
  }

  thaw(): void {
    this.#thawed?.resolve();
    this.#thawed = undefined;
  }

  async #connect(): Promise<PostgresPoolClient> {
    this.#connections += 1;
    if (this.#event?.how === 'frozen' && this.#connections === this.#event.connection) {
      this.#thawed = Promise.withResolvers<void>();
      this.#event = undefined;
      this.#standStill();
    }
    // Whoever is not held up goes on at once: a moment later it could be taken for one who has no connection yet.
    while (this.#thawed) await this.#thawed.promise;
    if (this.#dead) throw new Error('Connection terminated: the worker is dead');
    // Who waits for the pool already is not held up any more by standing still, and is waited for like one who has a connection.
    this.#taken += 1;
    try {
      const client = await this.#pool.connect();
      return new GatedClient(client, {
        before: () => this.#before(),
        released: () => this.#released(),
        isDead: () => this.#dead,
      });
    } catch (error) {
      this.#released();
      throw error;
    }
  }

  #released(): void {
    this.#taken -= 1;
    if (this.#taken === 0 && this.#thawed) this.#standStill();
  }

  #standStill(): void {
    if (this.#taken === 0) this.#onFrozen?.();
  }

  /** Counts a statement; whether it is to pass, and its answer. */
  #before(): { cut: boolean; passes: boolean } {
    this.#statements += 1;
    if (this.#dead) return { cut: true, passes: false };
    const event = this.#event;
    if (event === undefined || event.how === 'frozen' || this.#statements !== event.statement) {
      return { cut: false, passes: true };
    }
    this.#event = undefined;
    if (event.how === 'killed') this.#dead = true;
    return { cut: true, passes: event.answered };
  }
}

interface Keeper {
  before(): { cut: boolean; passes: boolean };
  released(): void;
  isDead(): boolean;
}

class GatedClient implements PostgresPoolClient {
  readonly #client: pg.PoolClient;
  readonly #keeper: Keeper;
  #cut = false;

  constructor(client: pg.PoolClient, keeper: Keeper) {
    this.#client = client;
    this.#keeper = keeper;
  }

  query<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query(text: unknown, parameters: readonly unknown[] = []): unknown {
    return this.#query(String(text), parameters);
  }

  async #query(text: string, parameters: readonly unknown[]): Promise<unknown> {
    if (this.#cut) throw new Error('Connection terminated');
    const { cut, passes } = this.#keeper.before();
    this.#cut = cut;
    const answer = passes ? await this.#client.query(text, [...parameters]) : undefined;
    // What was sent before a kill is carried out; nobody is left to hear of it.
    if (this.#cut || this.#keeper.isDead()) throw new Error('Connection terminated unexpectedly');
    return answer;
  }

  release(destroy?: boolean): void {
    this.#client.release(this.#cut || this.#keeper.isDead() || destroy === true);
    this.#keeper.released();
  }
}

import pg from 'pg';
import { addAccount, createWorld } from '../../simulator/world/build.ts';
import { addHub } from '../../simulator/world/hub.ts';
import type { World } from '../../simulator/world/world.ts';
import { type Database, sessionSettings } from '../../src/store/database.ts';
import { forgetAccounts } from './inventory.ts';
import { Land } from './land.ts';
import { Play } from './play.ts';
import { ACCOUNTS, type Story } from './story.ts';
import { Worker } from './worker.ts';

/** Plays stories, one after the other: two workers over one world. Several stages may share one database. */
export class Stage implements AsyncDisposable {
  readonly db: Database;
  readonly #world: World;
  readonly #pool: pg.Pool;
  readonly #workers: readonly Worker[];
  readonly #number: number;
  #stories = 0;
  /** Scopes that were observed, whatever the outcome. */
  scopes = 0;

  private constructor(parts: {
    world: World;
    pool: pg.Pool;
    db: Database;
    workers: readonly Worker[];
    number: number;
  }) {
    this.#world = parts.world;
    this.#pool = parts.pool;
    this.db = parts.db;
    this.#workers = parts.workers;
    this.#number = parts.number;
  }

  /** `number` tells stages apart that share a database: 0 to 99. */
  static async open({
    db,
    connectionString,
    number,
  }: {
    db: Database;
    connectionString: string;
    number: number;
  }): Promise<Stage> {
    const world = createWorld({ seed: number });
    addAccount(world, { id: PLATFORM_ACCOUNT_ID, name: 'Platform' });
    const key = addHub(world, PLATFORM_ACCOUNT_ID, 'causeway');
    // What happens to connections, a story says; that a busy machine takes long to make one is no part of it.
    const pool = new pg.Pool({ ...sessionSettings(connectionString), connectionTimeoutMillis: 0, max: 10 });
    pool.on('connect', client => void client.on('error', () => {}));
    pool.on('error', () => {});
    const workers = [await Worker.start({ world, key, pool }), await Worker.start({ world, key, pool })];
    return new Stage({ world, pool, db, workers, number });
  }

  /** Throws a `Violation` when Causeway does what it must not do. */
  async play(story: Story): Promise<void> {
    this.#stories += 1;
    const accountIds = Array.from({ length: ACCOUNTS }, (_, account) => this.#accountId(account));
    const land = new Land({ world: this.#world, accountIds, platformAccountId: PLATFORM_ACCOUNT_ID });
    const play = new Play({ story, land, db: this.db, workers: this.#workers });
    try {
      await play.toItsEnd();
    } finally {
      await play.letGo();
      this.scopes += play.model.scopes;
      land.remove();
      await forgetAccounts(this.db, accountIds);
    }
  }

  #accountId(account: number): string {
    return `2${String(this.#number).padStart(2, '0')}${String(this.#stories).padStart(8, '0')}${account}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const worker of this.#workers) await worker[Symbol.asyncDispose]();
    await this.#pool.end();
  }
}

const PLATFORM_ACCOUNT_ID = '100000000001';

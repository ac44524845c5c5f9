import { Writable } from 'node:stream';
import { Kysely, PostgresDialect, type QueryResult, type RawBuilder, sql, type Transaction } from 'kysely';
import pg from 'pg';
import { LIMITS } from '../domain/limits.ts';
import { favour } from '../domain/turns.ts';
import type { Log } from '../log.ts';
import { preparing } from './prepared-statements.ts';

/** The pool of connections that every query goes through. Queries are written with Kysely's `sql` tag. */
export type Database = Kysely<unknown>;

/**
 * Opens a pool on a PostgreSQL (15 or newer) database; nothing is connected until the first query. `destroy()` closes it.
 *
 * Rows come back with `bigint` as number (one too large for a number is an error, never a rounded value), `timestamptz`
 * as Date, `numeric` as string. Statements end with an error after `LIMITS.statementTimeoutMs`.
 */
export function openDatabase({
  connectionString,
  poolMax = LIMITS.databasePoolMax,
  log,
}: {
  connectionString: string;
  poolMax?: number;
  log: Log;
}): Database {
  const pool = new pg.Pool({
    ...sessionSettings(connectionString),
    max: poolMax,
    idleTimeoutMillis: LIMITS.databaseIdleMs,
  });
  // A connection that breaks is an "error" event of its own, beside the failure of the query that it may have been
  // serving; the pool drops it by itself, but without a listener the process would end.
  pool.on('connect', client => {
    favour(streamOf(client));
    client.on('error', error => log.warn({ error: error.message }, 'a database connection broke'));
  });
  pool.on('error', () => {}); // the same events again, for idle connections
  return new Kysely<unknown>({ dialect: new PostgresDialect({ pool: preparing(pool) }) });
}

/** The driver's own; its types do not tell. */
function streamOf(client: pg.PoolClient): Writable {
  const connection: unknown = Reflect.get(client, 'connection');
  const stream: unknown = typeof connection === 'object' && connection && Reflect.get(connection, 'stream');
  if (!(stream instanceof Writable)) throw new Error('the driver’s connection has no stream');
  return stream;
}

/** What every session of Causeway has in common: limits in time, time zone UTC, how values are read. */
export function sessionSettings(connectionString: string): pg.ClientConfig {
  return {
    connectionString,
    application_name: 'causeway',
    connectionTimeoutMillis: LIMITS.databaseConnectTimeoutMs,
    statement_timeout: LIMITS.statementTimeoutMs,
    idle_in_transaction_session_timeout: LIMITS.idleInTransactionTimeoutMs,
    // The end of a run looks dear to the planner, of which little is: compiled it would take 50 times as long.
    options: '-c TimeZone=UTC -c jit=off',
    keepAlive: true,
    keepAliveInitialDelayMillis: LIMITS.databaseKeepAliveMs,
    types: { getTypeParser: parserOfType },
  };
}

/**
 * One round trip; throws what the driver throws (`isDatabaseUnavailable` sorts it), and the same as for a connection that
 * is not made in time when no answer comes within `LIMITS.readyTimeoutMs`: a server that hangs leaves connections open.
 */
export async function pingDatabase(db: Database): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('timeout expired')), LIMITS.readyTimeoutMs);
  try {
    await Promise.race([sql`select 1`.execute(db), late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Runs `work` in a transaction (read committed) and tries again, up to `LIMITS.transactionTriesMax` times in all, when
 * PostgreSQL broke it off because of a deadlock or a serialisation conflict; so `work` may run several times and touches
 * nothing but the database. Never call AWS in it: transactions are short. Given a transaction, `work` joins that one.
 */
export async function inTransaction<T>(
  db: Database,
  work: (transaction: Transaction<unknown>) => Promise<T>,
): Promise<T> {
  if (isTransaction(db)) return await work(db);
  for (let tries = 1; ; tries++) {
    try {
      return await db.transaction().execute(work);
    } catch (error) {
      if (tries >= LIMITS.transactionTriesMax || !isConflict(error)) throw error;
    }
  }
}

/**
 * Runs one statement, again when PostgreSQL broke it off because it met another one that locks the same rows in another
 * order: two connectors can see the same assets, and one may be deleted while the other reads. A single statement is a
 * transaction of its own; the round trips of one that is opened for it would cost more than the statement.
 */
export async function repeatable<Row>(db: Database, statement: RawBuilder<Row>): Promise<QueryResult<Row>> {
  for (let tries = 1; ; tries++) {
    try {
      return await statement.execute(db);
    } catch (error) {
      if (isTransaction(db) || tries >= LIMITS.transactionTriesMax || !isConflict(error)) throw error;
    }
  }
}

/**
 * Whether an error means that the database cannot be used just now (not reachable, starting, stopping, no connection or
 * no space left), so that a request answers 503 and a worker waits. A transaction that ended with such an error during
 * its commit may or may not have been committed.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError && error.errors.some(isDatabaseUnavailable)) return true;
  if (error instanceof pg.DatabaseError) return UNAVAILABLE_SQLSTATE.test(error.code ?? '');
  const code = 'code' in error ? error.code : undefined;
  if (typeof code === 'string' && UNREACHABLE_CODES.has(code)) return true;
  // A Unix socket that is not there: ENOENT, which for any other call means a missing file.
  if (code === 'ENOENT' && 'syscall' in error && error.syscall === 'connect') return true;
  // The driver reports a connection that ended, and a pool that gave none in time, by their words alone.
  if (DRIVER_MESSAGES.some(message => error.message.startsWith(message))) return true;
  return isDatabaseUnavailable(error.cause);
}

/** Whether PostgreSQL broke a statement off: at `LIMITS.statementTimeoutMs`, or because somebody cancelled it. 57014 query_canceled. */
export function isStatementTimeout(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '57014';
}

/** Whether a row with the same key is stored. 23505 unique_violation. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '23505';
}

/**
 * Class 08 connection exception, class 28 and 3D000 sign-in refused or database not there, class 53 insufficient resources
 * (connections, disk, memory), 57P01 to 57P05 (shut down, crashed, starting, database dropped, session ended), 25006 read
 * only (a standby that a fail-over has left us on). https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const UNAVAILABLE_SQLSTATE = /^(08...|28...|3D000|53...|57P0[1-5]|25006)$/;

const UNREACHABLE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

const DRIVER_MESSAGES = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'timeout expired',
  'Client has encountered a connection error and is not queryable',
  'Client was closed and is not queryable',
];

function isTransaction(db: Database | Transaction<unknown>): db is Transaction<unknown> {
  return db.isTransaction;
}

/** 40001 serialization_failure, 40P01 deadlock_detected. */
function isConflict(error: unknown): boolean {
  return error instanceof pg.DatabaseError && (error.code === '40001' || error.code === '40P01');
}

const INT8 = 20;
const INT8_ARRAY = 1016;

const parserOfType: pg.CustomTypesConfig['getTypeParser'] = (type: number, format) => {
  const parse = pg.types.getTypeParser(type, format);
  if (format === 'binary' || (type !== INT8 && type !== INT8_ARRAY)) return parse;
  return (text: string) => safeIntegers(parse(text));
};

/** Turns the digits of a bigint, or of an array of them with as many dimensions as it has, into numbers. */
function safeIntegers(digits: unknown): unknown {
  if (digits === null) return null;
  if (Array.isArray(digits)) return digits.map(safeIntegers);
  const number = Number(digits);
  if (!Number.isSafeInteger(number)) throw new Error(`the bigint ${digits} does not fit a number`);
  return number;
}

// Owns an embedded PostgreSQL in `argv[2]` until SIGINT or SIGTERM. Prints one JSON line with the fault or the
// connection string, then one with the id of each row that it has committed, from the next free one on.
import { sql } from 'kysely';
import { pino } from 'pino';
import { openDatabase } from '../../../src/store/database.ts';
import { startEmbeddedPostgres } from '../../../src/store/embedded-postgres.ts';

const log = pino({ level: 'info' }, pino.destination(2));
const started = await startEmbeddedPostgres({ dataDir: process.argv[2] ?? '', log });
if (!started.ok) {
  say({ fault: started.fault });
  process.exit(1);
}
const { connectionString, stop } = started.value;
const db = openDatabase({ connectionString, log });
await sql`create table if not exists counted (id int primary key)`.execute(db);
say({ connectionString });

let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    stopping = true;
  });
}
while (!stopping) {
  const insert = sql<{ id: number }>`insert into counted select coalesce(max(id), 0) + 1 from counted returning id`;
  try {
    const { rows } = await insert.execute(db);
    say({ committed: rows[0]?.id });
  } catch (error) {
    say({ refused: error instanceof Error ? error.message : error });
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}
await db.destroy();
await stop();

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts';

// The tests follow one another on one data directory, each starting it anew, as the seasons of one deployment would.
// They look into /proc to see what runs.
describe.skipIf(process.platform !== 'linux')('the embedded PostgreSQL', { timeout: 60_000 }, () => {
  let dataDir: string;
  let data: string;

  beforeAll(() => {
    // Below a directory that no other user may enter, which matters to root; see the tests at the end for others.
    const parent = fs.mkdtempSync('/tmp/causeway-embedded-');
    dataDir = path.join(parent, "data dir's");
    data = path.join(dataDir, 'postgres', 'data');
  });
  afterEach(async () => {
    for (const owner of owners.splice(0)) owner.process.kill('SIGKILL');
    await expect.poll(() => processesIn(data)).toEqual([]);
  });
  afterAll(() => fs.rmSync(path.dirname(dataDir), { recursive: true }));

  test('the first start makes a cluster, and throws away a half-made one', async () => {
    fs.mkdirSync(`${data}.new/base`, { recursive: true });
    const owner = await startOwner(dataDir);
    expect(owner.connectionString).toContain('postgresql:///causeway?');
    expect(fs.existsSync(`${data}.new`)).toBe(false);
  });

  test('it keeps what is committed on disk, and runs as no superuser', async () => {
    const owner = await startOwner(dataDir);
    const { rows } = await query(
      owner,
      `select current_setting('fsync') as fsync, current_setting('is_superuser') as super`,
    );
    expect(rows).toEqual([{ fsync: 'on', super: 'off' }]);
  });

  test('Ctrl-C ends the owner and its PostgreSQL, in that order, and nothing runs afterwards', async () => {
    const owner = await startOwner(dataDir);
    await owner.committed(5);
    process.kill(-owner.pid, 'SIGINT'); // to the whole process group, as a terminal does
    expect(await owner.exit).toEqual({ code: 0, signal: null });
    expect(owner.refused).toEqual([]);
    expect(processesIn(data)).toEqual([]);
    expect(fs.existsSync(path.join(data, 'postmaster.pid'))).toBe(false);
    expect(fs.existsSync(socketDirectoryOf(owner))).toBe(false);
  });

  test('a killed owner loses nothing committed, and its PostgreSQL ends by itself', async () => {
    const owner = await startOwner(dataDir);
    const last = await owner.committed(50);
    owner.process.kill('SIGKILL');
    await owner.exit;
    await expect.poll(() => processesIn(data)).toEqual([]);
    expect(fs.existsSync(socketDirectoryOf(owner))).toBe(false);
    await expectKept(await startOwner(dataDir), last);
  });

  test('the next start after a kill need not wait', async () => {
    const owner = await startOwner(dataDir);
    const last = await owner.committed(50);
    owner.process.kill('SIGKILL');
    await expectKept(await startOwner(dataDir), last);
  });

  test('a killed PostgreSQL is started again under the same address, and nothing committed is lost', async () => {
    const owner = await startOwner(dataDir);
    for (let kill = 0; kill < 3; kill++) {
      await owner.committed(20);
      const last = await owner.disturbed(() => process.kill(postmasterOf(data), 'SIGKILL'));
      await owner.committed(1);
      await expectKept(owner, last);
    }
  });

  test('a PostgreSQL that somebody shuts down is started again under the same address', async () => {
    const owner = await startOwner(dataDir);
    await owner.committed(5);
    const last = await owner.disturbed(() => process.kill(postmasterOf(data), 'SIGINT'));
    await owner.committed(5);
    await expectKept(owner, last);
  });

  test('a killed back end disturbs the others for a moment only', async () => {
    const owner = await startOwner(dataDir);
    await owner.committed(5);
    const victim = processesIn(data).find(({ command }) => command.includes('causeway causeway [local]'));
    const last = await owner.disturbed(() => process.kill(victim?.pid ?? 0, 'SIGKILL'));
    await owner.committed(5);
    await expectKept(owner, last);
  });

  test('when owner, watcher and postmaster are killed while a back end is busy, the next start ends it and recovers', async () => {
    const owner = await startOwner(dataDir);
    const last = await owner.committed(20);
    const busy = openDatabase({ connectionString: owner.connectionString, log: silent });
    const query = sql`do $$ begin loop null; end loop; end $$`.execute(busy).catch(() => undefined);
    await expect.poll(() => processesIn(data).filter(({ command }) => command.includes('[local] DO')).length).toBe(1);
    const watcher = processesIn(data).find(({ command }) => command.startsWith('/bin/sh'));
    for (const pid of [watcher?.pid ?? 0, postmasterOf(data), owner.pid]) process.kill(pid, 'SIGKILL');
    await owner.exit;
    await expectKept(await startOwner(dataDir), last);
    await query;
    await busy.destroy();
  });

  test('a second owner is refused with the process id of the first, until that is killed', async () => {
    const owner = await startOwner(dataDir);
    const second = await startEmbeddedPostgres({ dataDir, log: silent });
    expect(second).toMatchObject({ ok: false, fault: { code: 'data-directory-in-use' } });
    expect(JSON.stringify(second)).toContain(`The process ${owner.pid} is using`);
    await owner.committed(5);
    owner.process.kill('SIGKILL');
    await owner.exit;
    await startOwner(dataDir);
  });

  test('a process may not own the same directory twice', async () => {
    const first = await startEmbeddedPostgres({ dataDir, log: silent });
    const second = await startEmbeddedPostgres({ dataDir, log: silent });
    expect(second).toMatchObject({ ok: false, fault: { code: 'data-directory-in-use' } });
    if (!first.ok) throw new Error(first.fault.detail);
    await first.value.stop();
    const third = await startEmbeddedPostgres({ dataDir, log: silent });
    if (!third.ok) throw new Error(third.fault.detail);
    await third.value.stop();
  });

  test('stopping while PostgreSQL is being started again leaves nothing', async () => {
    const first = await startEmbeddedPostgres({ dataDir, log: silent });
    if (!first.ok) throw new Error(first.fault.detail);
    process.kill(postmasterOf(data), 'SIGKILL');
    await first.value.stop();
    expect(processesIn(data)).toEqual([]);
  });

  test('a postmaster.pid with the number of a living stranger does not hinder the start', async () => {
    const { uid, gid } = fs.statSync(data);
    const stranger = spawn('sleep', ['60'], { uid, gid, stdio: 'ignore' }); // a process of the same user, else PostgreSQL knows better
    fs.writeFileSync(path.join(data, 'postmaster.pid'), `${stranger.pid}\n${data}\n0\n5432\n/tmp\n\n  0 0\nready\n`);
    await startOwner(dataDir);
    stranger.kill();
  });

  test('what hinders PostgreSQL from starting is told', async () => {
    fs.renameSync(path.join(data, 'global'), path.join(data, 'global.away'));
    const result = await startEmbeddedPostgres({ dataDir, log: silent });
    expect(result).toMatchObject({ ok: false, fault: { code: 'embedded-postgres-failed' } });
    expect(JSON.stringify(result)).toContain('global/pg_control');
    fs.renameSync(path.join(data, 'global.away'), path.join(data, 'global'));
    await startOwner(dataDir);
  });

  test('a data directory that cannot be made is told', async () => {
    const result = await startEmbeddedPostgres({ dataDir: '/dev/null/nowhere', log: silent });
    expect(result).toMatchObject({ ok: false, fault: { code: 'embedded-postgres-failed' } });
  });

  test('stopping twice is stopping once', async () => {
    const started = await startEmbeddedPostgres({ dataDir, log: silent });
    if (!started.ok) throw new Error(started.fault.detail);
    await Promise.all([started.value.stop(), started.value.stop()]);
    await started.value.stop();
  });
});

const silent = pino({ level: 'silent' });

interface Owner {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly connectionString: string;
  readonly exit: Promise<{ code: number | null; signal: string | null }>;
  /** What went wrong with its inserts. */
  readonly refused: string[];
  /** Waits until it has committed `count` more rows; gives the last id. */
  committed(count: number): Promise<number>;
  /** Does something and waits until an insert is refused because of it; gives the last id committed before that. */
  disturbed(action: () => void): Promise<number>;
}

const owners: Owner[] = [];

/** A process of its own (and a process group, as in a terminal) that owns the embedded PostgreSQL and inserts rows. */
async function startOwner(dataDir: string): Promise<Owner> {
  const program = path.join(import.meta.dirname, 'programs', 'own-postgres.ts');
  const child = spawn(process.execPath, [program, dataDir], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  const exit = new Promise<Awaited<Owner['exit']>>(resolve => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const ids: number[] = [];
  const refused: string[] = [];
  const connectionString = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', text => {
      const line = JSON.parse(text);
      if (line.connectionString) resolve(line.connectionString);
      if (line.fault) reject(new Error(line.fault.detail));
      if (line.committed) ids.push(line.committed);
      if (line.refused) refused.push(line.refused);
    });
  });
  const owner: Owner = {
    process: child,
    pid: child.pid ?? 0,
    connectionString,
    exit,
    refused,
    async committed(count) {
      const before = ids.length;
      await expect.poll(() => ids.length).toBeGreaterThanOrEqual(before + count);
      return ids.at(-1) ?? 0;
    },
    async disturbed(action) {
      const before = refused.length;
      action();
      await expect.poll(() => refused.length, { interval: 1 }).toBeGreaterThan(before);
      return ids.at(-1) ?? 0;
    },
  };
  owners.push(owner);
  return owner;
}

/** All rows up to `last` are there, each once: none was lost and, as ids have no gaps, none was made up. */
async function expectKept(owner: Owner, last: number): Promise<void> {
  const { rows } = await query(owner, `select count(*) as count, max(id) as max from counted where id <= ${last}`);
  expect(rows).toEqual([{ count: last, max: last }]);
}

async function query(owner: Owner, text: string) {
  const db = openDatabase({ connectionString: owner.connectionString, log: silent });
  const result = await sql.raw(text).execute(db);
  await db.destroy();
  return result;
}

function postmasterOf(data: string): number {
  return Number.parseInt(fs.readFileSync(path.join(data, 'postmaster.pid'), 'utf8'), 10);
}

function socketDirectoryOf(owner: Owner): string {
  return new URL(owner.connectionString).searchParams.get('host') ?? '';
}

/** Every process whose working directory it is: PostgreSQL's own and the shell that watches over them. */
function processesIn(directory: string): { pid: number; command: string }[] {
  return fs.readdirSync('/proc').flatMap(name => {
    try {
      if (fs.readlinkSync(`/proc/${name}/cwd`) !== directory) return [];
      return [{ pid: Number(name), command: fs.readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ') }];
    } catch {
      return []; // not a process, or it has just ended
    }
  });
}

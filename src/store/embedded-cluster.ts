import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { failed, ok, type Result } from '../domain/result.ts';
import { type Account, canEnter, cannotStart, chooseAccount } from './embedded-account.ts';
import { provideBinaries } from './embedded-binaries.ts';

/** A PostgreSQL data directory and what is needed to run a server on it. */
export interface Cluster {
  readonly account: Account;
  /** Has `bin/postgres`. */
  readonly binaries: string;
  readonly dataDirectory: string;
  /** The data directory as PostgreSQL is told it, which is run with it as its working directory. */
  readonly dataArgument: string;
  /** Private to the account; the server's Unix socket is in it. */
  readonly socketDirectory: string;
  /** PostgreSQL's cluster_name: in the title of each of its processes, and of no other's. */
  readonly marker: string;
}

export const SUPERUSER = 'postgres';
export const ROLE = 'causeway';
export const DATABASE = 'causeway';

/** Makes the cluster in `home` (a directory that this process owns) if there is none, and gets it ready to be run. */
export async function prepareCluster(home: string): Promise<Result<Cluster>> {
  const dataDirectory = path.join(fs.realpathSync(home), 'data');
  const ownerUid = fs.existsSync(dataDirectory) ? fs.statSync(dataDirectory).uid : undefined;
  const account = chooseAccount(ownerUid);
  if (!account.ok) return account;
  const binaries = provideBinaries({ account: account.value, home });
  if (!binaries.ok) return binaries;
  if (ownerUid === undefined) {
    const made = await makeCluster({ account: account.value, binaries: binaries.value, dataDirectory });
    if (!made.ok) return made;
  } else if (ownerUid !== account.value.uid) giveTo(account.value, dataDirectory);
  writeAccessRules(dataDirectory);
  const dataArgument = nameFor(account.value, dataDirectory);
  if (!dataArgument.ok) return dataArgument;
  const hash = createHash('sha256').update(dataDirectory).digest('hex').slice(0, 16);
  const socketDirectory = makeSocketDirectory({ account: account.value, name: `causeway-${hash}` });
  if (!socketDirectory.ok) return socketDirectory;
  return ok({
    account: account.value,
    binaries: binaries.value,
    dataDirectory,
    dataArgument: dataArgument.value,
    socketDirectory: socketDirectory.value,
    marker: `causeway_cluster_${hash}`,
  });
}

/** PostgreSQL's programs are run with nothing of our environment, which may hold secrets and PG… settings. */
export const ENVIRONMENT = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/** Under another name until it is complete: a half-made cluster, after a kill, is thrown away and made again. */
async function makeCluster(to: { account: Account; binaries: string; dataDirectory: string }): Promise<Result<void>> {
  const unfinished = `${to.dataDirectory}.new`;
  fs.rmSync(unfinished, { recursive: true, force: true });
  fs.mkdirSync(unfinished, { mode: 0o700 });
  giveTo(to.account, unfinished);
  const directory = nameFor(to.account, unfinished);
  if (!directory.ok) return directory;
  // The collation is PostgreSQL's own, so that an upgrade of the system's libraries never invalidates an index.
  const settings = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const args = ['-D', directory.value, '-U', SUPERUSER, '--auth=reject', '--no-instructions', ...settings];
  try {
    const options = { ...to.account.spawnAs, cwd: unfinished, env: ENVIRONMENT };
    await promisify(execFile)(path.join(to.binaries, 'bin', 'initdb'), args, options);
  } catch (error) {
    return failed(cannotStart(`The database cluster could not be made: ${outputOf(error)}`));
  }
  fs.renameSync(unfinished, to.dataDirectory);
  return ok(undefined);
}

function outputOf(error: unknown): string {
  if (error instanceof Error && 'stderr' in error && typeof error.stderr === 'string' && error.stderr !== '') {
    return error.stderr.trim();
  }
  return String(error);
}

/**
 * Who may connect: this process's user, as the kernel vouches for it, and nobody else; so there is no password to keep.
 * Renamed into place, because root must not write to a name where the account could have put a link to another file.
 */
function writeAccessRules(dataDirectory: string): void {
  const user = userInfo().username;
  const rules = {
    'pg_hba.conf': 'local all all peer map=owner\n',
    'pg_ident.conf': [SUPERUSER, ROLE].map(role => `owner "${user}" ${role}\n`).join(''),
  };
  for (const [name, text] of Object.entries(rules)) {
    const file = path.join(path.dirname(dataDirectory), name);
    fs.writeFileSync(file, text);
    fs.chmodSync(file, 0o644);
    fs.renameSync(file, path.join(dataDirectory, name));
  }
}

/**
 * A name by which the account can open a directory of its own. When a directory above is closed to it (the data is below
 * /root, say), Linux has one that needs no way there: the working directory, which we enter as root before we become the account.
 */
function nameFor(account: Account, directory: string): Result<string> {
  if (canEnter(account, directory)) return ok(directory);
  if (process.platform === 'linux') return ok('/proc/self/cwd');
  return failed(
    cannotStart(`The user ${account.name}, which runs PostgreSQL because root may not, cannot enter ${directory}.`, {
      remedy:
        'Use a data directory that every user can reach, start Causeway as an ordinary user, or set DATABASE_URL.',
    }),
  );
}

function giveTo(account: Account, directory: string): void {
  fs.lchownSync(directory, account.uid, account.gid);
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name);
    if (entry.isDirectory()) giveTo(account, file);
    else fs.lchownSync(file, account.uid, account.gid);
  }
}

/**
 * Not in the data directory: a socket's path may have 107 bytes (103 on macOS), and not every file system that can hold
 * the data (such as a mounted folder of a container's host) can hold sockets.
 */
function makeSocketDirectory({ account, name }: { account: Account; name: string }): Result<string> {
  for (const parent of ['/tmp', tmpdir()]) {
    const directory = path.join(parent, name);
    if (makePrivateDirectory(account, directory) && canEnter(account, directory)) return ok(directory);
  }
  return failed(
    cannotStart(
      `The user ${account.name} can use no directory ${name} in /tmp or ${tmpdir()} for PostgreSQL's socket.`,
      {
        remedy: 'If one exists and belongs to another user, remove it; else see that /tmp exists and is writable.',
      },
    ),
  );
}

/** @returns whether the directory is there, belongs to the account and is closed to all others. */
export function makePrivateDirectory(account: Account, directory: string): boolean {
  try {
    fs.mkdirSync(directory, { mode: 0o700 });
    fs.lchownSync(directory, account.uid, account.gid);
    return true;
  } catch {
    const found = fs.lstatSync(directory, { throwIfNoEntry: false });
    return found?.isDirectory() === true && found.uid === account.uid && (found.mode & 0o777) === 0o700;
  }
}

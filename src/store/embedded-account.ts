import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { type Fault, fault } from '../domain/faults.ts';
import { failed, ok, type Result } from '../domain/result.ts';

/** The operating system's user that the embedded PostgreSQL runs as. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** How to spawn a process as this user; empty when we are this user. */
  readonly spawnAs: { readonly uid: number; readonly gid: number } | Record<string, never>;
}

/**
 * Chooses the account for data that belongs to the user `ownerUid` (undefined: no data yet). PostgreSQL refuses to run as
 * root, so root runs it as the data's owner, or for new data as `postgres` or else `nobody`; anyone else runs it as themselves.
 */
export function chooseAccount(ownerUid: number | undefined): Result<Account> {
  if (process.geteuid?.() === 0) return accountForRoot(ownerUid);
  const own = ownAccount();
  if (!own.ok || ownerUid === undefined || ownerUid === own.value.uid) return own;
  const owner = readPasswd().find(user => user.uid === ownerUid)?.name ?? `with the id ${ownerUid}`;
  return failed(
    cannotStart(`The data belongs to the user ${owner}, and this process runs as ${own.value.name}.`, {
      remedy: 'Start Causeway as the user that started it before (or as root), or give it another data directory.',
    }),
  );
}

/** Whether the account may enter a directory, asked of the operating system itself: modes alone do not say (ACLs, mounts). */
export function canEnter(account: Account, directory: string): boolean {
  return (
    spawnSync('/bin/sh', ['-c', 'cd "$0"', directory], { ...account.spawnAs, cwd: '/', stdio: 'ignore' }).status === 0
  );
}

export function cannotStart(detail: string, more: Partial<Fault> = {}): Fault {
  return fault('embedded-postgres-failed', detail, more);
}

function accountForRoot(ownerUid: number | undefined): Result<Account> {
  const users = readPasswd();
  const candidates = [
    users.find(user => user.uid === ownerUid),
    ...NAMES.map(name => users.find(user => user.name === name)),
  ];
  const account = candidates.find(user => user !== undefined && user.uid !== 0);
  if (account) return ok({ ...account, spawnAs: { uid: account.uid, gid: account.gid } });
  return failed(
    cannotStart('PostgreSQL does not run as root, and there is no user "postgres" or "nobody" to run it as.', {
      remedy: 'Start Causeway as an ordinary user, or set DATABASE_URL.',
    }),
  );
}

const NAMES = ['postgres', 'nobody'];

function ownAccount(): Result<Account> {
  try {
    const { username, uid, gid } = userInfo();
    return ok({ name: username, uid, gid, spawnAs: {} });
  } catch {
    // initdb and PostgreSQL's peer authentication look the user up by its id and have no other way.
    return failed(
      cannotStart(`The user id ${process.geteuid?.()} that Causeway runs as has no entry in /etc/passwd.`, {
        remedy: 'Add an entry for it, start Causeway as another user, or set DATABASE_URL.',
      }),
    );
  }
}

function readPasswd(): { name: string; uid: number; gid: number }[] {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map(line => line.split(':'))
    .flatMap(([name, , uid, gid]) => (name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : []));
}

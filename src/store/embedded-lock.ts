import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fault } from '../domain/faults.ts';
import { failed, ok, type Result } from '../domain/result.ts';

/**
 * Makes this process the only owner of a directory until `release()` or the end of the process, however it ends. Node has
 * no file locks of its own, but SQLite takes one that the kernel keeps: it cannot go stale as a file with a process id
 * does, whose number may have been given to another process since.
 *
 * Fault: `data-directory-in-use`, naming the owner.
 */
export function lockDirectory(directory: string): Result<{ release(): void }> {
  const lock = new DatabaseSync(path.join(directory, 'owner.lock'));
  const pidFile = path.join(directory, 'owner.pid');
  try {
    lock.exec('pragma journal_mode = off');
    lock.exec('begin exclusive');
  } catch (error) {
    lock.close();
    if (!(error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY)) throw error;
    // An owner that has the lock for the first time writes its id a moment later.
    const pid = existsSync(pidFile) ? readFileSync(pidFile, 'utf8').trim() : 'that has just started';
    return failed(
      fault('data-directory-in-use', `The process ${pid} is using ${directory}.`, {
        subject: directory,
        remedy: `Stop the process ${pid}, or give this one another CAUSEWAY_DATA_DIR, or let several share one database with DATABASE_URL.`,
      }),
    );
  }
  writeFileSync(pidFile, `${process.pid}\n`);
  return ok({ release: () => lock.close() });
}

const SQLITE_BUSY = 5;

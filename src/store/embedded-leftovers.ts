import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LIMITS } from '../domain/limits.ts';

/**
 * Ends what an earlier PostgreSQL on this data directory has left running (its owner was killed, or its postmaster was
 * and its back ends are not done), so that a new one can start: politely, then as for a crash, then by force. Nothing
 * committed is lost by any of these. Only the owner of the directory's lock may call this.
 *
 * @param marker the text that is in the command line of each of its processes and of no others.
 * @returns the ids of the processes that would not end.
 */
export async function endLeftovers({
  dataDirectory,
  marker,
}: {
  dataDirectory: string;
  marker: string;
}): Promise<readonly number[]> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (await waitForNone(marker, 0)) break;
    const postmaster = readPostmasterPid(dataDirectory);
    for (const { pid, isPostgres } of processesOf(marker)) {
      // SIGINT asks the postmaster to shut down, which sees to its back ends; to a back end it would only mean "cancel".
      const polite = signal === 'SIGINT' && pid !== postmaster ? 'SIGTERM' : signal;
      if (isPostgres) kill(pid, polite);
    }
    if (await waitForNone(marker, LIMITS.embeddedShutdownMs)) break;
  }
  const remaining = processesOf(marker).map(({ pid }) => pid);
  if (remaining.length === 0) removeMisleadingPid(dataDirectory);
  return remaining;
}

async function waitForNone(marker: string, timeoutMs: number): Promise<boolean> {
  for (let waitedMs = 0; ; waitedMs += POLL_MS) {
    if (processesOf(marker).length === 0) return true;
    if (waitedMs >= timeoutMs) return false;
    await sleep(POLL_MS);
  }
}

const POLL_MS = 50;

/**
 * PostgreSQL refuses to start while the process id in postmaster.pid exists. When none of ours runs, that id belongs to
 * a stranger by now, or to a dead process that nobody has waited for (as in a container whose first process reaps none).
 * If the process is gone altogether the file stays: PostgreSQL then looks at the shared memory that it names.
 */
function removeMisleadingPid(dataDirectory: string): void {
  const pid = readPostmasterPid(dataDirectory);
  if (pid !== undefined && exists(pid)) rmSync(path.join(dataDirectory, 'postmaster.pid'));
}

function readPostmasterPid(dataDirectory: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(path.join(dataDirectory, 'postmaster.pid'), 'utf8'), 10);
    return pid > 1 ? pid : undefined;
  } catch {
    return undefined; // there is none after an orderly end
  }
}

interface Process {
  readonly pid: number;
  /** Else the shell that watches over PostgreSQL, which ends when that has ended. */
  readonly isPostgres: boolean;
}

function processesOf(marker: string): Process[] {
  const commands = process.platform === 'linux' ? commandsFromProc() : commandsFromPs();
  return commands
    .filter(({ command }) => command.includes(marker))
    .map(({ pid, command }) => ({ pid, isShell: command.startsWith('/bin/sh '), command }))
    .filter(({ isShell, command }) => isShell || /^(.*\/)?postgres(:| -D) /.test(command))
    .map(({ pid, isShell }) => ({ pid, isPostgres: !isShell }));
}

function commandsFromProc(): { pid: number; command: string }[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(name => ({ pid: Number(name), command: readCommand(name) }));
}

/** The arguments joined by spaces; empty for a process that has just ended, or has and nobody waited for it. */
function readCommand(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

function commandsFromPs(): { pid: number; command: string }[] {
  const { stdout } = spawnSync('/bin/ps', ['-axww', '-o', 'pid=,command='], { encoding: 'utf8' });
  return stdout.split('\n').flatMap(line => {
    const [, pid, command] = /^ *(\d+) (.*)$/.exec(line) ?? [];
    return pid && command ? [{ pid: Number(pid), command }] : [];
  });
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has ended meanwhile, or belongs to another user; what remains is reported
  }
}

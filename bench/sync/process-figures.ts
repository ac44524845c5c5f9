import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** What Linux tells of processes in /proc, read from outside: the same for every contestant, whatever it is written in. */

/** CPU seconds of one process, of all its threads. */
export function cpuSeconds(pid: number): number {
  const { own } = statOf(pid);
  return own / TICKS_PER_SECOND;
}

/** CPU seconds of a process and of all its children, those too that have ended. */
export function cpuSecondsWithChildren(pid: number): number {
  const { own, ended } = statOf(pid);
  let ticks = own + ended;
  for (const child of numbers(readdirSync('/proc'))) {
    try {
      const stat = statOf(child);
      if (stat.parent === pid) ticks += stat.own;
    } catch (error) {
      // It ended between the two looks, and is now among the ended ones, which the next reading counts.
      if (!isGone(error)) throw error;
    }
  }
  return ticks / TICKS_PER_SECOND;
}

/** The most memory that the process ever had in RAM (VmHWM), in MB of 2^20 bytes. */
export function peakMb(pid: number): number {
  const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1]) / 1_024;
}

export function parentOf(pid: number): number {
  return statOf(pid).parent;
}

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** In ticks; see proc_pid_stat(5). The command's name, in parentheses, may have spaces in it. */
function statOf(pid: number): { parent: number; own: number; ended: number } {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [parent = 0, user = 0, system = 0, endedUser = 0, endedSystem = 0] = [1, 11, 12, 13, 14].map(i => fields[i]);
  return { parent, own: user + system, ended: endedUser + endedSystem };
}

function numbers(names: readonly string[]): number[] {
  return names.filter(name => /^\d+$/.test(name)).map(Number);
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH');
}

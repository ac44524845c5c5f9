import { LIMITS } from './limits.ts';

/**
 * When to try again a role that may have been made or edited at `setAt`, after it refused at `now`; null once the plan is
 * over, and the next try is the usual one. IAM is eventually consistent: what was changed is known everywhere after some
 * seconds, at times after a minute.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
 */
export function nextRoleTry({ setAt, now }: { setAt: Date; now: Date }): Date | null {
  let at = setAt.getTime();
  for (const seconds of LIMITS.roleTryPausesSeconds) {
    at += seconds * 1_000;
    if (at > now.getTime()) return new Date(at);
  }
  return null;
}

/** Until when a role that was made or edited at `setAt` may not be visible everywhere. */
export function roleSettlesAt(setAt: Date): Date {
  const seconds = LIMITS.roleTryPausesSeconds.reduce((sum, pause) => sum + pause, 0);
  return new Date(setAt.getTime() + seconds * 1_000);
}

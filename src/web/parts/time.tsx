import { useSyncExternalStore } from 'react';
import { secondsInWords } from '../../domain/duration.ts';

const tickMs = 10_000;

/** A moment as "5 minutes ago" or "in 3 hours", with the exact time on hover; `never` when there is none. */
export function TimeAgo({ at, never = '–' }: { at: string | null; never?: string }) {
  const now = useSyncExternalStore(everyTick, currentTick);
  if (at === null) return <>{never}</>;
  return (
    <time dateTime={at} title={exactTime(at)} className="causeway-time">
      {ago(new Date(at).getTime() - now * tickMs)}
    </time>
  );
}

/** A moment in full, with the relative time on hover. */
export function ExactTime({ at }: { at: string }) {
  return <time dateTime={at}>{exactTime(at)}</time>;
}

export function exactTime(at: string): string {
  return new Date(at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
}

/** "12 s", "3 min 5 s": how long something took. */
export function durationInWords(from: string, to: string): string {
  return secondsInWords(Math.max(0, Math.round((new Date(to).getTime() - new Date(from).getTime()) / 1000)));
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

const format = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

function ago(differenceMs: number): string {
  for (const [unit, ms] of UNITS) {
    if (Math.abs(differenceMs) >= ms) return format.format(Math.trunc(differenceMs / ms), unit);
  }
  return differenceMs > tickMs ? 'in under a minute' : 'just now';
}

function everyTick(listener: () => void): () => void {
  const timer = setInterval(listener, tickMs);
  return () => clearInterval(timer);
}

/** The time in whole ticks, so that nothing is drawn anew in between. */
function currentTick(): number {
  return Math.floor(Date.now() / tickMs);
}

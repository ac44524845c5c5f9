import { LIMITS } from '../domain/limits.ts';
import { isDatabaseUnavailable } from '../store/database.ts';
import { type ClaimedRun, lookAtHold } from '../store/runs.ts';
import type { SyncDeps } from './deps.ts';

/** Why a run must not go on; null while it may. */
type StopReason = 'stopped' | 'lost' | 'unwanted' | 'overdue';

export interface HoldWatch extends Disposable {
  /** Aborted as soon as there is a reason. */
  readonly signal: AbortSignal;
  reason(): StopReason | null;
}

/**
 * Looks, as often as the queue's heartbeat, whether the run is still this worker's and still wanted, so that a worker that
 * waits for AWS learns it without writing. Also watches the run's time and the worker's own stopping.
 */
export function watchHold(
  deps: Pick<SyncDeps, 'db' | 'clock' | 'log'>,
  { run, stop }: { run: ClaimedRun; stop: AbortSignal },
): HoldWatch {
  const controller = new AbortController();
  let reason: StopReason | null = null;
  const give = (why: StopReason) => {
    reason ??= why;
    controller.abort();
  };
  const lookAtTime = () => {
    if (deps.clock.now().getTime() - run.startedAt.getTime() > LIMITS.runHoursMax * 3_600_000) give('overdue');
  };
  const look = async () => {
    lookAtTime();
    const state = await lookAtHold(deps.db, run.hold);
    if (state !== 'held') give(state);
  };
  const timer = setInterval(() => {
    look().catch((error: unknown) => {
      // The run itself meets the same trouble and decides.
      if (!isDatabaseUnavailable(error))
        deps.log.error({ error: String(error) }, 'could not look at the hold of a run');
    });
  }, LIMITS.runHeartbeatSeconds * 1_000);
  const onStop = () => give('stopped');
  stop.addEventListener('abort', onStop);
  if (stop.aborted) onStop();
  lookAtTime();
  return {
    signal: controller.signal,
    reason: () => reason,
    [Symbol.dispose]() {
      clearInterval(timer);
      stop.removeEventListener('abort', onStop);
    },
  };
}

import type { Clock } from '../domain/clock.ts';
import { fault, retryOf } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { pause } from '../domain/pause.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { Aws } from './aws.ts';
import type { PaceBucket } from './pace.ts';
import type { SlotRequest } from './slots.ts';
import { type CallNames, translate } from './translate.ts';

/** How much one call may take, retries and the pauses between them included. */
export interface Budget {
  readonly triesMax: number;
  readonly attemptMs: number;
  /** On the clock's monotonic scale; calls that belong together share one. */
  readonly deadlineMs: number;
}

/** What calls took; whoever starts a piece of work makes one, and every call of the work counts into it. */
export interface CallTally {
  /** Tries, each of which AWS counts against its quotas. */
  calls: number;
  /** Of them, those that AWS refused because they came too fast. */
  throttled: number;
  /** Time from sending to the answer, of all tries together; waiting for turns and between tries is not in it. */
  inFlightMs: number;
  /** Tries by operation, such as `ec2:DescribeInstances`. */
  readonly byOperation: Map<string, number>;
}

export function newTally(): CallTally {
  return { calls: 0, throttled: 0, inFlightMs: 0, byOperation: new Map() };
}

/** For work in the background. */
export function patient(clock: Clock): Budget {
  return {
    triesMax: LIMITS.awsCallTriesMax,
    attemptMs: LIMITS.awsCallTimeoutMs,
    deadlineMs: clock.monotonicMs() + LIMITS.awsCallTotalMs,
  };
}

/** For what somebody waits for: over after `totalMs`, and never later than `within`. */
export function prompt(clock: Clock, { totalMs, within }: { totalMs: number; within?: Budget }): Budget {
  const deadlineMs = Math.min(clock.monotonicMs() + totalMs, within?.deadlineMs ?? Number.POSITIVE_INFINITY);
  return { triesMax: LIMITS.checkCallTriesMax, attemptMs: totalMs, deadlineMs };
}

/** On what terms a call is made. */
interface CallTerms {
  readonly budget: Budget;
  /** Whose quotas it counts against; a call without a signature counts against those of nobody that we know. */
  readonly pace: (PaceBucket & { readonly whole?: boolean }) | 'unsigned';
  readonly tally?: CallTally;
  /** For calls that share the slots of the process. */
  readonly slot?: Pick<SlotRequest, 'of' | 'weight'>;
  /** Ends the waiting for turn and slot, and the call itself. */
  readonly stop?: AbortSignal;
}

/**
 * The one way to call AWS: runs `send` with a time limit, turns what it throws into a fault, and tries again, after a
 * back-off with full jitter, while the fault is one that a short wait can mend and the budget lasts. `send` must hand
 * the signal to the SDK: `call(aws, signal => client.send(command, { abortSignal: signal }), …)`.
 *
 * Each try waits for its turn by `pace`, within the budget; the fault is `no-turn` when not even the first has one. Then it
 * waits for a slot, with `slot`. With `tally`, each try that is sent is counted.
 *
 * Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export async function call<T>(
  aws: Pick<Aws, 'clock' | 'ids' | 'pace' | 'slots' | 'totals'>,
  send: (signal: AbortSignal) => Promise<T>,
  names: CallNames & CallTerms,
): Promise<Result<T>> {
  const { service, operation, budget, pace, tally, slot, stop = NEVER } = names;
  const paced = pace === 'unsigned' ? undefined : { ...pace, service, operation };
  let result: Result<T> | undefined;
  for (let tries = 1; ; tries++) {
    if (paced && !(await aws.pace.turn(paced, budget.deadlineMs, stop))) return result ?? failed(noTurn(names));
    const giveBack = slot && (await aws.slots.take({ ...slot, stop }));
    if (slot && !giveBack) return result ?? failed(noTurn(names));
    const sentMs = aws.clock.monotonicMs();
    const leftMs = budget.deadlineMs - sentMs;
    if (giveBack && leftMs <= 0) {
      giveBack();
      return result ?? failed(noTurn(names));
    }
    const timeoutMs = Math.max(1, Math.min(budget.attemptMs, leftMs));
    result = await attempt(send, names, { stop, timeoutMs }).finally(giveBack);
    const throttled = !result.ok && result.fault.code === 'aws-throttled';
    if (paced && throttled) aws.pace.slowDown(paced);
    aws.totals.add('aws_calls_total', { service });
    if (throttled) aws.totals.add('aws_throttled_total', { service });
    if (tally) count(tally, { ...names, throttled, ms: aws.clock.monotonicMs() - sentMs });
    if (result.ok || retryOf(result.fault) !== 'now' || tries >= budget.triesMax) return result;
    const pauseMs = backoffMs(tries, fraction(aws.ids));
    if (aws.clock.monotonicMs() + pauseMs >= budget.deadlineMs) return result;
    await pause(pauseMs, stop);
  }
}

const NEVER = new AbortController().signal;

function count(
  tally: CallTally,
  { service, operation, throttled, ms }: CallNames & { throttled: boolean; ms: number },
): void {
  const api = `${service}:${operation}`;
  tally.calls += 1;
  if (throttled) tally.throttled += 1;
  tally.inFlightMs += ms;
  tally.byOperation.set(api, (tally.byOperation.get(api) ?? 0) + 1);
}

function noTurn({ service, operation, subject }: CallNames) {
  const why = `The turn of ${service}:${operation} would not have come in time, so nothing was sent.`;
  return fault('no-turn', why, subject === undefined ? {} : { subject });
}

async function attempt<T>(
  send: (signal: AbortSignal) => Promise<T>,
  names: CallNames,
  { stop, timeoutMs }: { stop: AbortSignal; timeoutMs: number },
): Promise<Result<T>> {
  const limit = new AbortController();
  const end = () => limit.abort();
  const timer = setTimeout(end, timeoutMs);
  // By hand: `AbortSignal.any` takes ten times as long, as much as a tenth of a small call.
  stop.addEventListener('abort', end);
  if (stop.aborted) end();
  try {
    return ok(await send(limit.signal));
  } catch (error) {
    return failed(translate(error, { ...names, timeoutMs }));
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', end);
  }
}

/** Before try number `tries + 1`: anything between nothing and a cap that doubles with every try. */
function backoffMs(tries: number, fraction: number): number {
  return fraction * Math.min(LIMITS.awsBackoffMaxMs, LIMITS.awsBackoffBaseMs * 2 ** (tries - 1));
}

/** A random number from 0 up to, not including, 1. */
function fraction(ids: Aws['ids']): number {
  return Buffer.from(ids.secret(4), 'base64url').readUInt32BE() / 2 ** 32;
}

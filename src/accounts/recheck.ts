import type { Budget } from '../aws/call.ts';
import { fault } from '../domain/faults.ts';
import { inParallel } from '../domain/in-parallel.ts';
import { LIMITS } from '../domain/limits.ts';
import { pause } from '../domain/pause.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { type Actor, appendAudit } from '../store/audit.ts';
import { hasIdentity, readSealedSecret } from '../store/base-accounts.ts';
import { saveChecks } from '../store/connectors.ts';
import { type Database, inTransaction } from '../store/database.ts';
import { type HubFacts, readHubFactsToRecheck } from '../store/hubs.ts';
import {
  addRecheckMoves,
  type ClaimedRecheck,
  cancelRecheck as cancelRow,
  claimRecheck,
  findRecheck,
  finishRecheck,
  type RecheckRow,
  saveRecheckProgress,
} from '../store/rechecks.ts';
import { tryOut } from './check.ts';
import { checkRow } from './check-result.ts';
import type { AccountsDeps } from './deps.ts';
import { type Finding, recordAtOnce, writeFindings } from './findings.ts';
import type { IdentityReads } from './hubs.ts';
import { evidenceOfFault } from './reach.ts';
import type { CheckResult } from './shapes.ts';

/**
 * How one attempt at a re-check ended for the worker that made it.
 *
 * finished   all connectors were tried
 * over       it was over already, or somebody cancelled it
 * lost       another worker has claimed it meanwhile; this one wrote nothing since
 * stopped    this worker was told to stop; the re-check goes on where it was left when somebody claims it
 */
export type RecheckAttempt = 'finished' | 'over' | 'lost' | 'stopped';

/**
 * Checks every enabled connector of an account type: what a check does, for thousands. Results are gathered and written
 * about once a second, all of one connector in one transaction with the note that it is done, so that a re-check whose
 * worker was killed goes on with the others; those that were under way are tried again. The calls are paced with all others
 * to STS (`src/aws/pace.ts`).
 *
 * Throws when the database is not available; it can then be claimed again.
 */
export async function attemptRecheck(
  deps: AccountsDeps,
  { recheckId, stop }: { recheckId: string; stop: AbortSignal },
): Promise<RecheckAttempt> {
  const recheck = await claimRecheck(deps.db, recheckId);
  if (!recheck) return 'over';
  const batch: Batch = { trials: [], throttled: 0 };
  const lost = new AbortController();
  const tried = new AbortController();
  const trying = inParallel(
    connectorsOf(deps.db, { recheck, ending: AbortSignal.any([lost.signal, stop]) }),
    { limit: LIMITS.recheckConnectorsInFlight },
    trier(deps, { recheck, batch }),
  );
  const writing = writeRepeatedly(deps, { recheck, batch, lost, tried: tried.signal });
  const ends = await Promise.allSettled([
    Promise.race([trying, waitedFor(stop)]).finally(() => tried.abort()),
    writing.finally(() => lost.abort()),
  ]);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  if (lost.signal.aborted && !(await writing)) return await whyLost(deps.db, recheckId);
  if (stop.aborted) return 'stopped';
  return (await finish(deps, recheck)) ? 'finished' : await whyLost(deps.db, recheckId);
}

export async function getRecheck({ db }: Pick<AccountsDeps, 'db'>, id: string): Promise<Result<RecheckRow>> {
  const found = await findRecheck(db, id);
  return found ? ok(found) : failed(fault('not-found', `There is no re-check ${id}.`, { subject: id }));
}

/** Stops a re-check: what was tried stays known, and within about a second nothing more is tried. One that is over stays so. */
export async function cancelRecheck(
  { db, clock }: Pick<AccountsDeps, 'db' | 'clock'>,
  { id, actor }: { id: string; actor: Actor },
): Promise<Result<RecheckRow>> {
  const at = clock.now();
  const cancelled = await inTransaction(db, async tx => {
    const ended = await cancelRow(tx, { id, at });
    if (ended) await appendAudit(tx, recheckEntry(ended, { action: 'recheck.cancelled', actor, at }));
    return ended;
  });
  return cancelled ? ok(cancelled) : await getRecheck({ db }, id);
}

export function recheckEntry(
  { id, accountType, total, done, accepted, refused, unknown, moved }: Omit<RecheckRow, 'state'>,
  { action, actor, at }: { action: string; actor: Actor; at: Date },
) {
  const detail = { accountType, total, done, accepted, refused, unknown, moved };
  return { at, actor, action, subject: `recheck:${id}`, detail };
}

/** What was found out and is not written yet. */
interface Batch {
  trials: Trial[];
  throttled: number;
}

interface Trial {
  readonly facts: HubFacts;
  readonly check: CheckResult;
  readonly findings: readonly Finding[];
}

/** Those that are not done, as long as nobody says to end. Lanes ask at the same time; each connector is given to one. */
async function* connectorsOf(
  db: Database,
  { recheck, ending }: { recheck: ClaimedRecheck; ending: AbortSignal },
): AsyncGenerator<HubFacts> {
  const limit = LIMITS.recheckPageItems;
  let after: string | null = null;
  for (;;) {
    const page: HubFacts[] = await readHubFactsToRecheck(db, { recheck, after, limit });
    for (const facts of page) {
      if (ending.aborted) return;
      yield facts;
    }
    if (page.length < limit) return;
    after = page.map(({ connectorId }) => connectorId).reduce((a, b) => (a > b ? a : b));
  }
}

function trier(
  deps: AccountsDeps,
  { recheck, batch }: { recheck: ClaimedRecheck; batch: Batch },
): (facts: HubFacts) => Promise<void> {
  const { pace } = deps.aws;
  const countingPace = {
    ...pace,
    slowDown(bucket: Parameters<typeof pace.slowDown>[0]) {
      batch.throttled += 1;
      pace.slowDown(bucket);
    },
  };
  const busy = { ...deps, aws: { ...deps.aws, pace: countingPace }, identityReads: rememberingReads(deps) };
  const { hold, requestedBy: actor } = recheck;
  const purpose = { kind: 'check', checkId: hold.id, actor } as const;
  return async facts => {
    const findings: Finding[] = [];
    let isUnderWay = true;
    // A session that is renewed later for somebody else is no part of this any more.
    const record = async (finding: Finding) => {
      if (isUnderWay) findings.push(finding);
      else await recordAtOnce(deps)(finding);
    };
    const within = unhurried(deps);
    const check = await tryOut(busy, { facts, purpose, record, within, budget: within, identify: false });
    isUnderWay = false;
    batch.trials.push({ facts, check, findings });
  };
}

function unhurried({ clock }: Pick<AccountsDeps, 'clock'>): Budget {
  return {
    triesMax: LIMITS.recheckCallTriesMax,
    attemptMs: LIMITS.recheckCallMs,
    deadlineMs: clock.monotonicMs() + LIMITS.recheckConnectorMs,
  };
}

/** Credentials that were deleted are used no longer than a second. */
function rememberingReads({ clock }: Pick<AccountsDeps, 'clock'>): IdentityReads {
  const remembering = <T>(read: (db: Database, id: string) => Promise<T>) => {
    const known = new Map<string, { untilMs: number; answer: Promise<T> }>();
    return async (db: Database, id: string) => {
      const nowMs = clock.monotonicMs();
      const fresh = known.get(id);
      if (fresh && nowMs < fresh.untilMs) return await fresh.answer;
      const answer = read(db, id);
      known.set(id, { untilMs: nowMs + LIMITS.recheckSecretSeconds * 1_000, answer });
      return await answer;
    };
  };
  return { hasIdentity: remembering(hasIdentity), readSealedSecret: remembering(readSealedSecret) };
}

/** Writes until all have been tried and the rest is written. False when the hold was lost; nothing more is begun then. */
async function writeRepeatedly(
  deps: AccountsDeps,
  { recheck, batch, lost, tried }: { recheck: ClaimedRecheck; batch: Batch; lost: AbortController; tried: AbortSignal },
): Promise<boolean> {
  for (let held = true; ; ) {
    const isLast = tried.aborted;
    held = (await write(deps, recheck, take(batch))) && held;
    if (!held) lost.abort();
    if (isLast) return held;
    await pause(LIMITS.recheckWriteEveryMs, tried);
  }
}

/** A worker that stops waits for the connectors that are under way, but not for an AWS that does not answer. */
async function waitedFor(stop: AbortSignal): Promise<void> {
  await aborted(stop);
  await pause(LIMITS.recheckStopMs, new AbortController().signal);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function take(batch: Batch): Batch {
  const taken = { ...batch };
  batch.trials = [];
  batch.throttled = 0;
  return taken;
}

/** What was found out is true whoever holds the re-check; only its progress is written under the hold. */
async function write(
  { db }: Pick<AccountsDeps, 'db'>,
  { hold }: ClaimedRecheck,
  { trials, throttled }: Batch,
): Promise<boolean> {
  const ids: Record<ReturnType<typeof outcomeOf>, string[]> = { accepted: [], refused: [], unknown: [] };
  for (const { facts, check } of trials) ids[outcomeOf(check)].push(facts.connectorId);
  return await inTransaction(db, async tx => {
    const held = await saveRecheckProgress(tx, hold, { ...ids, throttled });
    if (trials.length === 0) return held;
    await saveChecks(
      tx,
      trials.map(({ facts, check }) => ({ ...facts, check: checkRow(check) })),
    );
    const { moved } = await writeFindings(
      tx,
      trials.flatMap(({ findings }) => findings),
    );
    if (held && moved > 0) await addRecheckMoves(tx, { id: hold.id, moved });
    return held;
  });
}

/** What the target hub was answered. */
function outcomeOf({ probes, targetFault, fault: why }: CheckResult): 'accepted' | 'refused' | 'unknown' {
  if (probes.withExternalId === 'accepted' && !targetFault) return 'accepted';
  const refusal = targetFault ?? why;
  return refusal ? evidenceOfFault(refusal).outcome : 'unknown';
}

async function finish({ db, clock }: AccountsDeps, { hold }: ClaimedRecheck): Promise<boolean> {
  const at = clock.now();
  return await inTransaction(db, async tx => {
    const finished = await finishRecheck(tx, hold, at);
    if (finished) await appendAudit(tx, recheckEntry(finished, { action: 'recheck.finished', actor: 'system', at }));
    return finished !== undefined;
  });
}

async function whyLost(db: Database, id: string): Promise<'over' | 'lost'> {
  const found = await findRecheck(db, id);
  return found?.state === 'running' ? 'lost' : 'over';
}

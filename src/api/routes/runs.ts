import { FAULT_CODES, FAULTS } from '../../domain/faults.ts';
import { factsOfAccountType, factsOfPartition, PARTITIONS } from '../../domain/partition.ts';
import { mapped, type Result } from '../../domain/result.ts';
import { timeLeft } from '../../domain/time-left.ts';
import { type RequestRunDeps, requestRun } from '../../jobs/request-run.ts';
import { listAllRuns, type RunFilter, type RunOfAny } from '../../store/all-runs.ts';
import { type Actor, appendAudit } from '../../store/audit.ts';
import { inTransaction } from '../../store/database.ts';
import type { RunSession } from '../../store/run-sessions.ts';
import { getRun, listRuns, type Run, type RunScope } from '../../store/run-views.ts';
import type { RunState } from '../../store/runs.ts';
import { isScopeOutcome } from '../../sync/outcome.ts';
import type { InputOf } from '../contract.ts';
import { wireFault } from '../fault-reply.ts';
import type { Handlers, WireOf } from '../routes.ts';

export function runRoutes(deps: RequestRunDeps): Pick<Handlers, 'startRun' | 'listRuns' | 'listAllRuns' | 'getRun'> {
  return {
    async startRun({ params: { id } }, { actor }) {
      return mapped(await startRun(deps, { connectorId: id, actor }), run => wireRun(run, deps.clock.now()));
    },
    async listRuns({ params: { id }, query }) {
      const page = await listRuns(deps.db, { connectorId: id, ...query });
      return mapped(page, ({ items, nextCursor }) => ({
        items: items.map(run => wireRun(run, deps.clock.now())),
        nextCursor,
      }));
    },
    async listAllRuns({ query: { limit, cursor, ...filter } }) {
      const page = await listAllRuns(deps.db, { filter: filterOf(filter), limit, cursor });
      return mapped(page, ({ items, nextCursor }) => ({
        items: items.map(run => wireRunOfAny(run, deps.clock.now())),
        nextCursor,
      }));
    },
    async getRun({ params: { id } }) {
      const run = await getRun(deps.db, id);
      return mapped(run, ({ scopes, sessions, ...rest }) => ({
        ...wireRun(rest, deps.clock.now()),
        scopes: scopes.map(wireScope),
        sessions: sessions.map(wireSession),
      }));
    },
  };
}

async function startRun(
  deps: RequestRunDeps,
  { connectorId, actor }: { connectorId: string; actor: Actor },
): Promise<Result<Run>> {
  return await inTransaction(deps.db, async transaction => {
    const run = await requestRun({ ...deps, db: transaction }, { connectorId, trigger: 'request', requestedBy: actor });
    if (!run.ok) return run;
    await appendAudit(transaction, {
      at: deps.clock.now(),
      actor,
      action: 'run.requested',
      subject: `connector:${connectorId}`,
      detail: { runId: run.value.id },
    });
    return run;
  });
}

type Asked = InputOf<'listAllRuns'>['query'];

function filterOf({ state, connectorId, accountType, since }: Omit<Asked, 'limit' | 'cursor'>): RunFilter {
  return {
    connectorId,
    partitions: (accountType ? [factsOfAccountType(accountType)] : PARTITIONS).map(({ partition }) => partition),
    states: statesOf(state),
    since: since === undefined ? undefined : new Date(since),
  };
}

function statesOf(asked: Asked['state']): readonly RunState[] {
  switch (asked) {
    case undefined:
      return ['queued', 'running', 'ok', 'problems', 'failed', 'cancelled'];
    case 'under-way':
      return ['queued', 'running'];
    case 'with-problems':
      return ['problems', 'failed'];
    default:
      return [asked];
  }
}

function wireRunOfAny(
  { connectorName, accountId, partition, ...run }: RunOfAny,
  now: Date,
): WireOf<'listAllRuns'>['items'][number] {
  const facts = factsOfPartition(partition);
  if (!facts) throw new Error(`a stored run has the unknown partition ${partition}`);
  return { ...wireRun(run, now), connectorName, accountId, accountType: facts.accountType };
}

function wireRun({ live, ...run }: Run, now: Date): WireOf<'startRun'> {
  const elapsedSeconds = run.startedAt ? (now.getTime() - run.startedAt.getTime()) / 1_000 : 0;
  return {
    ...run,
    progress: live && {
      timeLeft: timeLeft({ ...run.counts, elapsedSeconds, usualSeconds: live.usualSeconds }),
      underWay: live.underWay,
    },
    fault: run.fault && wireFault(run.fault),
    regionsFault: run.regionsFault && wireFault(run.regionsFault),
    queuedAt: run.queuedAt.toISOString(),
    startedAt: run.startedAt?.toISOString() ?? null,
    finishedAt: run.finishedAt?.toISOString() ?? null,
  };
}

function wireScope({ fault, ...scope }: RunScope): WireOf<'getRun'>['scopes'][number] {
  return {
    ...scope,
    outcome: knownOutcome(scope.outcome),
    ...(fault ? { fault: wireFault(fault) } : {}),
    startedAt: scope.startedAt?.toISOString() ?? null,
    finishedAt: scope.finishedAt?.toISOString() ?? null,
  };
}

function wireSession({ outcome, at, ...session }: RunSession): WireOf<'getRun'>['sessions'][number] {
  const code = FAULT_CODES.find(known => known === outcome);
  return { ...session, at: at.toISOString(), refused: code ? { code, title: FAULTS[code].title } : null };
}

function knownOutcome(outcome: string | null) {
  if (outcome === null || isScopeOutcome(outcome)) return outcome;
  throw new Error(`a stored scope has the unknown outcome ${outcome}`);
}

import { mapped, type Result } from '../../domain/result.ts';
import { type RequestRunDeps, requestRun } from '../../jobs/request-run.ts';
import { type Actor, appendAudit } from '../../store/audit.ts';
import { inTransaction } from '../../store/database.ts';
import { getRun, listRuns, type Run, type RunScope } from '../../store/run-views.ts';
import { isScopeOutcome } from '../../sync/outcome.ts';
import { wireFault } from '../fault-reply.ts';
import type { Handlers, WireOf } from '../routes.ts';

export function runRoutes(deps: RequestRunDeps): Pick<Handlers, 'startRun' | 'listRuns' | 'getRun'> {
  return {
    async startRun({ params: { id } }, { actor }) {
      return mapped(await startRun(deps, { connectorId: id, actor }), wireRun);
    },
    async listRuns({ params: { id }, query }) {
      const page = await listRuns(deps.db, { connectorId: id, ...query });
      return mapped(page, ({ items, nextCursor }) => ({ items: items.map(wireRun), nextCursor }));
    },
    async getRun({ params: { id } }) {
      const run = await getRun(deps.db, id);
      return mapped(run, ({ scopes, ...rest }) => ({ ...wireRun(rest), scopes: scopes.map(wireScope) }));
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

function wireRun(run: Run): WireOf<'startRun'> {
  return {
    ...run,
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

function knownOutcome(outcome: string | null) {
  if (outcome === null || isScopeOutcome(outcome)) return outcome;
  throw new Error(`a stored scope has the unknown outcome ${outcome}`);
}

import type { AccountsDeps } from '../../accounts/deps.ts';
import { type ConnectorReadiness, connectorReadiness } from '../../accounts/readiness/connector-readiness.ts';
import { connectorsNotFresh, readinessOfMany } from '../../accounts/readiness/estate-readiness.ts';
import type { Reason } from '../../accounts/readiness/reasons.ts';
import { mapped, ok } from '../../domain/result.ts';
import { wireFault } from '../fault-reply.ts';
import type { Handlers, WireOf } from '../routes.ts';

export function readinessRoutes(
  deps: Pick<AccountsDeps, 'db' | 'clock' | 'platformAccounts'>,
): Pick<Handlers, 'connectorReadiness' | 'getReadiness' | 'listNotFresh'> {
  return {
    async getReadiness({ query }) {
      const { at, ...found } = await readinessOfMany(deps, query);
      return ok({ ...found, at: at.toISOString() });
    },
    async listNotFresh({ query: { limit, cursor, ...place } }) {
      const found = await connectorsNotFresh(deps, { page: { limit, cursor }, place });
      return mapped(found, ({ items, nextCursor }) => ({
        items: items.map(({ completeAt, ...scope }) => ({ ...scope, completeAt: completeAt?.toISOString() ?? null })),
        nextCursor,
      }));
    },
    async connectorReadiness({ params: { id } }) {
      return mapped(await connectorReadiness(deps, id), wireReadiness);
    },
  };
}

function wireReadiness({ at, scopes, reasons, ...rest }: ConnectorReadiness): WireOf<'connectorReadiness'> {
  return {
    ...rest,
    at: at.toISOString(),
    scopes: scopes.map(({ completeAt, ...scope }) => ({ ...scope, completeAt: completeAt?.toISOString() ?? null })),
    reasons: reasons.map(wireReason),
  };
}

function wireReason({ fault, ...reason }: Reason): WireOf<'connectorReadiness'>['reasons'][number] {
  return { ...reason, fault: fault && wireFault(fault) };
}

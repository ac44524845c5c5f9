import { cancelRecheck, getRecheck } from '../../accounts/recheck.ts';
import { trustEdits } from '../../accounts/trust-edits/trust-edits.ts';
import {
  getTrustMigration,
  listMigrationConnectors,
  listTrustMigrations,
  type MigrationConnector,
  type TrustMigration,
} from '../../accounts/trust-migrations.ts';
import { mapped, ok } from '../../domain/result.ts';
import { requestRecheck } from '../../jobs/request-recheck.ts';
import type { RecheckRow } from '../../store/rechecks.ts';
import { wireFault } from '../fault-reply.ts';
import type { ApiDeps } from '../handlers.ts';
import type { Handlers, WireOf } from '../routes.ts';

type Routes =
  | 'listTrustMigrations'
  | 'getTrustMigration'
  | 'listMigrationConnectors'
  | 'trustEdits'
  | 'startRecheck'
  | 'getRecheck'
  | 'cancelRecheck';

export function trustMigrationRoutes(
  deps: ApiDeps,
  { readActions: actions }: { readActions: readonly string[] },
): Pick<Handlers, Routes> {
  return {
    async listTrustMigrations() {
      return ok({ items: (await listTrustMigrations(deps)).map(wireMigration) });
    },
    async getTrustMigration({ params: { accountType } }) {
      return ok(wireMigration(await getTrustMigration(deps, accountType)));
    },
    async listMigrationConnectors({ params, query }) {
      const page = await listMigrationConnectors(deps, { ...params, ...query });
      return mapped(page, ({ items, nextCursor }) => ({ items: items.map(wireConnector), nextCursor }));
    },
    async trustEdits({ params, query }) {
      return ok(await trustEdits(deps, { ...params, ...query }, { actions }));
    },
    async startRecheck({ params: { accountType } }, { actor }) {
      return mapped(await requestRecheck(deps, { accountType, actor }), wireRecheck);
    },
    async getRecheck({ params: { id } }) {
      return mapped(await getRecheck(deps, id), wireRecheck);
    },
    async cancelRecheck({ params: { id } }, { actor }) {
      return mapped(await cancelRecheck(deps, { id, actor }), wireRecheck);
    },
  };
}

function wireMigration({ recheck, totals, ...migration }: TrustMigration): WireOf<'getTrustMigration'> {
  const { 'on-target': onTarget, ...others } = totals;
  return { ...migration, totals: { onTarget, ...others }, recheck: recheck && wireRecheck(recheck) };
}

function wireConnector({
  evidence,
  ...connector
}: MigrationConnector): WireOf<'listMigrationConnectors'>['items'][number] {
  return {
    ...connector,
    evidence: evidence && {
      ...evidence,
      at: evidence.at.toISOString(),
      fault: evidence.fault && wireFault(evidence.fault),
    },
  };
}

function wireRecheck({ startedAt, finishedAt, ...recheck }: RecheckRow): WireOf<'getRecheck'> {
  return { ...recheck, startedAt: startedAt.toISOString(), finishedAt: finishedAt?.toISOString() ?? null };
}

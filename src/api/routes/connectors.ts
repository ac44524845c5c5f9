import { checkConnector } from '../../accounts/check.ts';
import { connectorRoleSetup, newRoleSetup } from '../../accounts/connector-role.ts';
import {
  addToAssetView,
  changeConnector,
  countConnectors,
  createConnector,
  getConnector,
  listConnectors,
  removeFromAssetView,
} from '../../accounts/connectors.ts';
import { deleteConnector } from '../../accounts/delete-connector.ts';
import type { AccountsDeps } from '../../accounts/deps.ts';
import type { CheckResult, Connector } from '../../accounts/shapes.ts';
import { mapped, ok } from '../../domain/result.ts';
import { wireFault } from '../fault-reply.ts';
import type { Handlers, WireOf } from '../routes.ts';

export function connectorRoutes(
  deps: AccountsDeps,
  /** The IAM actions that a connector's role needs to read every asset type. */
  { readActions }: { readActions: readonly string[] },
): Pick<
  Handlers,
  | 'listConnectors'
  | 'countConnectors'
  | 'createConnector'
  | 'roleSetup'
  | 'getConnector'
  | 'changeConnector'
  | 'deleteConnector'
  | 'checkConnector'
  | 'connectorRoleSetup'
  | 'addToAssetView'
  | 'removeFromAssetView'
> {
  return {
    async listConnectors({ query: { limit, cursor, ...filter } }) {
      const page = await listConnectors(deps, { page: { limit, cursor }, filter });
      return mapped(page, ({ items, nextCursor }) => ({ items: items.map(wireConnector), nextCursor }));
    },
    async countConnectors() {
      return ok({ items: await countConnectors(deps) });
    },
    async createConnector({ body }, { actor }) {
      return mapped(await createConnector(deps, { input: body, actor }), wireConnector);
    },
    async roleSetup({ query }) {
      return await newRoleSetup(deps, { ...query, actions: readActions });
    },
    async getConnector({ params: { id } }) {
      return mapped(await getConnector(deps, id), wireConnector);
    },
    async changeConnector({ params: { id }, body }, { actor }) {
      return mapped(await changeConnector(deps, { id, change: body, actor }), wireConnector);
    },
    async deleteConnector({ params: { id }, query: { assets } }, { actor }) {
      return mapped(await deleteConnector(deps, { id, assets, actor }), () => undefined);
    },
    async checkConnector({ params: { id } }, { actor }) {
      return mapped(await checkConnector(deps, { id, actor }), wireCheck);
    },
    async connectorRoleSetup({ params: { id } }) {
      return await connectorRoleSetup(deps, { id, actions: readActions });
    },
    async addToAssetView({ params: { id } }, { actor }) {
      return mapped(await addToAssetView(deps, { id, actor }), wireConnector);
    },
    async removeFromAssetView({ params: { id } }, { actor }) {
      return mapped(await removeFromAssetView(deps, { id, actor }), wireConnector);
    },
  };
}

function wireConnector(connector: Connector): WireOf<'getConnector'> {
  const { targetFault, lastCheck, lastRun } = connector;
  return {
    ...connector,
    targetFault: targetFault && wireFault(targetFault),
    lastCheck: lastCheck && wireCheck(lastCheck),
    lastRun: lastRun && {
      ...lastRun,
      startedAt: lastRun.startedAt?.toISOString() ?? null,
      finishedAt: lastRun.finishedAt?.toISOString() ?? null,
      fault: lastRun.fault && wireFault(lastRun.fault),
    },
    lastCompleteAt: connector.lastCompleteAt?.toISOString() ?? null,
    nextRunAt: connector.nextRunAt?.toISOString() ?? null,
    createdAt: connector.createdAt.toISOString(),
    updatedAt: connector.updatedAt.toISOString(),
  };
}

function wireCheck({ fault, targetFault, nextTryAt, ...check }: CheckResult): WireOf<'checkConnector'> {
  return {
    ...check,
    checkedAt: check.checkedAt.toISOString(),
    ...(nextTryAt ? { nextTryAt: nextTryAt.toISOString() } : {}),
    ...(fault ? { fault: wireFault(fault) } : {}),
    ...(targetFault ? { targetFault: wireFault(targetFault) } : {}),
  };
}

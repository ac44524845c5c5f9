import { readCursor, writeCursor } from '../domain/cursor.ts';
import { newExternalId } from '../domain/external-id.ts';
import { type Fault, fault } from '../domain/faults.ts';
import type { Hub } from '../domain/hub.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { type Actor, appendAudit } from '../store/audit.ts';
import { lockAssetViewOfType } from '../store/base-accounts.ts';
import { type ConnectorCount, countConnectors as countByState } from '../store/connector-states.ts';
import {
  type ConnectorRow,
  type ConnectorSettings,
  findConnector,
  findConnectorByRole,
  insertConnector,
  isRoleTaken,
  searchConnectors,
  setInAssetView,
  updateConnector,
} from '../store/connectors.ts';
import { inTransaction } from '../store/database.ts';
import { cancelRuns } from '../store/runs.ts';
import { readCheck } from './check-result.ts';
import { settingsOf } from './connector-input.ts';
import type { AccountsDeps } from './deps.ts';
import { isMoving, targetHub } from './hubs.ts';
import type {
  App,
  Connector,
  ConnectorChange,
  ConnectorFilter,
  ConnectorInput,
  PageOf,
  PageRequest,
} from './shapes.ts';
import { platformIds } from './trust-migrations.ts';

/**
 * Makes a connector, whether its role exists yet or not; it is due at once. Without an external ID it gets one of its own.
 * Faults: those of the fields, and `duplicate-role-arn`, which names the connector that has the role.
 */
export async function createConnector(
  deps: AccountsDeps,
  { input, actor }: { input: ConnectorInput; actor: Actor },
): Promise<Result<Connector>> {
  const settings = settingsOf({ ...input, externalId: input.externalId ?? newExternalId(deps.ids) });
  if (!settings.ok) return settings;
  const id = deps.ids.uuid();
  const at = deps.clock.now();
  const made = await inTransaction(deps.db, async tx => {
    await lockAssetViewOfType(tx, input.accountType);
    if (!(await insertConnector(tx, { id, settings: settings.value, at }))) return false;
    await appendAudit(tx, {
      at,
      actor,
      action: 'connector.created',
      subject: `connector:${id}`,
      detail: auditFacts(settings.value),
    });
    return true;
  });
  return made ? await getConnector(deps, id) : failed(await duplicateRole(deps, settings.value.roleArn));
}

/**
 * Changes a connector. Pointed at another role it begins anew: how the role before was reached is forgotten, and a run
 * under way that reads another account is cancelled. Faults: as for creation, and `account-type-fixed`, `edit-conflict`.
 */
export async function changeConnector(
  deps: AccountsDeps,
  { id, change, actor }: { id: string; change: ConnectorChange; actor: Actor },
): Promise<Result<Connector>> {
  const before = await findConnector(deps.db, id);
  if (!before) return noSuchConnector(id);
  if (change.accountType !== undefined && change.accountType !== before.accountType) {
    return failed(fault('account-type-fixed', `It is ${before.accountType}.`, { field: 'accountType' }));
  }
  const parsed = settingsOf(changed(before, change));
  if (!parsed.ok) return parsed;
  const at = deps.clock.now();
  const settings = {
    ...parsed.value,
    assetViewRemovedAt: removedAt(before, { inAssetView: parsed.value.inAssetView, at }),
  };
  const { anotherRole, anotherAccount, dueNow } = consequences(before, settings);
  const write = inTransaction(deps.db, async tx => {
    if (!(await updateConnector(tx, { id, readAt: before.updatedAt, settings, anotherRole, dueNow, at })))
      return 'stale';
    if (anotherAccount) await cancelRuns(tx, { connectorId: id, at });
    await appendAudit(tx, {
      at,
      actor,
      action: 'connector.changed',
      subject: `connector:${id}`,
      detail: auditFacts(settings),
    });
    return 'updated';
  });
  const outcome = await write.catch((error: unknown) => {
    if (isRoleTaken(error)) return 'taken';
    throw error;
  });
  if (outcome === 'updated') return await getConnector(deps, id);
  if (outcome === 'taken') return failed(await duplicateRole(deps, settings.roleArn));
  const gone = (await findConnector(deps.db, id)) === undefined;
  return gone ? noSuchConnector(id) : failed(fault('edit-conflict', `Connector "${before.name}" was changed.`));
}

export async function getConnector(
  deps: Pick<AccountsDeps, 'db' | 'platformAccounts'>,
  id: string,
): Promise<Result<Connector>> {
  const row = await findConnector(deps.db, id);
  return row ? ok(connectorOf(deps, row)) : noSuchConnector(id);
}

/** By name. */
export async function listConnectors(
  deps: Pick<AccountsDeps, 'db' | 'platformAccounts'>,
  { page, filter }: { page: PageRequest; filter: ConnectorFilter },
): Promise<Result<PageOf<Connector>>> {
  const place = readCursor(page.cursor, ['text', 'id']);
  if (!place.ok) return place;
  const [name, id] = place.value ?? [];
  const rows = await searchConnectors(deps.db, {
    accountType: filter.accountType ?? null,
    state: filter.state ?? null,
    platforms: platformIds(deps),
    search: filter.search || null,
    after: name === undefined || id === undefined ? null : { name, id },
    limit: page.limit + 1,
  });
  const items = rows.slice(0, page.limit).map(row => connectorOf(deps, row));
  const last = items.at(-1);
  return ok({ items, nextCursor: rows.length > page.limit && last ? writeCursor([last.name, last.id]) : null });
}

/** How many connectors are in each state, and how many of these need attention. */
export async function countConnectors({
  db,
  ...deps
}: Pick<AccountsDeps, 'db' | 'platformAccounts'>): Promise<ConnectorCount[]> {
  return await countByState(db, platformIds(deps));
}

export async function addToAssetView(
  deps: AccountsDeps,
  { id, actor }: { id: string; actor: Actor },
): Promise<Result<Connector>> {
  return await putInAssetView(deps, { id, actor, inAssetView: true });
}

/** Remembered: "Use in AssetView" of a base account does not put the connector back. */
export async function removeFromAssetView(
  deps: AccountsDeps,
  { id, actor }: { id: string; actor: Actor },
): Promise<Result<Connector>> {
  return await putInAssetView(deps, { id, actor, inAssetView: false });
}

async function putInAssetView(
  deps: AccountsDeps,
  { id, actor, inAssetView }: { id: string; actor: Actor; inAssetView: boolean },
): Promise<Result<Connector>> {
  const at = deps.clock.now();
  const found = await inTransaction(deps.db, async tx => {
    if (!(await setInAssetView(tx, { id, inAssetView, at }))) return false;
    const action = inAssetView ? 'connector.added-to-asset-view' : 'connector.removed-from-asset-view';
    await appendAudit(tx, { at, actor, action, subject: `connector:${id}`, detail: {} });
    return true;
  });
  return found ? await getConnector(deps, id) : noSuchConnector(id);
}

function changed(before: ConnectorRow, change: ConnectorChange): ConnectorInput & { externalId: string } {
  return {
    name: change.name ?? before.name,
    description: change.description ?? before.description,
    accountType: before.accountType,
    roleArn: change.roleArn ?? before.roleArn,
    externalId: change.externalId ?? before.externalId,
    regions: change.regions === undefined ? before.regions : change.regions,
    pollingMinutes: change.pollingMinutes ?? before.pollingMinutes,
    apps: change.apps ?? appsOf(before),
    enabled: change.enabled ?? before.enabled,
    assetTags: change.assetTags ?? before.assetTags,
    tags: change.tags ?? before.tags,
  };
}

/** Since when somebody has it out of AssetView by hand. */
function removedAt(before: ConnectorRow, { inAssetView, at }: { inAssetView: boolean; at: Date }): Date | null {
  if (inAssetView) return null;
  return before.inAssetView ? at : before.assetViewRemovedAt;
}

function consequences(before: ConnectorRow, after: ConnectorSettings) {
  const anotherRole = after.roleArn !== before.roleArn;
  const anotherAccount = after.accountId !== before.accountId || after.partition !== before.partition;
  const readsOtherwise =
    anotherRole || after.externalId !== before.externalId || `${after.regions}` !== `${before.regions}`;
  const dueNow = after.enabled && (readsOtherwise || !before.enabled);
  return { anotherRole, anotherAccount, dueNow };
}

function connectorOf(deps: Pick<AccountsDeps, 'platformAccounts'>, row: ConnectorRow): Connector {
  const currentHub = hubOf(row.currentHubKind, row.currentHubAccountId);
  const target = targetHub(deps, row);
  const moving = isMoving(currentHub, target);
  const mayDiffer = moving || row.onEarlierCredentials;
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    accountType: row.accountType,
    roleArn: row.roleArn,
    externalId: row.externalId,
    accountId: row.accountId,
    regions: row.regions,
    pollingMinutes: row.pollingMinutes,
    apps: appsOf(row),
    enabled: row.enabled,
    assetTags: row.assetTags,
    tags: row.tags,
    state: row.state,
    currentHub,
    targetHub: target,
    moving,
    targetFault:
      mayDiffer && row.targetFault?.accountId === target?.accountId ? (row.targetFault?.fault ?? null) : null,
    lastCheck: row.lastCheck && readCheck(row.lastCheck),
    lastRun:
      row.lastRunId === null || row.lastRunState === null ? null : lastRunOf(row, row.lastRunId, row.lastRunState),
    lastCompleteAt: row.lastCompleteAt,
    nextRunAt: row.enabled ? row.nextRunAt : null,
    assets: row.assets,
    scopes: { total: row.scopesTotal, complete: row.scopesComplete },
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

function lastRunOf(row: ConnectorRow, id: string, state: string): Connector['lastRun'] {
  return {
    id,
    state,
    startedAt: row.lastRunStartedAt,
    finishedAt: row.lastRunFinishedAt,
    fault: row.lastRunFault,
  };
}

function hubOf(kind: Hub['kind'] | null, accountId: string | null): Hub | null {
  return kind === null || accountId === null ? null : { kind, accountId };
}

function appsOf({ inCloudView, inAssetView }: Pick<ConnectorSettings, 'inCloudView' | 'inAssetView'>): App[] {
  const apps: App[] = [];
  if (inCloudView) apps.push('cloud-view');
  if (inAssetView) apps.push('asset-view');
  return apps;
}

function auditFacts(settings: ConnectorSettings) {
  const { name, description, accountType, roleArn, externalId, regions, pollingMinutes, enabled } = settings;
  const { assetTags, tags } = settings;
  return {
    name,
    description,
    accountType,
    roleArn,
    externalId,
    regions,
    pollingMinutes,
    enabled,
    apps: appsOf(settings),
    assetTags,
    tags,
  };
}

async function duplicateRole({ db }: Pick<AccountsDeps, 'db'>, roleArn: string): Promise<Fault> {
  const existing = await findConnectorByRole(db, roleArn);
  return fault('duplicate-role-arn', `Connector "${existing?.name ?? 'another'}" reads this role already.`, {
    field: 'roleArn',
    ...(existing ? { subject: existing.id } : {}),
  });
}

export function noSuchConnector(id: string) {
  return failed(fault('not-found', `There is no connector ${id}.`, { subject: id }));
}

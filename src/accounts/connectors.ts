import type { AccountType } from '../domain/partition.ts';
import type { Result } from '../domain/result.ts';
import type { Actor } from '../store/audit.ts';
import type { AccountsDeps } from './deps.ts';
import type {
  Connector,
  ConnectorChange,
  ConnectorFilter,
  ConnectorInput,
  PageOf,
  PageRequest,
  RoleSetup,
} from './shapes.ts';

export async function createConnector(
  _deps: AccountsDeps,
  _request: { input: ConnectorInput; actor: Actor },
): Promise<Result<Connector>> {
  throw new Error('not written yet');
}

export async function changeConnector(
  _deps: AccountsDeps,
  _request: { id: string; change: ConnectorChange; actor: Actor },
): Promise<Result<Connector>> {
  throw new Error('not written yet');
}

/** `detach` keeps the assets that no other connector sees, without a connector; `delete` deletes those. */
export async function deleteConnector(
  _deps: AccountsDeps,
  _request: { id: string; assets: 'detach' | 'delete'; actor: Actor },
): Promise<Result<void>> {
  throw new Error('not written yet');
}

export async function getConnector(_deps: AccountsDeps, _id: string): Promise<Result<Connector>> {
  throw new Error('not written yet');
}

export async function listConnectors(
  _deps: AccountsDeps,
  _request: { page: PageRequest; filter: ConnectorFilter },
): Promise<Result<PageOf<Connector>>> {
  throw new Error('not written yet');
}

export async function addToAssetView(
  _deps: AccountsDeps,
  _request: { id: string; actor: Actor },
): Promise<Result<Connector>> {
  throw new Error('not written yet');
}

/** Remembered: "Use in AssetView" of a base account does not put the connector back. */
export async function removeFromAssetView(
  _deps: AccountsDeps,
  _request: { id: string; actor: Actor },
): Promise<Result<Connector>> {
  throw new Error('not written yet');
}

/** The role that this connector expects; `actions` are the IAM actions of the asset types to be read. */
export async function connectorRoleSetup(
  _deps: AccountsDeps,
  _request: { id: string; actions: readonly string[] },
): Promise<Result<RoleSetup>> {
  throw new Error('not written yet');
}

/** The role to make before the connector exists. */
export async function newRoleSetup(
  _deps: AccountsDeps,
  _request: {
    accountType: AccountType;
    externalId?: string | undefined;
    roleName?: string | undefined;
    actions: readonly string[];
  },
): Promise<Result<RoleSetup>> {
  throw new Error('not written yet');
}

import { LIMITS } from '../../domain/limits.ts';
import type { AccountType } from '../../domain/partition.ts';
import { type Readiness, readinessOf } from '../../domain/readiness.ts';
import { mapped, ok, type Result } from '../../domain/result.ts';
import { READ_ACTIONS } from '../../inventory/registry.ts';
import { type ConnectorLedger, readConnectorLedger } from '../../store/readiness.ts';
import { connectorRoleSetup } from '../connector-role.ts';
import { noSuchConnector } from '../connectors.ts';
import type { AccountsDeps } from '../deps.ts';
import { actionsToAdd, type PolicyChange, policyChange } from './policy-change.ts';
import { type Flawed, type Reason, reasonOfRun, reasonsOf } from './reasons.ts';

/** How fresh each scope of a connector is, why those that are not are not, and what mends that. */
export interface ConnectorReadiness {
  readonly connectorId: string;
  readonly at: Date;
  readonly totals: Readonly<Record<Readiness, number>>;
  /** By region and type. */
  readonly scopes: readonly ReadyScope[];
  readonly reasons: readonly Reason[];
  /** null where no change of the role's permissions policy helps, or none is needed. */
  readonly policyChange: PolicyChange | null;
}

export interface ReadyScope {
  readonly region: string;
  readonly assetType: string;
  readonly readiness: Readiness;
  /** When the last complete observation ended, and how many items it saw. */
  readonly completeAt: Date | null;
  readonly items: number;
  /** Which of the reasons it has; of a fresh one, why some details of its items could not be read. */
  readonly reason: number | null;
}

/** From the ledger alone; AWS is not asked. Fault: not-found. */
export async function connectorReadiness(
  deps: Pick<AccountsDeps, 'db' | 'clock' | 'platformAccounts' | 'emptyScopesEvery'>,
  connectorId: string,
): Promise<Result<ConnectorReadiness>> {
  const ledger = await readConnectorLedger(deps.db, connectorId);
  if (!ledger) return noSuchConnector(connectorId);
  const now = deps.clock.now();
  const { emptyScopesEvery = LIMITS.emptyScopesEveryDefault } = deps;
  const pace = { now, pollingMinutes: ledger.pollingMinutes, emptyScopesEvery };
  const judged = ledger.scopes.map(scope => ({ scope, readiness: readinessOf(scope, pace) }));
  const { reasons: ofScopes, reasonOf } = reasonsOf(judged.filter(isFlawed), ledger.scopes);
  const reasons = [...ofScopes, ...reasonsBeforeScopes(ledger)];
  const change = await changeFor(deps, { connectorId, accountType: ledger.accountType, reasons });
  return mapped(change, found => ({
    connectorId,
    at: now,
    totals: totalsOf(judged.map(({ readiness }) => readiness)),
    scopes: judged.map(({ scope, readiness }) => {
      const { region, assetType, completeAt, items } = scope;
      return { region, assetType, readiness, completeAt, items, reason: reasonOf.get(scope) ?? null };
    }),
    reasons,
    policyChange: found,
  }));
}

function isFlawed({ scope, readiness }: Flawed): boolean {
  return readiness !== 'fresh' || scope.fault !== null;
}

/** What the last run could not do besides observing scopes. */
function reasonsBeforeScopes({ scopes, runFault, regionsFault }: ConnectorLedger): Reason[] {
  const regions = regionsFault && reasonOfRun(regionsFault);
  return [
    // A ledger that has scopes has this fault beside each of them.
    ...(runFault && scopes.length === 0 ? [reasonOfRun(runFault)] : []),
    ...(regions
      ? [
          {
            ...regions,
            title: `The account’s regions are not known: ${regions.title}`,
            detail: `${regions.detail} Until then, the regions that every account of its type has are read.`,
          },
        ]
      : []),
  ];
}

async function changeFor(
  deps: Pick<AccountsDeps, 'db' | 'platformAccounts'>,
  { connectorId, accountType, reasons }: { connectorId: string; accountType: AccountType; reasons: readonly Reason[] },
): Promise<Result<PolicyChange | null>> {
  const { denied, alsoNeeded } = actionsToAdd(reasons);
  if (denied.length === 0) return ok(null);
  const actions = [...READ_ACTIONS, ...denied];
  const setup = await connectorRoleSetup(deps, { id: connectorId, actions });
  return mapped(setup, role => policyChange({ denied, alsoNeeded }, { accountType, setup: role }));
}

function totalsOf(all: readonly Readiness[]): Record<Readiness, number> {
  const totals = noScopes();
  for (const readiness of all) totals[readiness] += 1;
  return totals;
}

export function noScopes(): Record<Readiness, number> {
  return {
    fresh: 0,
    stale: 0,
    denied: 0,
    throttled: 0,
    'timed-out': 0,
    failed: 0,
    'region-disabled': 0,
    'not-observed': 0,
    'not-applicable': 0,
  };
}

import type { HubIdentity } from '../aws/credentials.ts';
import { fault } from '../domain/faults.ts';
import { factsOfAccountType } from '../domain/partition.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { Actor } from '../store/audit.ts';
import { type BaseAccountRow, findBaseAccount, findBaseAccountOfType } from '../store/base-accounts.ts';
import { findLastRetired, type IdentityRow } from '../store/hubs.ts';
import { baseAccountExists, noSuchBaseAccount } from './base-accounts.ts';
import { changedCredentials, credentialsOf, type GivenCredentials } from './base-credentials.ts';
import type { AccountsDeps } from './deps.ts';
import type { HubsAfter } from './facts-after.ts';
import { usableNow } from './hubs.ts';
import { takeImpact } from './impact.ts';
import { proveCredentials } from './proof.ts';
import { nothingToRollBack } from './roll-back.ts';
import type { BaseAccountChange, BaseAccountInput, Impact, ImpactChange } from './shapes.ts';
import { platformHub } from './ways.ts';

/**
 * What creating a base account would do to each connector of its type. The credentials are proved as at the creation and
 * used for the probes; nothing of them is kept. Faults: those of `createBaseAccount`.
 */
export async function previewBaseAccount(
  deps: AccountsDeps,
  { input, actor }: { input: BaseAccountInput; actor: Actor },
): Promise<Result<Impact>> {
  const credentials = credentialsOf(input);
  if (!credentials.ok) return credentials;
  const { accountType, cutover } = input;
  const existing = await findBaseAccountOfType(deps.db, accountType);
  if (existing) return failed(baseAccountExists(existing));
  const proof = await proveCredentials(deps, credentials.value);
  if (!proof.ok) return proof;
  const candidate = candidateOf(deps, credentials.value);
  const platform = platformHub(deps, accountType);
  const after: HubsAfter = {
    baseIdentity: rowOf(candidate, credentials.value),
    baseCutover: cutover,
    isDestroyed: () => false,
    targetBefore: platform && { hub: platform, identity: null },
  };
  return ok(await withCandidate(deps, { change: 'create', accountType, after, candidate, actor }));
}

/** What a change of a base account would do to each connector of its type. Faults: those of `changeBaseAccount`. */
export async function previewBaseAccountChange(
  deps: AccountsDeps,
  { id, change, actor }: { id: string; change: BaseAccountChange; actor: Actor },
): Promise<Result<Impact>> {
  const base = await findBaseAccount(deps.db, id);
  if (!base) return noSuchBaseAccount(id);
  const { accountType, identity: before } = base;
  if (change.accountType !== undefined && change.accountType !== accountType) {
    return failed(fault('account-type-fixed', `It is ${accountType}.`, { field: 'accountType' }));
  }
  const credentials = changedCredentials(change, base);
  if (!credentials.ok) return credentials;
  const given = credentials.value;
  const baseCutover = change.cutover ?? base.cutover;
  const unchanged = { ...asItIs(base), baseCutover };
  if (!given) return ok(await takeImpact(deps, { change: 'edit', accountType, after: unchanged, actor }));
  const proof = await proveCredentials(deps, given);
  if (!proof.ok) return proof;
  const candidate = candidateOf(deps, given);
  const isDestroyedNow = change.replaced === 'immediate';
  const hub = { kind: 'base-account', accountId: before.accountId } as const;
  const after: HubsAfter = {
    baseIdentity: rowOf(candidate, given),
    baseCutover,
    isDestroyed: ({ id: identityId }) => isDestroyedNow && identityId === before.id,
    targetBefore: isDestroyedNow ? null : { hub, identity: before },
  };
  return ok(await withCandidate(deps, { change: 'edit', accountType, after, candidate, actor }));
}

/**
 * What deleting a base account, rolling it back or cutting over at once would do to each connector of its type; for
 * `create`, what the move to it that is under way does. Faults: `not-found`, `nothing-to-roll-back`.
 */
export async function impactOf(
  deps: AccountsDeps,
  { id, change, actor }: { id: string; change: Exclude<ImpactChange, 'edit'>; actor: Actor },
): Promise<Result<Impact>> {
  const base = await findBaseAccount(deps.db, id);
  if (!base) return noSuchBaseAccount(id);
  const after = await hubsAfter(deps, { base, change });
  return after.ok
    ? ok(await takeImpact(deps, { change, accountType: base.accountType, after: after.value, actor }))
    : after;
}

async function hubsAfter(
  deps: AccountsDeps,
  { base, change }: { base: BaseAccountRow; change: Exclude<ImpactChange, 'edit'> },
): Promise<Result<HubsAfter>> {
  const unchanged = asItIs(base);
  switch (change) {
    case 'create':
      return ok(unchanged);
    case 'immediate-cutover':
      return ok({ ...unchanged, baseCutover: 'immediate' });
    case 'delete':
      return ok({ ...unchanged, baseIdentity: null, baseCutover: null, isDestroyed: () => true });
    case 'roll-back': {
      const retired = await findLastRetired(deps.db, base.id);
      if (!retired) return failed(nothingToRollBack(base));
      const hub = { kind: 'base-account', accountId: base.identity.accountId } as const;
      return ok({ ...unchanged, baseIdentity: retired, targetBefore: { hub, identity: base.identity } });
    }
  }
}

function asItIs({ identity, cutover }: BaseAccountRow): HubsAfter {
  return { baseIdentity: identity, baseCutover: cutover, isDestroyed: () => false, targetBefore: null };
}

function candidateOf(deps: Pick<AccountsDeps, 'ids'>, given: GivenCredentials): HubIdentity {
  return {
    id: `new:${deps.ids.uuid()}`,
    hub: { kind: 'base-account', accountId: given.accountId },
    facts: factsOfAccountType(given.accountType),
    credentials: usableNow(given.credentials),
  };
}

function rowOf({ id }: HubIdentity, { accountId, credentials }: GivenCredentials): IdentityRow {
  return { id, accountId, credentials };
}

/** The way to AWS remembers clients by identity; one that was only tried must not stay there with its secret. */
async function withCandidate(
  deps: AccountsDeps,
  planned: Parameters<typeof takeImpact>[1] & { candidate: HubIdentity },
): Promise<Impact> {
  try {
    return await takeImpact(deps, planned);
  } finally {
    deps.aws.stsClients.delete(planned.candidate.id);
    deps.aws.provenHubs.delete(planned.candidate.id);
    deps.aws.keylessHubs.delete(planned.candidate.id);
  }
}

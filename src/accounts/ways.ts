import type { HubIdentity } from '../aws/credentials.ts';
import { type Hub, sameHub } from '../domain/hub.ts';
import type { AccountType } from '../domain/partition.ts';
import type { HubFacts, IdentityRow } from '../store/hubs.ts';
import type { AccountsDeps } from './deps.ts';
import { earlierHubLimit } from './findings.ts';
import { identityInBaseAccount, platformIdentity } from './hubs.ts';

/**
 * Through what a connector may be reached, in the order in which it is tried. Runs and checks follow this (reach.ts), and
 * so does the preview of a change, with the facts as they would be after it (impact.ts): so they cannot disagree.
 */
export interface Ways {
  /** What it is to be reached through; null when there is nothing. */
  readonly target: HubIdentity | null;
  /** What it ran through before, as far as it is something else, is still there, and may still be used. */
  readonly fallbacks: readonly Fallback[];
}

export interface Fallback {
  /** `current`: what its last successful assumption went through; `earlier`: the hub before that. */
  readonly role: 'current' | 'earlier';
  readonly identity: HubIdentity;
}

type WayFacts = Pick<
  HubFacts,
  | 'accountType'
  | 'baseCutover'
  | 'baseIdentity'
  | 'currentHub'
  | 'currentHubSince'
  | 'currentIdentity'
  | 'earlierHub'
  | 'earlierIdentity'
>;

/**
 * @param candidate credentials that are not saved: they are what the facts mean by an identity with this id
 *
 * The platform account that is configured now counts as the one before it: without a base account it would be the target,
 * so a base account must not keep a connector from it.
 */
export function waysOf(
  deps: Pick<AccountsDeps, 'db' | 'vault' | 'clock' | 'platformAccounts'>,
  facts: WayFacts,
  candidate?: HubIdentity,
): Ways {
  const { accountType, baseIdentity, currentHub, currentIdentity, earlierHub, earlierIdentity } = facts;
  const inBase = (identity: IdentityRow) =>
    identity.id === candidate?.id ? candidate : identityInBaseAccount(deps, { accountType, identity });
  const inHub = (hub: Hub | null, identity: IdentityRow | null) => {
    if (hub?.kind === 'platform-account') return platformIdentity(deps, accountType);
    return identity && identity.accountId === hub?.accountId ? inBase(identity) : null;
  };
  const target = baseIdentity ? inBase(baseIdentity) : platformIdentity(deps, accountType);
  if (!target || facts.baseCutover === 'immediate') return { target, fallbacks: [] };
  const current = inHub(currentHub, currentIdentity);
  const earlier = mayGoBack(facts, deps.clock.now()) ? inHub(earlierHub, earlierIdentity) : null;
  const fallbacks: Fallback[] = [];
  if (current && current.id !== target.id) fallbacks.push({ role: 'current', identity: current });
  if (earlier && earlier.id !== target.id && earlier.id !== current?.id) {
    fallbacks.push({ role: 'earlier', identity: earlier });
  }
  return { target, fallbacks };
}

/** The target hub that some facts mean, whether its credentials are there or not. */
export function targetHubOf(
  deps: Pick<AccountsDeps, 'platformAccounts'>,
  { accountType, baseIdentity }: Pick<HubFacts, 'accountType' | 'baseIdentity'>,
): Hub | null {
  if (baseIdentity) return { kind: 'base-account', accountId: baseIdentity.accountId };
  return platformHub(deps, accountType);
}

export function platformHub(
  { platformAccounts }: Pick<AccountsDeps, 'platformAccounts'>,
  accountType: AccountType,
): Hub | null {
  const platform = platformAccounts[accountType];
  return platform ? { kind: 'platform-account', accountId: platform.accountId } : null;
}

/**
 * For some days after a move. A connector that was never reached has no time at which it moved: the hub that its role was
 * made for stays a way to it until it is reached through another one.
 */
function mayGoBack({ currentHub, currentHubSince }: WayFacts, now: Date): boolean {
  return currentHub === null || (currentHubSince !== null && currentHubSince >= earlierHubLimit(now));
}

/** Whether the last successful assumption went through another hub. */
export function isElsewhere({ currentHub }: Pick<HubFacts, 'currentHub'>, { hub }: HubIdentity): boolean {
  return currentHub !== null && !sameHub(currentHub, hub);
}

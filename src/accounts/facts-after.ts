import type { Hub } from '../domain/hub.ts';
import type { HubFacts, IdentityRow } from '../store/hubs.ts';
import type { Cutover } from './shapes.ts';

/** What a change of hubs makes of a connector's facts; what the statements that carry the change out do to its row. */
export interface HubsAfter {
  readonly baseIdentity: IdentityRow | null;
  readonly baseCutover: Cutover | null;
  /** Whether an identity will be destroyed. */
  readonly isDestroyed: (identity: IdentityRow) => boolean;
  /** The target that the change replaces; null when it stays the target. */
  readonly targetBefore: { readonly hub: Hub; readonly identity: IdentityRow | null } | null;
}

export function factsAfter(
  facts: HubFacts,
  { baseIdentity, baseCutover, isDestroyed, targetBefore }: HubsAfter,
): HubFacts {
  const kept = (identity: IdentityRow | null) => (identity && !isDestroyed(identity) ? identity : null);
  const isNew = facts.currentHub === null && targetBefore !== null;
  return {
    ...facts,
    baseIdentity,
    baseCutover,
    currentIdentity: kept(facts.currentIdentity),
    earlierHub: isNew ? targetBefore.hub : facts.earlierHub,
    earlierIdentity: kept(isNew ? targetBefore.identity : facts.earlierIdentity),
  };
}

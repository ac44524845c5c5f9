import { type Hub, sameHub } from './hub.ts';

/**
 * Whether a connector's role lets its target hub in, by what was tried last:
 *
 * on-target  the connector is reached through its target hub, and the last answer to it was no refusal;
 * moving     it is reached through another hub, and the target has not been tried or has let it in since;
 * refused    the role refused the target hub when it was tried last, whichever hub the connector is reached through;
 * unknown    AWS gave no answer when the target was tried last, the connector was never reached, or it has no target.
 */
export const TRUST_STATES = ['on-target', 'moving', 'refused', 'unknown'] as const;

export type TrustState = (typeof TRUST_STATES)[number];

/** The SQL that counts and pages by state (`src/store/trust-states.ts`) has the same table; a test compares the two. */
export function trustStateOf({
  currentHub,
  targetHub,
  targetOutcome,
}: {
  currentHub: Hub | null;
  targetHub: Hub | null;
  /** The evidence of the target hub; null when it was never tried with this role and external ID. */
  targetOutcome: 'accepted' | 'refused' | 'unknown' | null;
}): TrustState {
  if (targetHub === null) return 'unknown';
  if (targetOutcome === 'refused') return 'refused';
  // Through the target, a try without an answer (throttled, timed out) takes back nothing that was proved before.
  if (sameHub(currentHub, targetHub)) return 'on-target';
  if (targetOutcome === 'accepted') return 'moving';
  return targetOutcome === null && currentHub !== null ? 'moving' : 'unknown';
}

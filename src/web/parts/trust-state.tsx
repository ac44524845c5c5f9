import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { TrustState } from '../../domain/trust-state.ts';

export const TRUST_STATE_WORDS = {
  'on-target': { type: 'success', label: 'On target', meaning: 'Reached through the target hub.' },
  moving: {
    type: 'in-progress',
    label: 'Moving',
    meaning: 'Reached through another hub; moves at its next run or check, if its role admits the target hub by then.',
  },
  refused: { type: 'error', label: 'Refused', meaning: 'The role refused the target hub when it was tried last.' },
  unknown: {
    type: 'pending',
    label: 'Unknown',
    meaning: 'AWS gave no answer when the target hub was tried last, or it was never tried.',
  },
} as const satisfies Record<TrustState, { type: StatusIndicatorProps.Type; label: string; meaning: string }>;

export function TrustStateMark({ state }: { state: TrustState }) {
  const { type, label } = TRUST_STATE_WORDS[state];
  return (
    <StatusIndicator wrapText={false} type={type}>
      {label}
    </StatusIndicator>
  );
}

/** What a role answered when a hub was tried. */
export function EvidenceMark({ outcome }: { outcome: 'accepted' | 'refused' | 'unknown' }) {
  const { type, label } = ANSWERS[outcome];
  return (
    <StatusIndicator wrapText={false} type={type}>
      {label}
    </StatusIndicator>
  );
}

const ANSWERS = {
  accepted: { type: 'success', label: 'Accepted' },
  refused: { type: 'error', label: 'Refused' },
  unknown: { type: 'warning', label: 'No answer' },
} as const;

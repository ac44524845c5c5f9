import Box from '@cloudscape-design/components/box';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { ReplyOf } from '../../../api/contract.ts';
import { READINESS, READINESS_LETTERS, type Readiness } from '../../../domain/readiness.ts';
import type { Tone } from '../../parts/heat-table.tsx';

export type ConnectorReadiness = ReplyOf<'connectorReadiness'>;
export type ReadyScope = ConnectorReadiness['scopes'][number];
export type Reason = ConnectorReadiness['reasons'][number];
export type Totals = Readonly<Partial<Record<Readiness, number>>>;

export const READINESS_WORDS = {
  fresh: { label: 'Fresh', tone: 'good', type: 'success' },
  stale: { label: 'Stale', tone: 'doubtful', type: 'warning' },
  denied: { label: 'Denied', tone: 'bad', type: 'error' },
  throttled: { label: 'Throttled', tone: 'doubtful', type: 'warning' },
  'timed-out': { label: 'Timed out', tone: 'doubtful', type: 'warning' },
  failed: { label: 'Failed', tone: 'bad', type: 'error' },
  'region-disabled': { label: 'Region disabled', tone: 'quiet', type: 'stopped' },
  'not-observed': { label: 'Not observed yet', tone: 'quiet', type: 'pending' },
  'not-applicable': { label: 'Not applicable', tone: 'quiet', type: 'stopped' },
} as const satisfies Record<Readiness, { label: string; tone: Tone; type: StatusIndicatorProps.Type }>;

export function ReadinessIndicator({ readiness }: { readiness: Readiness }) {
  const { type, label } = READINESS_WORDS[readiness];
  return (
    <StatusIndicator wrapText={false} type={type}>
      {label}
    </StatusIndicator>
  );
}

/** What the letters of a heat table mean, and how many scopes have each. */
export function Legend({ totals }: { totals: Totals }) {
  const shown = READINESS.flatMap(readiness => {
    const scopes = totals[readiness] ?? 0;
    return scopes > 0 ? [{ readiness, scopes }] : [];
  });
  return (
    <SpaceBetween direction="horizontal" size="m">
      {shown.map(({ readiness, scopes }) => (
        <span key={readiness} className="causeway-nowrap">
          <span className={`causeway-heat-key causeway-heat-${READINESS_WORDS[readiness].tone}`} aria-hidden="true">
            {READINESS_LETTERS[readiness]}
          </span>{' '}
          {READINESS_WORDS[readiness].label}: <Box variant="strong">{scopes.toLocaleString('en-US')}</Box>
        </span>
      ))}
    </SpaceBetween>
  );
}

/** "3m", "5h", "12d": an age where little room is. */
export function shortAge(ageMs: number): string {
  const minutes = Math.max(0, Math.floor(ageMs / 60_000));
  if (minutes < 60) return `${minutes}m`;
  return minutes < 2_880 ? `${Math.floor(minutes / 60)}h` : `${Math.floor(minutes / 1_440)}d`;
}

/** "31", "1.2k", "34k": a count where little room is. */
export function shortCount(count: number): string {
  if (count < 1_000) return String(count);
  return count < 10_000 ? `${(count / 1_000).toFixed(1)}k` : `${Math.round(count / 1_000)}k`;
}

export function scopesIn(totals: Totals): number {
  return READINESS.reduce((sum, readiness) => sum + (totals[readiness] ?? 0), 0);
}

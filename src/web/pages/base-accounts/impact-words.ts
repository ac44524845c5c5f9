import type { ReplyOf } from '../../../api/contract.ts';
import { hubInWords, sameHub } from '../../../domain/hub.ts';

export type Impact = ReplyOf<'impactOfBaseAccount'>;
export type ConnectorImpact = Impact['connectors'][number];
export type ImpactOutcome = ConnectorImpact['outcome'];

/** What a change does to a connector, the worst first. */
export const IMPACT_OUTCOMES = {
  breaks: { type: 'error', label: 'Stops working' },
  unknown: { type: 'warning', label: 'Unknown' },
  moves: { type: 'success', label: 'Moves' },
  stays: { type: 'info', label: 'Stays' },
} as const satisfies Record<ImpactOutcome, { type: string; label: string }>;

export const OUTCOME_ORDER = ['breaks', 'unknown', 'moves', 'stays'] as const satisfies readonly ImpactOutcome[];

/** What the change means for one connector, in a sentence. */
export function impactInWords({ outcome, worksNow, hubNow, hubAfter, fault }: ConnectorImpact): string {
  const now = hubNow ? hubInWords(hubNow) : 'no hub';
  const after = hubAfter ? hubInWords(hubAfter) : 'no hub';
  switch (outcome) {
    case 'moves':
      if (!worksNow) return `It does not work now and will work through ${after}.`;
      return sameHub(hubNow, hubAfter)
        ? `It goes on through ${now}, with other credentials.`
        : `It works through ${now} now and will work through ${after}.`;
    case 'stays':
      if (!worksNow) return 'It does not work now, and that stays so.';
      return fault
        ? `It goes on through ${now}; its role does not let the target hub in yet.`
        : `It goes on through ${now}.`;
    case 'breaks':
      return hubAfter
        ? `It works through ${now} now and will not work through ${after}.`
        : `It works through ${now} now; afterwards there is no hub for it.`;
    case 'unknown':
      if (!hubAfter) return 'There is no hub for it afterwards.';
      return hubNow
        ? `AWS gave no answer when ${after} was tried.`
        : `It has never run, and ${after} may not assume its role now.`;
  }
}

/** "3 of 12 connectors stop working", or the best that can be said. */
export function headlineOf({ totals, connectors: { length } }: Pick<Impact, 'totals' | 'connectors'>): string {
  if (length === 0) return 'No connector is affected';
  const of = `of ${length} connector${length === 1 ? '' : 's'}`;
  if (totals.breaks > 0) return `${totals.breaks} ${of} would stop working`;
  if (totals.unknown > 0)
    return `None is known to stop working, but ${totals.unknown} ${of} ${totals.unknown === 1 ? 'is' : 'are'} unknown`;
  return 'No connector would stop working';
}

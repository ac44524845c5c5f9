import { describe, expect, it } from 'vitest';
import { type ConnectorImpact, headlineOf, type Impact, impactInWords } from './impact-words.ts';

const base = { kind: 'base-account', accountId: '111111111111' } as const;
const platform = { kind: 'platform-account', accountId: '999999999999' } as const;
const impact: ConnectorImpact = {
  connectorId: '7b7f0c39-4b0f-4ea5-8f0e-2f6f1f1f1f1f',
  name: 'Production',
  accountId: '222222222222',
  roleArn: 'arn:aws:iam::222222222222:role/Reader',
  outcome: 'moves',
  mayBreak: false,
  worksNow: true,
  hubNow: base,
  hubAfter: platform,
  trustPolicy: {},
};

describe('the words for one connector', () => {
  it('never say that one works now which does not', () => {
    expect(impactInWords(impact)).toBe(
      'It works through base account 111111111111 now and will work through platform account 999999999999.',
    );
    expect(impactInWords({ ...impact, worksNow: false })).toContain('It does not work now');
    expect(impactInWords({ ...impact, worksNow: false, outcome: 'stays' })).toContain('does not work now');
  });

  it('tell a connector that has never run from one about which AWS gave no answer', () => {
    const unknown = { ...impact, outcome: 'unknown', worksNow: false } as const;
    expect(impactInWords({ ...unknown, hubNow: null })).toContain('It has never run');
    expect(impactInWords(unknown)).toContain('AWS gave no answer');
  });

  it('say where there is no hub afterwards', () => {
    expect(impactInWords({ ...impact, outcome: 'breaks', hubAfter: null })).toContain('there is no hub for it');
    expect(impactInWords({ ...impact, outcome: 'unknown', hubAfter: null })).toContain('There is no hub for it');
  });
});

describe('the headline', () => {
  it('names what stops working first, and never calls the unknown fine', () => {
    expect(headline({ breaks: 1, unknown: 1 })).toBe('1 of 3 connectors would stop working');
    expect(headline({ unknown: 1 })).toBe('None is known to stop working, but 1 of 3 connectors is unknown');
    expect(headline({})).toBe('No connector would stop working');
  });
});

function headline(totals: Partial<Impact['totals']>): string {
  return headlineOf({
    totals: { moves: 0, stays: 0, breaks: 0, unknown: 0, ...totals },
    connectors: [impact, impact, impact],
  });
}

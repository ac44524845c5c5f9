import { describe, expect, it } from 'vitest';
import { nextSteps, percentOf } from './next-steps.ts';

const targetHub = { kind: 'base-account', accountId: '111111111111' } as const;
const none = { onTarget: 0, moving: 0, refused: 0, unknown: 0 };

describe('what to do next in a migration', () => {
  it('nothing, once every connector is on target', () => {
    const { type, header } = nextSteps({ targetHub, totals: { ...none, onTarget: 1_200 } });
    expect({ type, header }).toEqual({ type: 'success', header: 'All 1,200 connectors are on target' });
  });

  it('makes a base account first where there is no hub', () => {
    const { type, steps } = nextSteps({ targetHub: null, totals: { ...none, unknown: 2 } });
    expect(type).toBe('error');
    expect(steps).toEqual([expect.stringContaining('Create a base account')]);
  });

  it('edits roles that refuse, then lets the others be tried, then checks again', () => {
    const { type, header, steps } = nextSteps({
      targetHub,
      totals: { onTarget: 9, moving: 2, refused: 1, unknown: 1 },
    });
    expect({ type, header }).toEqual({ type: 'warning', header: '4 of 13 connectors are not on target yet' });
    expect(steps).toEqual([
      expect.stringMatching(/^1 role does not let base account 111111111111 in\. Download the edits/),
      expect.stringMatching(/^2 connectors have not tried base account 111111111111/),
      expect.stringMatching(/^Of 1 nothing is known/),
      expect.stringMatching(/^After every edit: Re-check all/),
    ]);
  });

  it('warns of nothing while connectors only wait for their next run', () => {
    const { type, steps } = nextSteps({ targetHub, totals: { ...none, onTarget: 1, moving: 1 } });
    expect(type).toBe('info');
    expect(steps[0]).toMatch(/^1 connector has not tried/);
  });

  it('says only that there are none where there are no connectors', () => {
    expect(nextSteps({ targetHub, totals: none })).toMatchObject({ type: 'info', steps: [] });
  });
});

it('is at 100 percent only when nothing is left', () => {
  expect(percentOf(9_999, 10_000)).toBe(99);
  expect(percentOf(10_000, 10_000)).toBe(100);
  expect(percentOf(0, 0)).toBe(0);
});

import { expect, test } from 'vitest';
import { FAULT_CODES, type FaultCode, fault } from '../domain/faults.ts';
import { isScopeOutcome, outcomeOfFault, stateOfOutcomes } from './outcome.ts';

test.each<[FaultCode, string]>([
  ['access-denied', 'denied'],
  ['denied-by-scp', 'denied'],
  ['aws-throttled', 'throttled'],
  ['region-disabled', 'region-disabled'],
  ['not-subscribed', 'not-applicable'],
  ['aws-timeout', 'timed-out'],
  ['run-abandoned', 'timed-out'],
  ['incomplete-answer', 'failed'],
  ['too-many-pages', 'failed'],
  ['aws-unreachable', 'failed'],
  ['expired-credentials', 'failed'],
])('a listing that broke off with %s ends as %s', (code, outcome) => {
  expect(outcomeOfFault(fault(code, ''))).toBe(outcome);
});

test('no fault makes a scope complete, and each makes it one of the outcomes', () => {
  for (const code of FAULT_CODES) {
    const outcome = outcomeOfFault(fault(code, ''));
    expect(isScopeOutcome(outcome)).toBe(true);
    expect(outcome).not.toBe('complete');
  }
});

test('a run is ok only if nothing that could be observed was missed', () => {
  expect(stateOfOutcomes(['complete', 'complete', 'not-applicable'])).toBe('ok');
  expect(stateOfOutcomes(['complete', 'denied'])).toBe('problems');
  expect(stateOfOutcomes(['complete', 'region-disabled'])).toBe('problems');
});

import { expect, it } from 'vitest';
import { trustStateOf } from './trust-state.ts';

const target = { kind: 'base-account', accountId: '111111111111' } as const;
const other = { kind: 'platform-account', accountId: '999900000001' } as const;

it.each([
  ['reached through the target, which let it in', target, 'accepted', 'on-target'],
  ['reached through the target, which gave no answer last', target, 'unknown', 'on-target'],
  ['reached through the target before evidence was kept', target, null, 'on-target'],
  ['reached through the target, which is refused now', target, 'refused', 'refused'],
  ['reached through another hub, target not tried', other, null, 'moving'],
  ['reached through another hub, target let it in when it was tried', other, 'accepted', 'moving'],
  ['reached through another hub, target refused', other, 'refused', 'refused'],
  ['reached through another hub, target gave no answer', other, 'unknown', 'unknown'],
  ['never reached, target not tried', null, null, 'unknown'],
  ['never reached, target let it in when it was tried', null, 'accepted', 'moving'],
  ['never reached, target refused', null, 'refused', 'refused'],
  ['never reached, target gave no answer', null, 'unknown', 'unknown'],
] as const)('a connector that is %s', (_claim, currentHub, targetOutcome, state) => {
  expect(trustStateOf({ currentHub, targetHub: target, targetOutcome })).toBe(state);
});

it('a connector without a target is unknown, whatever it ran through', () => {
  expect(trustStateOf({ currentHub: other, targetHub: null, targetOutcome: null })).toBe('unknown');
});

import { expect, it } from 'vitest';
import { ROTATION_STEPS, type Rotation, stateOfStep } from './rotation-words.ts';

it('shows what is done, where a rotation is, and what is to do', () => {
  expect(states('running', 'prove')).toEqual(['done', 'done', 'now', 'later', 'later', 'later']);
  expect(states('blocked', 'look')).toEqual(['blocked', 'later', 'later', 'later', 'later', 'later']);
  expect(states('abandoned', 'create')).toEqual(['done', 'stopped', 'later', 'later', 'later', 'later']);
  expect(new Set(states('done', 'delete'))).toEqual(new Set(['done']));
});

function states(state: Rotation['state'], step: Rotation['step']) {
  return ROTATION_STEPS.map(row => stateOfStep(row.step, { state, step }));
}

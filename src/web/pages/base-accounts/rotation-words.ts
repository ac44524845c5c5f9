import type { ReplyOf } from '../../../api/contract.ts';

export type Rotation = ReplyOf<'getKeyRotation'>;
export type RotationStep = Rotation['step'];

/** The steps in their order, and what each does. */
export const ROTATION_STEPS = [
  { step: 'look', does: 'Look which keys the IAM user has' },
  { step: 'create', does: 'Create a second key' },
  { step: 'prove', does: 'Prove that the new key works' },
  { step: 'switch', does: 'Use the new key from now on' },
  { step: 'deactivate', does: 'Deactivate the old key in AWS' },
  { step: 'delete', does: 'Delete the old key in AWS' },
] as const satisfies readonly { step: RotationStep; does: string }[];

type StepState = 'done' | 'now' | 'blocked' | 'stopped' | 'later';

/** How a step stands in a rotation. */
export function stateOfStep(step: RotationStep, { state, step: at }: Pick<Rotation, 'state' | 'step'>): StepState {
  const distance = placeOf(step) - placeOf(at);
  if (state === 'done' || distance < 0) return 'done';
  if (distance > 0) return 'later';
  return ({ running: 'now', blocked: 'blocked', abandoned: 'stopped' } as const)[state];
}

function placeOf(wanted: RotationStep): number {
  return ROTATION_STEPS.findIndex(({ step }) => step === wanted);
}

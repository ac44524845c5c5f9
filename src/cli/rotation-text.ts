import type { ReplyOf } from '../api/contract.ts';
import { facts, time } from './text.ts';

type Rotation = ReplyOf<'getKeyRotation'>;

export function rotationText(rotation: Rotation): string {
  const { state, step, oldKeyIdEnding, newKeyIdEnding, unknownKeyIdEnding, fault, finishedAt } = rotation;
  return facts([
    ['State', `${state}, at step "${step}": ${STEPS[step]}`],
    ['Old key', `…${oldKeyIdEnding}`],
    ['New key', newKeyIdEnding === null ? null : `…${newKeyIdEnding}`],
    ...(unknownKeyIdEnding === null ? [] : [['Unknown key', `…${unknownKeyIdEnding}`] as const]),
    ['Asked for by', rotation.requestedBy],
    ['Began', time(rotation.startedAt)],
    ['Ended', time(finishedAt)],
    ...(fault
      ? ([
          ['Fault', `${fault.title}: ${fault.detail}`],
          ['What to do', fault.remedy],
        ] as const)
      : []),
    ...(state === 'blocked' ? [['Then', whatThen(unknownKeyIdEnding)] as const] : []),
  ]);
}

const STEPS: Readonly<Record<Rotation['step'], string>> = {
  look: 'which keys the user has',
  create: 'make a new key',
  prove: 'prove the new key until AWS knows it everywhere',
  switch: 'use the new key',
  deactivate: 'switch the old key off',
  delete: 'delete the old key',
};

function whatThen(unknownKeyIdEnding: string | null): string {
  const decide = 'causeway base-accounts rotation-decide BASE-ACCOUNT';
  const unknown = unknownKeyIdEnding === null ? '' : `, ${decide} --delete-unknown-key ${unknownKeyIdEnding}`;
  return `${decide} --retry${unknown}, or --abandon`;
}

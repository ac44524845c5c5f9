import { fault } from '../../domain/faults.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import type { RotationProgress, RotationRow } from '../../store/key-rotations.ts';
import { keyIdEnding } from '../base-credentials.ts';

/** What somebody decides about a blocked rotation. */
export type RotationDecision =
  | { readonly action: 'retry' }
  | { readonly action: 'abandon' }
  /** The last four characters of the key's ID, so that it is the one that somebody looked at. */
  | { readonly action: 'delete-unknown-key'; readonly keyIdEnding: string };

/** How the rotation goes on by a decision. Faults: rotation-not-blocked, invalid-field. */
export function decided(rotation: RotationRow, decision: RotationDecision, at: Date): Result<RotationProgress> {
  if (rotation.state !== 'blocked') {
    return failed(fault('rotation-not-blocked', `The rotation is ${rotation.state}.`));
  }
  const again = { ...rotation, state: 'running', stepSince: at } as const;
  switch (decision.action) {
    case 'retry':
      return ok({ ...again, fault: null });
    case 'abandon': {
      const isInUse = rotation.step === 'deactivate' || rotation.step === 'delete';
      if (!isInUse) return ok({ ...again, aim: 'abandon' });
      const why = `The new key is in use already; only the old key …${keyIdEnding(rotation.oldKeyId)} is left to be removed.`;
      const remedy = 'Mend what is named and try again, or delete the old key in IAM and try again.';
      return failed(fault('rotation-not-blocked', why, { remedy }));
    }
    case 'delete-unknown-key': {
      const { unknownKeyId } = rotation;
      if (unknownKeyId === null || rotation.aim === 'abandon') {
        return failed(fault('rotation-not-blocked', 'No unknown key is in the way of the rotation.'));
      }
      if (keyIdEnding(unknownKeyId) !== decision.keyIdEnding) {
        const why = `The unknown key ends in ${keyIdEnding(unknownKeyId)}, not in ${decision.keyIdEnding}.`;
        return failed(fault('invalid-field', why, { field: 'keyIdEnding' }));
      }
      return ok({ ...again, step: 'look', doomedKeyId: unknownKeyId, fault: null });
    }
  }
}

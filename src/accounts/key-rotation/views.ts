import { type Fault, fault } from '../../domain/faults.ts';
import { LIMITS } from '../../domain/limits.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import { listLatestRotations, type RotationRow } from '../../store/key-rotations.ts';
import { keyIdEnding } from '../base-credentials.ts';
import type { AccountsDeps } from '../deps.ts';

/** A rotation as people see it: of keys only the last characters. */
export interface KeyRotation {
  readonly id: string;
  readonly baseAccountId: string;
  readonly state: RotationRow['state'];
  readonly step: RotationRow['step'];
  readonly oldKeyIdEnding: string;
  readonly newKeyIdEnding: string | null;
  readonly unknownKeyIdEnding: string | null;
  readonly fault: Fault | null;
  readonly requestedBy: string;
  readonly startedAt: Date;
  readonly updatedAt: Date;
  readonly finishedAt: Date | null;
}

/** The latest rotation of a base account. */
export async function getKeyRotation(
  { db }: Pick<AccountsDeps, 'db'>,
  baseAccountId: string,
): Promise<Result<KeyRotation>> {
  const [row] = await listLatestRotations(db, [baseAccountId]);
  if (row) return ok(rotationOf(row));
  return failed(fault('not-found', `Base account ${baseAccountId} has no key rotation.`, { subject: baseAccountId }));
}

/** Of each base account the rotation that is to be shown with it: one that is not over, or ended lately. */
export async function shownRotations(
  { db, clock }: Pick<AccountsDeps, 'db' | 'clock'>,
  baseAccountIds: readonly string[],
): Promise<ReadonlyMap<string, KeyRotation>> {
  const since = clock.now().getTime() - LIMITS.rotationShownDays * 86_400_000;
  const rows = await listLatestRotations(db, baseAccountIds);
  const shown = rows.filter(({ finishedAt }) => finishedAt === null || finishedAt.getTime() >= since);
  return new Map(shown.map(row => [row.baseAccountId, rotationOf(row)]));
}

export function rotationOf(row: RotationRow): KeyRotation {
  const { id, baseAccountId, state, step, fault: why, requestedBy, startedAt, updatedAt, finishedAt } = row;
  return {
    id,
    baseAccountId,
    state,
    step,
    oldKeyIdEnding: keyIdEnding(row.oldKeyId),
    newKeyIdEnding: row.newKeyId && keyIdEnding(row.newKeyId),
    unknownKeyIdEnding: row.unknownKeyId && keyIdEnding(row.unknownKeyId),
    fault: why,
    requestedBy,
    startedAt,
    updatedAt,
    finishedAt,
  };
}

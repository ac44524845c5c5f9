import { getKeyRotation, type KeyRotation } from '../../accounts/key-rotation/views.ts';
import { mapped } from '../../domain/result.ts';
import { decideKeyRotation, startKeyRotation } from '../../jobs/request-rotation.ts';
import type { RequestRunDeps } from '../../jobs/request-run.ts';
import { wireFault } from '../fault-reply.ts';
import type { Handlers, WireOf } from '../routes.ts';

export function keyRotationRoutes(
  deps: RequestRunDeps,
): Pick<Handlers, 'startKeyRotation' | 'getKeyRotation' | 'decideKeyRotation'> {
  return {
    async startKeyRotation({ params: { id } }, { actor }) {
      return mapped(await startKeyRotation(deps, { baseAccountId: id, actor }), wireRotation);
    },
    async getKeyRotation({ params: { id } }) {
      return mapped(await getKeyRotation(deps, id), wireRotation);
    },
    async decideKeyRotation({ params: { id }, body }, { actor }) {
      return mapped(await decideKeyRotation(deps, { baseAccountId: id, decision: body, actor }), wireRotation);
    },
  };
}

export function wireRotation(rotation: KeyRotation): WireOf<'getKeyRotation'> {
  const { fault, startedAt, updatedAt, finishedAt } = rotation;
  return {
    ...rotation,
    fault: fault && wireFault(fault),
    startedAt: startedAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
  };
}

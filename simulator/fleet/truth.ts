import { type Fleet, scopeOf } from './fleet.ts';
import { instanceIdOf } from './instance-fields.ts';
import { slotOf } from './slot.ts';

/** An instance as it would be listed. */
export interface TrueInstance {
  instanceId: string;
  /** Listed still, for this epoch only. */
  terminated: boolean;
}

/**
 * What DescribeInstances lists of a region of an account in an epoch, in its order, without making the instances: to compare
 * an inventory with. A million in a second or two.
 */
export function truthOf(
  fleet: Fleet,
  { accountId, region, epoch }: { accountId: string; region: string; epoch: number },
): TrueInstance[] {
  const scope = scopeOf(fleet, { accountId, region });
  return Array.from({ length: scope?.size ?? 0 }, (_, number) => {
    // There is a scope where there are instances.
    const slot = slotOf(scope!, number, epoch);
    return { instanceId: instanceIdOf(slot), terminated: slot.state === 'terminated' };
  });
}

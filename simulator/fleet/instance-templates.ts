import { resourceId } from '../world/aws-ids.ts';
import { makeInstance } from '../world/instance.ts';
import { inTransition, stopped, terminated } from '../world/instance-state.ts';
import { makeNetwork } from '../world/network.ts';
import { createPrng, type Prng } from '../world/prng.ts';
import type { SimulatedInstance } from '../world/world.ts';
import { EXAMPLE, fieldsOf, type InstanceFilling } from './instance-fields.ts';
import { asFleetNetwork } from './network.ts';
import type { Slot } from './slot.ts';
import { compileTemplate, type Template } from './template.ts';

/** Different instances that a region's fleets are made of; a slot always has the same one. */
export const EXAMPLES = 100;

/** The templates of one example, by the state that a slot is in. */
export type InstanceTemplates = Readonly<Record<Slot['state'], Template<InstanceFilling>>>;

/** The templates of a region with how many addresses of each subnet they use. `encode` gives an instance's text. */
export function instanceTemplates(
  region: string,
  encode: (instance: SimulatedInstance) => string,
): InstanceTemplates[] {
  const prng = createPrng(0, `fleet/examples/${region}`);
  const account = { id: EXAMPLE.accountId, partition: 'aws' } as const;
  const network = makeNetwork({ prng, account, region, instances: 1 });
  const examples = Array.from({ length: EXAMPLES }, () => {
    const instance = makeInstance({
      prng,
      network,
      reservationId: resourceId(prng, 'r'),
      launchIndex: 0,
      launchedAt: new Date(EXAMPLE.launchedAt),
    });
    return statesOf(prng, { ...instance, Tags: exampleTags(instance) });
  });
  const ids = asFleetNetwork(network);
  const addressesUsed = ids.subnets.map(({ SubnetId = '' }) => network.used.get(SubnetId) ?? 0);
  return examples.map(states => {
    // The one that was made has all that the others have left.
    const values = fieldsOf(states.made, { network: ids, addressesUsed });
    const template = (instance: SimulatedInstance) => compileTemplate(encode(instance), values);
    return {
      'as-made': template(states['as-made']),
      changed: template(states.changed),
      terminated: template(states.terminated),
    };
  });
}

/** Most run at first, some are stopped, a few on their way; a change turns them on or off. */
function statesOf(prng: Prng, made: SimulatedInstance): Record<Slot['state'] | 'made', SimulatedInstance> {
  const at = new Date(EXAMPLE.stoppedAt);
  const off = stopped(made, at);
  const lot = prng.next();
  const first = lot < 0.82 ? made : lot < 0.98 ? off : inTransition(made, prng.pick(['pending', 'stopping']));
  const { terminatedAt: _, ...gone } = terminated(made, at);
  return { made, 'as-made': first, changed: first === made ? off : made, terminated: gone };
}

/** A number in its name, and a tag that changes. */
function exampleTags({ Tags = [] }: SimulatedInstance): NonNullable<SimulatedInstance['Tags']> {
  const named = Tags.map(tag =>
    tag.Key === 'Name' ? { ...tag, Value: tag.Value?.replace(/\d+$/, EXAMPLE.nameNumber) } : tag,
  );
  return [...named, { Key: 'Revision', Value: EXAMPLE.revision }];
}

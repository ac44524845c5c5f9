import type { SimulatedInstance } from '../world/world.ts';
import { epochOf, type FleetScope } from './fleet.ts';
import { type InstanceTemplates, instanceTemplates } from './instance-templates.ts';
import { renderSlot } from './page.ts';

/** Instances in order, an array or made when they are asked for. */
export type Instances = Pick<readonly SimulatedInstance[], 'length' | 'at'> & Iterable<SimulatedInstance>;

/** The instances of a scope in the epoch that it is; each is made anew whenever it is asked for. */
export function lazyInstances(scope: FleetScope, now: Date): Instances {
  const epoch = epochOf(scope.fleet, now);
  const at = (number: number): SimulatedInstance | undefined => {
    if (number < 0 || number >= scope.size) return undefined;
    const templates = jsonTemplates(scope.region);
    return JSON.parse(renderSlot(scope, { templates, number, epoch }));
  };
  return {
    length: scope.size,
    at,
    *[Symbol.iterator]() {
      for (let number = 0; number < scope.size; number += 1) {
        const instance = at(number);
        if (instance) yield instance;
      }
    },
  };
}

const templatesOfRegions = new Map<string, InstanceTemplates[]>();

function jsonTemplates(region: string): InstanceTemplates[] {
  const known = templatesOfRegions.get(region);
  if (known) return known;
  const made = instanceTemplates(region, instance => JSON.stringify(instance));
  templatesOfRegions.set(region, made);
  return made;
}

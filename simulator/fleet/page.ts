import { giveBack, takeBuffer } from '../wire/piece-buffers.ts';
import { isoTime } from './bytes.ts';
import type { FleetScope } from './fleet.ts';
import type { InstanceFilling } from './instance-fields.ts';
import { EXAMPLES, type InstanceTemplates } from './instance-templates.ts';
import { type FleetNetwork, networkAt, SLOTS_PER_NETWORK } from './network.ts';
import { slotOf } from './slot.ts';
import { fill } from './template.ts';

/**
 * The text of the instances from one slot up to another, in pieces. A piece is overwritten when the next one is asked for.
 */
export function* renderSlots({
  scope,
  templates,
  from,
  to,
  epoch,
}: {
  scope: FleetScope;
  templates: readonly InstanceTemplates[];
  from: number;
  to: number;
  epoch: number;
}): Iterable<Buffer> {
  const out = takeBuffer();
  try {
    let at = 0;
    const fillingOf = fillingsOf(scope, epoch);
    for (let number = from; number < to; number += 1) {
      const filling = fillingOf(number);
      const template = templates[number % EXAMPLES]?.[filling.slot.state];
      if (!template) continue;
      if (at + template.bytesMax > out.length) {
        yield out.subarray(0, at);
        at = 0;
      }
      at = fill(template, out, at, filling);
    }
    yield out.subarray(0, at);
  } finally {
    giveBack(out);
  }
}

/** The text of the instance in a slot. */
export function renderSlot(
  scope: FleetScope,
  { templates, number, epoch }: { templates: readonly InstanceTemplates[]; number: number; epoch: number },
): string {
  const [piece] = renderSlots({ scope, templates, from: number, to: number + 1, epoch });
  return piece?.toString() ?? '';
}

/** Looks up the network once for all instances in it. */
function fillingsOf(scope: FleetScope, epoch: number): (number: number) => InstanceFilling {
  let network: FleetNetwork | undefined;
  let networkNumber = -1;
  return number => {
    const wanted = Math.floor(number / SLOTS_PER_NETWORK);
    if (!network || wanted !== networkNumber) {
      network = networkAt(scope, wanted);
      networkNumber = wanted;
    }
    const slot = slotOf(scope, number, epoch);
    const round = Math.floor((number % SLOTS_PER_NETWORK) / EXAMPLES);
    return { slot, accountId: scope.accountId, network, round, launchedAt: isoTime(slot.launchedMs) };
  };
}

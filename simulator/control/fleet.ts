import { fault } from '../../src/domain/faults.ts';
import { epochOf, type Fleet } from '../fleet/fleet.ts';
import { truthOf } from '../fleet/truth.ts';
import { type ControlAnswer, type ControlCall, created, found, refused } from './answers.ts';

/** POST: begins the next epoch of the fleet. */
export function beginEpoch({ simulation: { world, clock } }: ControlCall): ControlAnswer {
  const { fleet } = world;
  if (!fleet) return noFleet();
  if (fleet.epochSeconds !== undefined) {
    return refused(fault('invalid-field', `The clock begins an epoch every ${fleet.epochSeconds} seconds.`));
  }
  fleet.steps.push(clock.now().toISOString());
  return created({ epoch: epochOf(fleet, clock.now()) });
}

/** GET: what EC2 lists of a fleet's account in a region; query `accountId`, `region`, and `epoch` (default: the present one). */
export function fleetTruth({ simulation: { world, clock }, request: { query } }: ControlCall): ControlAnswer {
  const { fleet } = world;
  if (!fleet) return noFleet();
  return found(truth(fleet, { query, now: clock.now() }));
}

function truth(fleet: Fleet, { query, now }: { query: URLSearchParams; now: Date }) {
  const epoch = Number(query.get('epoch') ?? epochOf(fleet, now));
  const place = { accountId: query.get('accountId') ?? '', region: query.get('region') ?? '', epoch };
  return { epoch, items: truthOf(fleet, place) };
}

function noFleet(): ControlAnswer {
  return refused(fault('not-found', 'This world has no fleet.'));
}

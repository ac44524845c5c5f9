import { type FleetScope, timeOf } from './fleet.ts';
import { mix } from './hash.ts';

/** What is in one place of a scope in one epoch. */
export interface Slot {
  /** Its place, from 0. */
  number: number;
  /** Two numbers of this instance alone: another instance in the same place has others. */
  hash: [number, number];
  state: 'as-made' | 'changed' | 'terminated';
  /** Milliseconds since 1970. */
  launchedMs: number;
  /** When it came into its state. */
  sinceMs: number;
  /** How often its tag was changed. */
  revision: number;
}

/** Instances are struck by changes in turn, so many of every thousand in an epoch: so a page of 1,000 has its exact share. */
const TURN = 1_000;

/** Without a common factor with the turn, so that neighbours are not struck together. */
const STRIDE = 387;

/**
 * What is in a place in an epoch, worked out from all changes that have struck it. Of these, 60 % stop or start the
 * instance, 25 % change a tag, and 15 % terminate it: it is listed as terminated for that epoch, and in the next one another
 * instance has its place.
 */
export function slotOf(scope: FleetScope, number: number, epoch: number): Slot {
  const { fleet, hash } = scope;
  const slot: Slot = { number, hash: [0, 0], state: 'as-made', launchedMs: 0, sinceMs: 0, revision: 0 };
  born(scope, slot, 0);
  slot.launchedMs = scope.startedMs - ((slot.hash[1] % LAUNCHED_SECONDS_MAX) + RAN_SECONDS_MAX + 60) * 1_000;
  slot.sinceMs = slot.launchedMs + ((slot.hash[1] >>> 8) % RAN_SECONDS_MAX) * 1_000;
  const perTurn = fleet.changeRate * TURN;
  const turn = (number * STRIDE + (hash[0] % TURN)) % TURN;
  const strikes = Math.floor((turn + epoch * perTurn) / TURN);
  for (let strike = 1; strike <= strikes; strike += 1) {
    const at = Math.ceil((strike * TURN - turn) / perTurn);
    const lot = mix(slot.hash[0] + strike) % 100;
    if (lot >= 85) {
      slot.state = 'terminated';
      slot.sinceMs = timeOf(fleet, at);
      if (at === epoch) return slot;
      born(scope, slot, strike);
      slot.launchedMs = timeOf(fleet, at + 1);
      slot.sinceMs = slot.launchedMs;
    } else if (lot >= 60) {
      slot.revision += 1;
    } else {
      slot.state = slot.state === 'as-made' ? 'changed' : 'as-made';
      slot.sinceMs = timeOf(fleet, at);
    }
  }
  return slot;
}

/** Another instance begins in the place. */
function born({ hash }: FleetScope, slot: Slot, generation: number): void {
  slot.hash[0] = mix(hash[0] ^ mix(slot.number + Math.imul(generation, 0x9e3779b1)));
  slot.hash[1] = mix(hash[1] + mix(slot.hash[0] ^ slot.number));
  slot.state = 'as-made';
  slot.revision = 0;
}

/** How long before the fleet began its oldest instances were launched, about: three years. */
const LAUNCHED_SECONDS_MAX = 94_000_000;

/** How long those ran that were stopped before the fleet began, at most. */
const RAN_SECONDS_MAX = 80_000;

import type { Fleet, FleetShape } from '../fleet/fleet.ts';
import { FIRST_MEMBER_ID, generateWorld } from './generate.ts';
import { defaultRegions } from './regions.ts';
import type { World } from './world.ts';

export interface FleetPlan {
  seed: number;
  now: Date;
  /** Member accounts, besides the platform account. */
  accounts: number;
  /** A shape by name, or one of its own. */
  shape: FleetShapeName | FleetShape;
  /** Of the instances, the share that changes in an epoch; default 1 %. */
  changeRate?: number;
  /** Epochs follow the clock, so many seconds each; absent: the control API steps them. */
  epochSeconds?: number;
}

export const FLEET_SHAPES = {
  /** 1,000 instances in each of the 17 default regions. */
  uniform: { regions: defaultRegions('aws'), regionsActive: 17, instances: { min: 1_000, max: 1_000 }, skew: 0 },
  /** As most accounts are: 20 to 40 instances in each of three regions. */
  small: { regions: defaultRegions('aws'), regionsActive: 3, instances: { min: 20, max: 40 }, skew: 0 },
  /** As organisations are: a few accounts have most. */
  skewed: { regions: defaultRegions('aws'), regionsActive: 5, instances: { min: 100, max: 300 }, skew: 0.8 },
  /** Small accounts, and three with 500,000 instances in one region. */
  lopsided: {
    regions: defaultRegions('aws'),
    regionsActive: 3,
    instances: { min: 20, max: 40 },
    skew: 0,
    large: { accounts: 3, instances: 500_000 },
  },
} satisfies Record<string, FleetShape>;

export const FLEET_SHAPE_NAMES = ['uniform', 'small', 'skewed', 'lopsided'] as const satisfies FleetShapeName[];

export type FleetShapeName = keyof typeof FLEET_SHAPES;

/** A world as `generateWorld` makes it, but for the instances: they are of a fleet, and take no memory. */
export function generateFleet(plan: FleetPlan): World {
  const { seed, now, accounts, shape, changeRate = 0.01, epochSeconds } = plan;
  const world = generateWorld({ seed, now, accounts, instances: 0 });
  world.fleet = {
    seed,
    firstAccountId: FIRST_MEMBER_ID,
    accounts,
    shape: typeof shape === 'string' ? FLEET_SHAPES[shape] : shape,
    changeRate,
    startedAt: `${now.toISOString().slice(0, 19)}.000Z`,
    steps: [],
    ...(epochSeconds === undefined ? {} : { epochSeconds }),
  } satisfies Fleet;
  return world;
}

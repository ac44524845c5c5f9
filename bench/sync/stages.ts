import type { FleetPlan } from './simulated-fleet.ts';
import type { Phase, StagePlan } from './stage.ts';

/**
 * What is measured, the smallest and most telling first: a dense fleet, whose pages are full, shows what an instance costs;
 * a wide one, most of whose regions are empty, what an account and a call cost. In full it takes about 45 minutes on two idle
 * cores. The headline is of so many instances because a process that was just started compiles its code in the first second of
 * a first sync: of 68,000, which take Causeway six, that is a part; and so that a re-sync of it lasts three seconds.
 */
export function stagesOf({ quick, boto3 }: { quick: boolean; boto3: boolean }): StagePlan[] {
  const python = boto3 ? (['boto3'] as const) : [];
  const both = ['causeway', 'sdk'] as const;
  return quick
    ? [
        { ...dense(8), contestants: both, phases: TOLD },
        ...(boto3 ? [threeOf(dense(1, 4))] : []),
        { ...wide(100), contestants: both, phases: ALL },
        { ...wide(250), contestants: ['causeway'], phases: ALL },
        { ...wide(250, DISTANT), contestants: ['causeway'], phases: ['first', 'changed'] },
      ]
    : [
        { ...dense(8), contestants: both, phases: ROUNDS },
        { ...dense(4, REGIONS, DISTANT), contestants: both, phases: TOLD },
        fromNothing(),
        ...(boto3 ? [LOOP_BACK, DISTANT].map(distance => threeOf(dense(1, 4, distance))) : []),
        { ...wide(100), contestants: [...both, ...python], phases: TOLD },
        { ...wide(100, DISTANT), contestants: both, phases: TOLD },
        { ...wide(1_000), contestants: both, phases: TOLD },
        { ...wide(1_000, DISTANT), contestants: both, phases: ['first'] },
        { ...wide(10_000), contestants: ['causeway'], phases: TOLD },
        { ...wide(10_000, DISTANT), contestants: ['causeway'], phases: ['first'] },
        fromNothing(),
      ];
}

const ALL: readonly Phase[] = ['first', 'again', 'changed'];

/** Causeway's re-sync of a dense fleet lasts three seconds: one alone tells less. */
const ROUNDS: readonly Phase[] = [...ALL, 'changed', 'changed'];

/** Without the re-sync of which one with changes tells as much, for fleets that take minutes. */
const TOLD: readonly Phase[] = ['first', 'changed'];

/**
 * A first sync cannot be repeated within a stage, and a machine that others share is a fifth slower for minutes: the dense
 * fleet is observed from nothing twice more, far apart.
 */
function fromNothing(): StagePlan {
  return { ...dense(8), contestants: ['causeway', 'sdk'], phases: ['first'] };
}

function threeOf(fleet: FleetPlan & { name: string }): StagePlan {
  return { ...fleet, contestants: ['causeway', 'sdk', 'boto3'], phases: TOLD };
}

/** Regions that every account has without opting in. */
const REGIONS = 17;

interface Distance {
  readonly latencyMs: number;
  readonly tokenBuckets: boolean;
}

const LOOP_BACK: Distance = { latencyMs: 0, tokenBuckets: false };

/** As far as another continent, with AWS's request rates. */
const DISTANT: Distance = { latencyMs: 80, tokenBuckets: true };

function dense(accounts: number, activeRegions = REGIONS, distance = LOOP_BACK) {
  return { name: nameOf('dense', accounts, distance), accounts, activeRegions, instancesPerRegion: 1_000, ...distance };
}

function wide(accounts: number, distance = LOOP_BACK) {
  return { name: nameOf('fleet', accounts, distance), accounts, activeRegions: 3, instancesPerRegion: 20, ...distance };
}

function nameOf(kind: string, accounts: number, { latencyMs }: Distance): string {
  return `${kind} ${accounts.toLocaleString('en')}, ${latencyMs === 0 ? 'loop-back' : `${latencyMs} ms`}`;
}

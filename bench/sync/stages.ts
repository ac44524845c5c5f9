import type { Phase, StagePlan } from './stage.ts';

/**
 * What is measured, the smallest and most telling first: a dense fleet, whose pages are full, shows what an instance costs;
 * a wide one, most of whose regions are empty, what an account and a call cost.
 */
export function stagesOf({ quick, boto3 }: { quick: boolean; boto3: boolean }): StagePlan[] {
  const python = boto3 ? (['boto3'] as const) : [];
  const both = ['causeway', 'sdk'] as const;
  return quick
    ? [
        { ...dense(2), contestants: both, phases: ALL },
        ...(boto3 ? [{ ...dense(1, 4), contestants: [...both, ...python], phases: ALL }] : []),
        { ...wide(50), contestants: both, phases: ALL },
        { ...wide(250), contestants: ['causeway'], phases: ALL },
        { ...wide(250, DISTANT), contestants: ['causeway'], phases: ['first', 'changed'] },
      ]
    : [
        { ...dense(10), contestants: both, phases: [...ALL, 'changed', 'changed'] },
        { ...dense(10, REGIONS, DISTANT), contestants: both, phases: ALL },
        ...(boto3 ? [{ ...dense(1), contestants: [...both, ...python], phases: ALL }] : []),
        ...(boto3 ? [{ ...dense(1, REGIONS, DISTANT), contestants: [...both, ...python], phases: ALL }] : []),
        { ...wide(100), contestants: [...both, ...python], phases: ALL },
        { ...wide(100, DISTANT), contestants: [...both, ...python], phases: ALL },
        { ...wide(1_000), contestants: both, phases: ALL },
        { ...wide(1_000, DISTANT), contestants: both, phases: ALL },
        { ...wide(10_000), contestants: ['causeway'], phases: ALL },
        { ...wide(10_000, DISTANT), contestants: ['causeway'], phases: ['first', 'changed'] },
      ];
}

const ALL: readonly Phase[] = ['first', 'again', 'changed'];

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

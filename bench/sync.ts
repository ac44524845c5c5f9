import { LIMITS } from '../src/domain/limits.ts';
import type { Bench, Figures, Size } from './main.ts';
import { pythonWithBoto3 } from './sync/contestants.ts';
import { boundTerms, lowerBoundSeconds } from './sync/lower-bound.ts';
import { type Measurement, runStage, type StagePlan } from './sync/stage.ts';
import { stagesOf } from './sync/stages.ts';
import { headLine, lineOf, markdownTable } from './sync/table.ts';

const BARS = {
  firstSyncRatio: 5,
  resyncRatio: 18,
  resyncCpuRatio: 16,
  peakMb10k: 400,
  flat: 1.2,
  fleetOverBound: 1.3,
};

/**
 * Causeway's worker beside scripts that do the same with the AWS SDK and with boto3, on the same simulated AWS and
 * PostgreSQL. After each sync the instances and their tags are compared with the simulated world: no contestant is fast by
 * being wrong.
 */
export const bench: Bench = {
  name: 'sync',
  title: () => 'Causeway, an AWS SDK script and a boto3 script observe the same fleets',
  stageNames: size => plansOf(size, pythonWithBoto3() !== undefined).map(({ name }) => name),
  async run(size) {
    const python = pythonWithBoto3();
    say(
      python ? `boto3 ${python.version}${python.writes ? '' : '; no PostgreSQL driver, so it only reads'}` : 'no boto3',
    );
    say(headLine());
    const measured: Measurement[] = [];
    const bounds: Bound[] = [];
    for (const plan of plansOf(size, python !== undefined)) {
      const stage = await runStage(plan, one => say(lineOf(one)));
      measured.push(...stage);
      if (plan.tokenBuckets) bounds.push(boundOf(plan, stage));
    }
    for (const bound of bounds) say(boundLine(bound));
    const headline = headlineOf(measured, { bounds, quick: size.quick });
    return {
      headline,
      figures: headline,
      bars: size.only === undefined ? barsOf(headline) : [],
      details: { measured, bounds, ...(python ? { boto3: python } : {}) },
      markdown: [markdownTable(measured), '', ...bounds.map(bound => `${boundLine(bound)}\n`)].join('\n'),
    };
  },
};

function plansOf({ quick, only = '' }: Size, boto3: boolean): StagePlan[] {
  return stagesOf({ quick, boto3 }).filter(({ name }) => name.toLowerCase().includes(only));
}

interface Bound {
  readonly stage: string;
  readonly seconds: number;
  readonly boundSeconds: number;
  readonly callsInFlight: number;
  readonly terms: ReturnType<typeof boundTerms>;
}

/** Of the first sync by Causeway: nothing is left out of it. */
function boundOf(plan: StagePlan, stage: readonly Measurement[]): Bound {
  const [first] = pick(stage, { contestant: 'causeway', phase: 'first' });
  if (!first) throw new Error(`${plan.name} has no first sync by Causeway`);
  const callsInFlight = Math.min(LIMITS.awsCallsInFlight, LIMITS.runsInFlightPerWorker * LIMITS.scopesInFlightPerRun);
  const pagesPerRegion = Math.max(1, Math.ceil(plan.instancesPerRegion / LIMITS.pageItemsMax));
  const terms = boundTerms({ ...plan, calls: first.calls, callsInFlight, pagesPerRegion });
  return { stage: plan.name, seconds: first.seconds, boundSeconds: lowerBoundSeconds(terms), callsInFlight, terms };
}

function boundLine({ stage, seconds, boundSeconds, callsInFlight, terms }: Bound): string {
  const { stsSeconds, callsSeconds, chainSeconds, bucketSeconds } = terms;
  return `${stage}: ${seconds.toFixed(1)} s; lower bound ${boundSeconds.toFixed(1)} s, the largest of: STS's rate ${stsSeconds.toFixed(1)} s, calls × latency / ${callsInFlight} under way ${callsSeconds.toFixed(1)} s, longest chain ${chainSeconds.toFixed(1)} s, EC2's buckets ${bucketSeconds.toFixed(1)} s`;
}

function headlineOf(
  measured: readonly Measurement[],
  { bounds, quick }: { bounds: readonly Bound[]; quick: boolean },
): Record<string, number> {
  const dense = measured.filter(({ stage }) => stage === measured[0]?.stage);
  const speed = (phase: Measurement['phase']) =>
    ratio(dense, { phase, of: 'causeway', to: 'sdk', figure: one => one.instancesPerSecond });
  const fleet = measured.filter(
    ({ contestant, stage }) => contestant === 'causeway' && /^fleet .* loop-back$/.test(stage),
  );
  const largest = fleet.filter(({ accounts }) => accounts === Math.max(...fleet.map(one => one.accounts)));
  const peak = (of: readonly Measurement[]) => Math.round(Math.max(...of.map(one => one.peakMb)));
  const [bound] = bounds.slice(-1);
  const figures = {
    firstSyncRatio: round(speed('first')),
    resyncRatio: round(speed('changed')),
    resyncCpuRatio: round(ratio(dense, { phase: 'changed', of: 'sdk', to: 'causeway', figure: one => one.clientCpu })),
    resyncUnchangedRatio: round(speed('again')),
    peakMb: peak(measured.filter(({ contestant }) => contestant === 'causeway')),
    ...(quick ? {} : { peakMb10k: peak(largest) }),
    timePerAccountGrowth: round(growth(fleet)),
    ...(bound ? { fleetOverBound: round(bound.seconds / bound.boundSeconds) } : {}),
  };
  // Of what `only` leaves out there is none.
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => Number.isFinite(value)));
}

function barsOf(headline: Record<string, number>): Figures['bars'] {
  const atLeast = (name: 'firstSyncRatio' | 'resyncRatio' | 'resyncCpuRatio', what: string) => ({
    claim: `${what}: at least ${BARS[name]} times`,
    kept: (headline[name] ?? 0) >= BARS[name],
  });
  const { peakMb10k, timePerAccountGrowth = 0, fleetOverBound = 0 } = headline;
  return [
    atLeast('firstSyncRatio', 'first sync, instances a second against the AWS SDK script'),
    atLeast('resyncRatio', 'the same with 1 % changed'),
    atLeast('resyncCpuRatio', 'CPU of the AWS SDK script with 1 % changed, against Causeway’s'),
    ...(peakMb10k === undefined
      ? []
      : [
          {
            claim: `a worker with the largest fleet has at most ${BARS.peakMb10k} MB`,
            kept: peakMb10k <= BARS.peakMb10k,
          },
        ]),
    {
      claim: 'time per account grows by at most a fifth from the smallest fleet to the largest',
      kept: timePerAccountGrowth <= BARS.flat,
    },
    {
      claim: `with latency and AWS’s rates at most ${BARS.fleetOverBound} times the lower bound`,
      kept: fleetOverBound <= BARS.fleetOverBound,
    },
  ];
}

/** The worst of all kinds of sync: time per account of the largest fleet, over that of the smallest. */
function growth(fleet: readonly Measurement[]): number {
  const growths = ['first', 'again', 'changed'].flatMap(phase => {
    const sizes = fleet.filter(one => one.phase === phase).sort((a, b) => a.accounts - b.accounts);
    const [smallest, largest] = [sizes.at(0), sizes.at(-1)];
    // The largest fleets are not observed in every phase.
    if (!smallest || !largest) return [];
    return largest.seconds / largest.accounts / (smallest.seconds / smallest.accounts);
  });
  return Math.max(...growths);
}

/** Where a phase was repeated, of the medians. */
function ratio(
  measured: readonly Measurement[],
  how: {
    phase: Measurement['phase'];
    of: Measurement['contestant'];
    to: Measurement['contestant'];
    figure: (one: Measurement) => number;
  },
): number {
  const { phase, of, to, figure } = how;
  return (
    median(pick(measured, { contestant: of, phase }).map(figure)) /
    median(pick(measured, { contestant: to, phase }).map(figure))
  );
}

function pick(measured: readonly Measurement[], wanted: Pick<Measurement, 'contestant' | 'phase'>): Measurement[] {
  return measured.filter(({ contestant, phase }) => contestant === wanted.contestant && phase === wanted.phase);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function say(line: string): void {
  process.stdout.write(`  ${line}\n`);
}

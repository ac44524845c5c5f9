import { type Clock, systemClock } from '../src/domain/clock.ts';
import { type CallLog, type CallRecord, createCallLog } from './call-log.ts';
import { createControl } from './control.ts';
import { createFaults, type FaultRule, type Faults } from './faults.ts';
import { startSimulatedAws } from './server.ts';
import type { Layout } from './wire/rendered.ts';
import type { World } from './world/world.ts';
import { loadWorld } from './world/world-file.ts';
import { createWorldSaver } from './world/world-saver.ts';

export interface SimulationOptions {
  /** Makes the world at the start, unless the world file has one, and again on a reset. */
  makeWorld: () => World;
  /** Read at the start, written after changes and at the end. */
  worldFile?: string;
  faultScript?: readonly FaultRule[];
  /** Whether AWS's documented request rates apply. */
  tokenBuckets?: boolean;
  /** Of EC2's answers; default `indented`, as AWS's are. */
  layout?: Layout;
  /** Every answer waits so long, as if AWS were far away; default 0. */
  latencyMs?: number;
  clock?: Clock;
  /** Default 127.0.0.1. */
  host?: string;
  /** Default 0: any free port. */
  port?: number;
}

/** Simulated AWS as it runs: for a test or a demo in the same process, which may change `world` and `faults` directly. */
export interface Simulation {
  /** For AWS_ENDPOINT_URL. */
  endpoint: string;
  world: World;
  clock: Clock;
  faults: Faults;
  callLog: CallLog;
  /** Ends every connection and saves the world. */
  stop(): Promise<void>;
}

/** Starts simulated AWS with its fault script, call log and control API. */
export async function startSimulation(options: SimulationOptions): Promise<Simulation> {
  const { makeWorld, worldFile, faultScript = [], tokenBuckets = false, clock = systemClock } = options;
  const world = (worldFile === undefined ? undefined : await loadWorld(worldFile)) ?? makeWorld();
  const saver = worldFile === undefined ? undefined : createWorldSaver({ path: worldFile, world, clock });
  const faults = createFaults({ rules: faultScript, seed: world.seed, clock, tokenBuckets });
  const changed = () => saver?.changed();
  const callLog = noticing(createCallLog(), changed);
  const server = await startSimulatedAws({
    world,
    clock,
    callLog,
    decideFault: faults.decide,
    handleControl: createControl({ world, clock, faults, callLog, remake: makeWorld, changed }),
    ...(options.layout === undefined ? {} : { layout: options.layout }),
    ...(options.latencyMs === undefined ? {} : { latencyMs: options.latencyMs }),
    ...(options.host === undefined ? {} : { host: options.host }),
    ...(options.port === undefined ? {} : { port: options.port }),
  });
  return {
    endpoint: server.url,
    world,
    clock,
    faults,
    callLog,
    async stop() {
      await server.close();
      await saver?.finish();
    },
  };
}

/** Operations that only read; all others change the world, if only by a new session. */
const READS = /^(Describe|Get|List|Simulate)/;

function noticing(callLog: CallLog, changed: () => void): CallLog {
  return {
    ...callLog,
    record(call: CallRecord) {
      callLog.record(call);
      if (!READS.test(call.operation)) changed();
    },
  };
}

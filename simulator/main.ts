import { systemClock } from '../src/domain/clock.ts';
import { instancesOf } from './fleet/fleet.ts';
import { startSimulation } from './simulation.ts';
import { accountOf } from './world/build.ts';
import { GENERATED_PLATFORM_ACCOUNT_ID, generatedExternalId, generateWorld } from './world/generate.ts';
import { type FleetShapeName, generateFleet } from './world/generate-fleet.ts';
import { CONNECTOR_ROLE_NAME } from './world/policies.ts';
import type { World } from './world/world.ts';

export interface SimulateAwsOptions {
  port: number;
  host: string;
  /** Loaded if it exists, else filled with a generated world; changes are saved to it. */
  worldFile?: string;
  /** Of the generated world; default 1. */
  seed?: number;
  /** Member accounts of the generated world; default 10. */
  accounts?: number;
  /** Instances of the generated world, in all accounts together; default 1,000. */
  instances?: number;
  /** A fleet of this shape instead of `instances`. */
  fleet?: FleetShapeName;
  /** Whether AWS's request rates apply. */
  tokenBuckets?: boolean;
  /** Every answer waits so long; default 0. */
  latencyMs?: number;
  /** Gets what the person at the terminal should read, line by line. */
  log: (line: string) => void;
}

/** Simulated AWS as a command: serves a loaded or generated world and says how to use it. */
export async function simulateAws(options: SimulateAwsOptions): Promise<{ endpoint: string; stop(): Promise<void> }> {
  const { port, host, worldFile, seed = 1, accounts = 10, instances = 1_000, fleet, log } = options;
  const simulation = await startSimulation({
    makeWorld: () =>
      fleet
        ? generateFleet({ seed, now: systemClock.now(), accounts, shape: fleet })
        : generateWorld({ seed, now: systemClock.now(), accounts, instances }),
    ...(worldFile === undefined ? {} : { worldFile }),
    tokenBuckets: options.tokenBuckets ?? false,
    latencyMs: options.latencyMs ?? 0,
    host,
    port,
  });
  for (const line of explain(simulation.endpoint, simulation.world)) log(line);
  return { endpoint: simulation.endpoint, stop: () => simulation.stop() };
}

/** How to reach the world from a shell: the endpoint, a key that may assume roles, and a role to assume. */
function explain(endpoint: string, world: World): string[] {
  const accounts = Object.values(world.accounts);
  const kept = accounts.flatMap(({ ec2 }) => Object.values(ec2)).reduce((sum, one) => sum + one.instances.length, 0);
  const instances = kept + (world.fleet ? instancesOf(world.fleet) : 0);
  const lines = [
    `Simulated AWS at ${endpoint}: ${accounts.length} accounts, ${instances} instances.`,
    `Change it while it runs: curl ${endpoint}/_control/`,
  ];
  const key = world.accounts[GENERATED_PLATFORM_ACCOUNT_ID]?.users['causeway-platform']?.accessKeys[0];
  const member = accounts.find(({ roles }) => roles[CONNECTOR_ROLE_NAME] !== undefined);
  if (!key || !member) return lines;
  const { partition, id } = accountOf(world, member.id);
  return [
    ...lines,
    'Use it with any AWS client:',
    `  export AWS_ENDPOINT_URL=${endpoint} AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1`,
    `  export AWS_ACCESS_KEY_ID=${key.id} AWS_SECRET_ACCESS_KEY=${key.secret}`,
    `  aws sts assume-role --role-session-name me --role-arn arn:${partition}:iam::${id}:role/${CONNECTOR_ROLE_NAME} --external-id ${generatedExternalId(id)}`,
  ];
}

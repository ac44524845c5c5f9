import { simulateAws } from '../../simulator/main.ts';
import { FLEET_SHAPE_NAMES as SHAPES } from '../../simulator/world/generate-fleet.ts';
import { fault } from '../domain/faults.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { Running } from './running.ts';

export interface SimulateAwsFlags {
  readonly port: string;
  readonly world?: string;
  readonly seed: string;
  readonly accounts: string;
  readonly instances: string;
  /** A name in `FLEET_SHAPES`. */
  readonly fleet?: string;
  readonly latency: string;
  readonly tokenBuckets?: boolean;
}

/** `causeway simulate-aws`: simulated AWS for any client, on this machine only. */
export async function simulateAwsCommand(flags: SimulateAwsFlags): Promise<Result<Running>> {
  const numbers = {
    port: Number(flags.port),
    seed: Number(flags.seed),
    accounts: Number(flags.accounts),
    instances: Number(flags.instances),
    latency: Number(flags.latency),
  };
  for (const [name, value] of Object.entries(numbers)) {
    if (!Number.isSafeInteger(value) || value < 0) {
      return failed(
        fault('invalid-setting', `--${name} must be a whole number.`, { subject: name, remedy: 'Correct the option.' }),
      );
    }
  }
  const shape = SHAPES.find(name => name === flags.fleet);
  if (flags.fleet !== undefined && !shape) {
    return failed(
      fault('invalid-setting', `There is no shape of a fleet named ${flags.fleet}.`, {
        subject: 'fleet',
        remedy: `Choose one of ${SHAPES.join(', ')}.`,
      }),
    );
  }
  const { latency: latencyMs, ...sizes } = numbers;
  try {
    return ok(
      await simulateAws({
        ...sizes,
        latencyMs,
        ...(shape === undefined ? {} : { fleet: shape }),
        host: '127.0.0.1',
        ...(flags.world === undefined ? {} : { worldFile: flags.world }),
        tokenBuckets: flags.tokenBuckets === true,
        log: line => void process.stdout.write(`${line}\n`),
      }),
    );
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return failed(
      fault('invalid-setting', `Simulated AWS cannot start: ${error.message}.`, {
        subject: 'port',
        remedy: 'Choose another port with --port.',
      }),
    );
  }
}

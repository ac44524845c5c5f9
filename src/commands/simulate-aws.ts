import { simulateAws } from '../../simulator/main.ts';
import { fault } from '../domain/faults.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { Running } from './running.ts';

export interface SimulateAwsFlags {
  readonly port: string;
  readonly world?: string;
  readonly seed: string;
  readonly accounts: string;
  readonly instances: string;
  readonly tokenBuckets?: boolean;
}

/** `causeway simulate-aws`: simulated AWS for any client, on this machine only. */
export async function simulateAwsCommand(flags: SimulateAwsFlags): Promise<Result<Running>> {
  const numbers = {
    port: Number(flags.port),
    seed: Number(flags.seed),
    accounts: Number(flags.accounts),
    instances: Number(flags.instances),
  };
  for (const [name, value] of Object.entries(numbers)) {
    if (!Number.isSafeInteger(value) || value < 0) {
      return failed(
        fault('invalid-setting', `--${name} must be a whole number.`, { subject: name, remedy: 'Correct the option.' }),
      );
    }
  }
  try {
    return ok(
      await simulateAws({
        ...numbers,
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

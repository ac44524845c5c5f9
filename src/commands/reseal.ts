import { resealSecrets } from '../accounts/reseal.ts';
import type { Config } from '../config.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { openLog } from '../log.ts';
import { openCauseway } from './open-causeway.ts';

/**
 * `causeway reseal`: seals every stored secret under the newest master key (the first one configured). Safe to repeat and
 * beside a running server that has both keys.
 */
export async function resealCommand(config: Config): Promise<Result<void>> {
  const causeway = await openCauseway(config, openLog({ level: config.logLevel, pretty: true }));
  if (!causeway.ok) return causeway;
  const { keyVersion, resealed, faults } = await resealSecrets(causeway.value.deps, { actor: 'system' });
  await causeway.value.close();
  const [unreadable] = faults;
  if (unreadable) return failed(unreadable);
  process.stdout.write(`${resealed} secrets were sealed anew; all are under master key ${keyVersion}.\n`);
  return ok(undefined);
}

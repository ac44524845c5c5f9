import type { Result } from '../domain/result.ts';
import type { Actor } from '../store/audit.ts';
import type { AccountsDeps } from './deps.ts';
import type { CheckResult } from './shapes.ts';

/** Tries the connector now, within `LIMITS.checkTimeoutMs`; the result is stored and given, a refused role too. */
export async function checkConnector(
  _deps: AccountsDeps,
  _request: { id: string; actor: Actor },
): Promise<Result<CheckResult>> {
  throw new Error('not written yet');
}

import { fault } from '../domain/faults.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { type Actor, appendAudit } from '../store/audit.ts';
import { deleteRetiredIdentities, findBaseAccount, lockBaseAccount } from '../store/base-accounts.ts';
import { inTransaction } from '../store/database.ts';
import { lockRetiredIdentities } from '../store/hubs.ts';
import { getBaseAccount, noSuchBaseAccount } from './base-accounts.ts';
import type { AccountsDeps } from './deps.ts';
import type { BaseAccount } from './shapes.ts';

/**
 * Destroys the replaced credentials of a base account now, as when they leaked after all. Refused while connectors run
 * only through them, unless their number is confirmed. Faults: not-found, would-break-connectors.
 */
export async function forgetEarlierCredentials(
  deps: AccountsDeps,
  { id, confirmBreaking, actor }: { id: string; confirmBreaking?: number | undefined; actor: Actor },
): Promise<Result<BaseAccount>> {
  const forgotten = await inTransaction(deps.db, async tx => {
    await lockBaseAccount(tx, id);
    await lockRetiredIdentities(tx, id);
    const base = await findBaseAccount(tx, id);
    if (!base) return noSuchBaseAccount(id);
    const breaking = base.earlier.reduce((sum, { connectors }) => sum + connectors, 0);
    if (breaking > 0 && confirmBreaking !== breaking) {
      const why = `${breaking} ${breaking === 1 ? 'connector runs' : 'connectors run'} only through the earlier credentials, because what replaced them was not let in yet.`;
      const remedy = `See why at those connectors and mend it, or confirm with the number ${breaking}.`;
      return failed(fault('would-break-connectors', why, { field: 'confirmBreaking', remedy }));
    }
    await deleteRetiredIdentities(tx, id);
    await appendAudit(tx, {
      at: deps.clock.now(),
      actor,
      action: 'base-account.earlier-credentials-destroyed',
      subject: `base-account:${id}`,
      detail: { credentials: base.earlier.length, breaking },
    });
    return ok(undefined);
  });
  return forgotten.ok ? await getBaseAccount(deps, id) : forgotten;
}

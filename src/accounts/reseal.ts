import type { Fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { type Actor, appendAudit } from '../store/audit.ts';
import { listSecretsSealedOtherwise, replaceSealedSecret } from '../store/sealed-secrets.ts';
import type { AccountsDeps } from './deps.ts';

export interface Resealed {
  readonly keyVersion: string;
  readonly resealed: number;
  /** Of secrets that cannot be opened; they stay as they are. */
  readonly faults: readonly Fault[];
}

/** Seals every stored secret under the newest master key; the older keys can be taken out of the ring afterwards. */
export async function resealSecrets(
  { db, vault, clock }: Pick<AccountsDeps, 'db' | 'vault' | 'clock'>,
  { actor }: { actor: Actor },
): Promise<Resealed> {
  const { keyVersion } = vault;
  const faults: Fault[] = [];
  let resealed = 0;
  let after: string | null = null;
  for (;;) {
    const rows: Awaited<ReturnType<typeof listSecretsSealedOtherwise>> = await listSecretsSealedOtherwise(db, {
      keyVersion,
      after,
      limit: LIMITS.pageItemsMax,
    });
    for (const { recordId, sealed } of rows) {
      const again = vault.reseal(recordId, sealed);
      if (!again.ok) faults.push(again.fault);
      else if (await replaceSealedSecret(db, { recordId, before: sealed, after: again.value })) resealed++;
      after = recordId;
    }
    if (rows.length < LIMITS.pageItemsMax) break;
  }
  const detail = { keyVersion, resealed, unreadable: faults.length };
  await appendAudit(db, { at: clock.now(), actor, action: 'secrets.resealed', subject: 'secrets', detail });
  return { keyVersion, resealed, faults };
}

/**
 * Faults secret-unreadable, one for each stored secret that none of the configured master keys opens: all of them, where
 * the key was lost or another one was configured.
 */
export async function unreadableSecrets({ db, vault }: Pick<AccountsDeps, 'db' | 'vault'>): Promise<readonly Fault[]> {
  const rows = await listSecretsSealedOtherwise(db, {
    keyVersion: vault.keyVersion,
    after: null,
    limit: LIMITS.pageItemsMax,
  });
  return rows.flatMap(({ recordId, sealed }) => {
    const opened = vault.open(recordId, sealed);
    return opened.ok ? [] : [opened.fault];
  });
}

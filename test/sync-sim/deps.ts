import { randomBytes } from 'node:crypto';
import { createVault, parseMasterKeys } from '../../src/accounts/vault.ts';
import { openAws } from '../../src/aws/aws.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { systemIds } from '../../src/domain/ids.ts';
import type { AssetType } from '../../src/inventory/define.ts';
import { ec2Instance } from '../../src/inventory/ec2-instance.ts';
import { ec2Subnet } from '../../src/inventory/ec2-subnet.ts';
import { ec2Vpc } from '../../src/inventory/ec2-vpc.ts';
import { silentLog } from '../../src/log.ts';
import type { Database } from '../../src/store/database.ts';
import type { SyncDeps } from '../../src/sync/deps.ts';

/** What tests of the engine read: three types are enough to see scopes of several, and few enough to count them. */
export const NETWORK_TYPES: readonly AssetType[] = [ec2Instance, ec2Vpc, ec2Subnet];

export interface PlatformKey {
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * What a process of a deployment on simulated AWS is made of. Calls are tried twice, so that a refusal costs no test a
 * minute. Apart from bed.ts, because worker processes cannot load the test runner.
 */
export function depsFor({ endpoint, key, db }: { endpoint: string; key: PlatformKey; db: Database }): SyncDeps {
  const keys = parseMasterKeys(randomBytes(32).toString('base64'), 'the test');
  if (!keys.ok) throw new Error(keys.fault.detail);
  const { accountId, ...credentials } = key;
  return {
    db,
    clock: systemClock,
    ids: systemIds,
    log: silentLog,
    vault: createVault(keys.value),
    platformAccounts: { global: { accountId, credentials: { kind: 'access-key', ...credentials } } },
    aws: openAws({
      clock: systemClock,
      ids: systemIds,
      endpoints: { all: endpoint, byService: {} },
      // Simulated AWS has no other customers, and tests are not to wait.
      quotaSharePercent: 100,
    }),
    assetTypes: NETWORK_TYPES,
    callBudget: () => ({ triesMax: 2, attemptMs: 8_000, deadlineMs: systemClock.monotonicMs() + 12_000 }),
  };
}

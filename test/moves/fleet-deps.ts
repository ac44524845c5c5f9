import type { HubCredentials } from '../../simulator/world/hub.ts';
import { createVault, parseMasterKeys } from '../../src/accounts/vault.ts';
import { openAws } from '../../src/aws/aws.ts';
import type { Clock } from '../../src/domain/clock.ts';
import { systemIds } from '../../src/domain/ids.ts';
import { silentLog } from '../../src/log.ts';
import type { Database } from '../../src/store/database.ts';
import type { SyncDeps } from '../../src/sync/deps.ts';

/** What a process needs to know to work for a fleet. */
export interface FleetSettings {
  readonly connectionString: string;
  readonly endpoint: string;
  readonly platform: HubCredentials;
  readonly masterKey: string;
}

/**
 * What a process of the deployment is made of. There are no asset types: a run reaches its account, asks for its regions,
 * and is over. Apart from fleet.ts, because worker processes cannot load the test runner.
 */
export function fleetDeps(
  { endpoint, platform, masterKey }: FleetSettings,
  { db, clock }: { db: Database; clock: Clock },
): SyncDeps {
  const keys = parseMasterKeys(masterKey, 'the test');
  if (!keys.ok) throw new Error(keys.fault.detail);
  const { accountId, accessKeyId, secretAccessKey } = platform;
  return {
    db,
    clock,
    ids: systemIds,
    log: silentLog,
    vault: createVault(keys.value),
    platformAccounts: { global: { accountId, credentials: { kind: 'access-key', accessKeyId, secretAccessKey } } },
    aws: openAws({ clock, ids: systemIds, endpoints: { all: endpoint, byService: {} } }),
    assetTypes: [],
  };
}

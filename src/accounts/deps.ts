import type { Aws } from '../aws/aws.ts';
import type { Clock } from '../domain/clock.ts';
import type { Ids } from '../domain/ids.ts';
import type { AccountType } from '../domain/partition.ts';
import type { Log } from '../log.ts';
import type { Database } from '../store/database.ts';
import type { IdentityReads } from './hubs.ts';
import type { NewCredentials } from './shapes.ts';
import type { Vault } from './vault.ts';

/** What every use case here works with; made once by the entry point, or by a test. */
export interface AccountsDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly vault: Vault;
  readonly platformAccounts: PlatformAccounts;
  readonly aws: Aws;
  /** Addresses and networks that alerts may be sent to although they belong to this machine; none unless named. */
  readonly alertNetworks?: readonly string[];
  /** In which of a connector's runs a scope that is proved empty is observed again; 1: in all. */
  readonly emptyScopesEvery?: number;
  /** Instead of a look into the database at each use of a hub, for one who uses it hundreds of times a second. */
  readonly identityReads?: IdentityReads;
}

/** The identity the deployment runs as, per account type; only what is named here is ever used (invariant I11). */
export type PlatformAccounts = Readonly<Partial<Record<AccountType, PlatformAccount>>>;

export interface PlatformAccount {
  readonly accountId: string;
  readonly credentials: NewCredentials | { readonly kind: 'default-chain' };
}

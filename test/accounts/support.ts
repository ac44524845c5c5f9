import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { type CallLog, createCallLog } from '../../simulator/call-log.ts';
import { createFaults, type Faults } from '../../simulator/faults.ts';
import { type SimulatedAws, startSimulatedAws } from '../../simulator/server.ts';
import { accountOf, addAccount, addRole, createWorld } from '../../simulator/world/build.ts';
import { addHub, type HubCredentials } from '../../simulator/world/hub.ts';
import { readPolicy, trustPolicy } from '../../simulator/world/policies.ts';
import type { World } from '../../simulator/world/world.ts';
import type { AccountsDeps } from '../../src/accounts/deps.ts';
import type { BaseAccountInput, ConnectorInput } from '../../src/accounts/shapes.ts';
import { createVault } from '../../src/accounts/vault.ts';
import { closeAws, openAws } from '../../src/aws/aws.ts';
import { type Clock, systemClock } from '../../src/domain/clock.ts';
import { systemIds } from '../../src/domain/ids.ts';
import type { Result } from '../../src/domain/result.ts';
import { silentLog } from '../../src/log.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

export const PLATFORM = '999900000001';
export const SECURITY = '111111111111';
export const OTHER_HUB = '121212121212';
export const PRODUCTION = '222222222222';
export const DEVELOPMENT = '333333333333';
export const GOV_HUB = '444444444444';
export const EXTERNAL_ID = 'x-1234';

export interface Causeway {
  readonly deps: AccountsDeps;
  readonly connectionString: string;
  readonly endpoint: string;
  readonly world: World;
  readonly faults: Faults;
  readonly callLog: CallLog;
  /** Keys of users that may assume roles, by account ID. */
  readonly keys: Readonly<Record<string, HubCredentials>>;
  readonly clock: MovableClock;
  /** As it was at the start, for the next test: no rows (but the audit log's), no sessions, no faults, the same trust. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

export interface MovableClock extends Clock {
  advance(ms: number): void;
  reset(): void;
}

/**
 * A platform account, two accounts that can become hubs, two members whose role `Reader` trusts the platform account, and
 * a hub in US GovCloud; over simulated AWS and a database of one's own. `awsClock` is AWS's own time.
 */
export async function startCauseway({
  awsClock = systemClock,
  platform = true,
}: {
  awsClock?: Clock;
  platform?: boolean;
} = {}): Promise<Causeway> {
  const world = createWorld({ seed: 7 });
  const keys: Record<string, HubCredentials> = {};
  for (const id of [PLATFORM, SECURITY, OTHER_HUB]) {
    addAccount(world, { id, name: `hub ${id}` });
    keys[id] = addHub(world, id, 'causeway');
  }
  addAccount(world, { id: GOV_HUB, name: 'gov hub', partition: 'aws-us-gov' });
  keys[GOV_HUB] = addHub(world, GOV_HUB, 'causeway');
  for (const id of [PRODUCTION, DEVELOPMENT]) {
    addAccount(world, { id, name: `member ${id}` });
    trustOf(world, id, [PLATFORM]);
  }
  const faults = createFaults({ clock: systemClock });
  const callLog = createCallLog();
  const simulated = await startSimulatedAws({ world, clock: awsClock, decideFault: faults.decide, callLog });
  const database = await createTestDatabase();
  const clock = movableClock();
  const deps = depsOf({ simulated, database, clock, platform: platform ? keys[PLATFORM] : undefined });
  return {
    deps,
    connectionString: database.connectionString,
    endpoint: simulated.url,
    world,
    faults,
    callLog,
    keys,
    clock,
    async reset() {
      await sql`truncate connectors, base_accounts, assets cascade`.execute(deps.db);
      const { sessions, stsClients, serviceClients, iamClients, provenHubs, keylessHubs } = deps.aws;
      for (const cache of [sessions, stsClients, serviceClients, iamClients, provenHubs, keylessHubs]) cache.clear();
      clock.reset();
      faults.clear();
      callLog.clear();
      for (const id of [PRODUCTION, DEVELOPMENT]) trustOf(world, id, [PLATFORM]);
    },
    async stop() {
      closeAws(deps.aws);
      await simulated.close();
      await database.drop();
    },
  };
}

function depsOf({
  simulated,
  database,
  clock,
  platform,
}: {
  simulated: SimulatedAws;
  database: TestDatabase;
  clock: Clock;
  platform: HubCredentials | undefined;
}): AccountsDeps {
  return {
    db: database.db,
    clock,
    ids: systemIds,
    log: silentLog,
    vault: createVault([{ version: 'test', bytes: createHash('sha256').update('test').digest() }]),
    platformAccounts: platform
      ? {
          global: {
            accountId: platform.accountId,
            credentials: {
              kind: 'access-key',
              accessKeyId: platform.accessKeyId,
              secretAccessKey: platform.secretAccessKey,
            },
          },
        }
      : {},
    aws: openAws({ clock, ids: systemIds, endpoints: { all: simulated.url, byService: {} } }),
  };
}

/** The machine's time, which a test can put ahead. */
function movableClock(): MovableClock {
  let aheadMs = 0;
  return {
    now: () => new Date(Date.now() + aheadMs),
    monotonicMs: () => performance.now(),
    advance: ms => {
      aheadMs += ms;
    },
    reset: () => {
      aheadMs = 0;
    },
  };
}

/** Makes the member's role trust these accounts and nobody else. */
export function trustOf(world: World, memberId: string, accountIds: string[], { name = 'Reader' } = {}): void {
  const document = trustPolicy({
    partition: accountOf(world, memberId).partition,
    accountIds,
    externalId: EXTERNAL_ID,
  });
  const role = accountOf(world, memberId).roles[name];
  if (role) role.trustPolicy = document;
  else addRole(world, memberId, { name, trustPolicy: document, inlinePolicies: { Read: readPolicy() } });
}

export function connectorInput(memberId: string, change: Partial<ConnectorInput> = {}): ConnectorInput {
  return {
    name: `member ${memberId}`,
    description: '',
    accountType: 'global',
    roleArn: `arn:aws:iam::${memberId}:role/Reader`,
    externalId: EXTERNAL_ID,
    regions: null,
    pollingMinutes: 240,
    apps: ['cloud-view'],
    enabled: true,
    assetTags: {},
    tags: {},
    ...change,
  };
}

export function baseAccountInput(
  { accountId, accessKeyId, secretAccessKey }: HubCredentials,
  change: Partial<BaseAccountInput> = {},
): BaseAccountInput {
  return {
    title: 'Central Security',
    accountType: 'global',
    accountId,
    credentialsKind: 'access-key',
    accessKeyId,
    secretAccessKey,
    useInAssetView: false,
    cutover: 'safe',
    saveUnverified: false,
    ...change,
  };
}

/** The value of something that has to succeed. */
export function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.fault.code}: ${result.fault.detail}`);
  return result.value;
}

export function keyOf(causeway: Causeway, accountId: string): HubCredentials {
  const key = causeway.keys[accountId];
  if (!key) throw new Error(`no key of ${accountId}`);
  return key;
}

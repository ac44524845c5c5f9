import { sql } from 'kysely';
import { type Simulation, type SimulationOptions, startSimulation } from '../../simulator/simulation.ts';
import { accountOf, roleArn } from '../../simulator/world/build.ts';
import { GENERATED_PLATFORM_ACCOUNT_ID, generatedExternalId } from '../../simulator/world/generate.ts';
import { CONNECTOR_ROLE_NAME } from '../../simulator/world/policies.ts';
import type { World } from '../../simulator/world/world.ts';
import { createConnector } from '../../src/accounts/connectors.ts';
import type { AccountsDeps } from '../../src/accounts/deps.ts';
import type { ConnectorInput } from '../../src/accounts/shapes.ts';
import { closeAws } from '../../src/aws/aws.ts';
import type { Database } from '../../src/store/database.ts';
import { getRun, type RunWithScopes } from '../../src/store/run-views.ts';
import { insertRuns, type RunTrigger } from '../../src/store/runs.ts';
import type { Scope, ScopeEnd } from '../../src/store/scopes.ts';
import type { SyncDeps } from '../../src/sync/deps.ts';
import { type Attempt, attemptRun } from '../../src/sync/run.ts';
import { createTestDatabase } from '../support/database.ts';
import { depsFor, type PlatformKey } from './deps.ts';

/** A deployment without its queue: a database, simulated AWS, connectors on its accounts. */
export interface Bed extends AsyncDisposable {
  readonly aws: Simulation;
  readonly world: World;
  readonly db: Database;
  readonly connectionString: string;
  readonly deps: SyncDeps;
  connect(accountId: string, settings?: Partial<ConnectorInput>): Promise<string>;
  /** Makes a run of the connector, as a request would. */
  queueRun(connectorId: string, trigger?: RunTrigger): Promise<string>;
  attempt(runId: string, stop?: AbortSignal): Promise<Attempt>;
  /** Makes a run and carries it out. */
  sync(connectorId: string): Promise<RunWithScopes>;
  run(runId: string): Promise<RunWithScopes>;
  /** Makes a connector read another account, as one with another role of that account would. */
  pointAt(connectorId: string, accountId: string): Promise<void>;
  /** Everything that a write changes: PostgreSQL marks each version of a row with the transaction that made it. */
  versions(tables: readonly string[]): Promise<string>;
}

export async function openBed(
  makeWorld: () => World,
  given: Partial<SyncDeps> = {},
  simulated: Pick<SimulationOptions, 'tokenBuckets' | 'clock'> = {},
): Promise<Bed> {
  const aws = await startSimulation({ makeWorld, ...simulated });
  const database = await createTestDatabase();
  const deps = { ...depsFor({ endpoint: aws.endpoint, key: platformKey(aws.world), db: database.db }), ...given };
  return {
    aws,
    world: aws.world,
    db: database.db,
    connectionString: database.connectionString,
    deps,
    connect: (accountId, settings = {}) => connect(deps, { world: aws.world, accountId, settings }),
    queueRun: (connectorId, trigger) => queueRun(deps, { connectorId, ...(trigger ? { trigger } : {}) }),
    attempt: (runId, stop = new AbortController().signal) => attemptRun(deps, { runId, stop }),
    async sync(connectorId) {
      const runId = await queueRun(deps, { connectorId });
      const attempt = await attemptRun(deps, { runId, stop: new AbortController().signal });
      if (attempt !== 'finished') throw new Error(`the run was ${attempt}`);
      return await readRun(deps.db, runId);
    },
    run: runId => readRun(deps.db, runId),
    versions: tables => versions(deps.db, tables),
    async pointAt(connectorId, accountId) {
      await sql`
        update connectors set account_id = ${accountId}, role_arn = 'arn:aws:iam::' || ${accountId}::text || ':role/' || num
        where id = ${connectorId}
      `.execute(deps.db);
    },
    async [Symbol.asyncDispose]() {
      closeAws(deps.aws);
      await database.drop();
      await aws.stop();
    },
  };
}

/** The key that the platform account of a generated world acts with. */
export function platformKey(world: World): PlatformKey {
  const key = world.accounts[GENERATED_PLATFORM_ACCOUNT_ID]?.users['causeway-platform']?.accessKeys[0];
  if (!key) throw new Error('a generated world has a platform account with a key');
  return { accountId: GENERATED_PLATFORM_ACCOUNT_ID, accessKeyId: key.id, secretAccessKey: key.secret };
}

export async function connect(
  deps: AccountsDeps,
  { world, accountId, settings = {} }: { world: World; accountId: string; settings?: Partial<ConnectorInput> },
): Promise<string> {
  const role = accountOf(world, accountId).roles[CONNECTOR_ROLE_NAME];
  if (!role) throw new Error(`account ${accountId} has no role for a connector`);
  const input: ConnectorInput = {
    name: accountId,
    description: '',
    accountType: 'global',
    roleArn: roleArn(accountOf(world, accountId), role),
    externalId: generatedExternalId(accountId),
    regions: null,
    pollingMinutes: 240,
    apps: ['cloud-view'],
    enabled: true,
    assetTags: {},
    tags: {},
    ...settings,
  };
  const made = await createConnector(deps, { input, actor: 'system' });
  if (!made.ok) throw new Error(made.fault.detail);
  return made.value.id;
}

async function queueRun(
  { db, ids, clock }: SyncDeps,
  { connectorId, trigger = 'request' }: { connectorId: string; trigger?: RunTrigger },
): Promise<string> {
  const id = ids.uuid();
  const queuedAt = clock.now();
  const made = await insertRuns(db, [{ id, connectorId, trigger, requestedBy: 'system', jobId: ids.uuid(), queuedAt }]);
  if (made.length === 0) throw new Error('the connector has a run under way');
  return id;
}

async function readRun(db: Database, runId: string): Promise<RunWithScopes> {
  const run = await getRun(db, runId);
  if (!run.ok) throw new Error(run.fault.detail);
  return run.value;
}

/** How many rows a table has; the words of a statement that counts. */
export async function count(db: Database, from: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.raw(from)}`.execute(db);
  return rows[0]?.n ?? 0;
}

async function versions(db: Database, tables: readonly string[]): Promise<string> {
  const found = [];
  for (const table of tables) {
    const { rows } = await sql<{ versions: string }>`
      select count(*) || ' ' || md5(string_agg(xmin::text || ctid::text, ' ' order by xmin::text, ctid)) as versions
      from ${sql.table(table)}
    `.execute(db);
    found.push(`${table} ${rows[0]?.versions}`);
  }
  return found.join('\n');
}

/** The end of a scope that was read to its end, in which these known assets were not. */
export function completeEnd(scope: Scope, unseen: readonly string[]): ScopeEnd {
  return {
    ...scope,
    outcome: 'complete',
    fault: null,
    items: 0,
    pages: 1,
    added: 0,
    changed: 0,
    calls: 1,
    throttled: 0,
    operations: null,
    unseen,
    assetTags: {},
    readWith: '',
    beganAt: new Date(),
    endedAt: new Date(),
  };
}

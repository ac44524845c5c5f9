import * as fs from 'node:fs';
import path from 'node:path';
import { type Simulation, startSimulation } from '../../simulator/simulation.ts';
import { type Guide, sampleOrganisation } from '../../simulator/world/sample-organisation.ts';
import { stockOf } from '../../simulator/world/stock.ts';
import { createBaseAccount } from '../accounts/base-accounts.ts';
import { createConnector } from '../accounts/connectors.ts';
import type { AccountsDeps } from '../accounts/deps.ts';
import { checkAdminPassword } from '../accounts/people.ts';
import type { BaseAccountInput, ConnectorInput } from '../accounts/shapes.ts';
import type { Config } from '../config.ts';
import { systemClock } from '../domain/clock.ts';
import { type Fault, fault } from '../domain/faults.ts';
import { systemIds } from '../domain/ids.ts';
import { LIMITS } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { ASSET_TYPES } from '../inventory/registry.ts';
import { openLog } from '../log.ts';
import { lockDirectory } from '../store/embedded-lock.ts';
import type { Running } from './running.ts';
import { type Served, serve } from './serve.ts';

/**
 * `causeway demo`: the same server as `serve`, on simulated AWS with a sample organisation. World and database live in
 * `<data directory>/demo`, apart from a real deployment's, so that one is never taken for the other.
 */
export async function demoCommand(config: Config, { reset }: { reset: boolean }): Promise<Result<Running>> {
  const home = path.join(config.dataDir, 'demo');
  if (reset) {
    const forgotten = forget(home);
    if (!forgotten.ok) return forgotten;
  }
  const prepared = prepare(home, config);
  if (!prepared.ok) return prepared;
  const password = prepared.value;
  const organisation = () => sampleOrganisation({ seed: SEED, now: systemClock.now() });
  const { faultScript, guide } = organisation();
  const simulation = await startSimulation({
    makeWorld: () => organisation().world,
    worldFile: path.join(home, 'world.json'),
    faultScript,
  });
  simulation.world.stock = stockOf(ASSET_TYPES, { most: 3 });
  const served = await serve(demoConfig(config, { home, guide, simulation, password }), {
    work: true,
    log: openLog({ level: 'warn', pretty: true }),
  });
  if (!served.ok) {
    await simulation.stop();
    return served;
  }
  const stop = async () => {
    await served.value.stop();
    await simulation.stop();
  };
  const seeded = await seedOnce(served.value.causeway.deps, { home, guide });
  if (!seeded.ok) {
    await stop();
    return seeded;
  }
  process.stdout.write(welcome({ served: served.value, simulation, guide, password }));
  return ok({ stop });
}

const SEED = 1;

/** These are in CloudView only at first, so that a visitor can see "Use in AssetView" at work. */
const CLOUD_VIEW_ONLY: readonly string[] = ['Staging', 'Data Platform'];

function demoConfig(
  config: Config,
  { home, guide, simulation, password }: { home: string; guide: Guide; simulation: Simulation; password: string },
): Config {
  const platformAccounts: Config['platformAccounts'] = Object.fromEntries(
    Object.entries(guide.platformAccounts).map(([accountType, { accountId, accessKeyId, secretAccessKey }]) => [
      accountType,
      { accountId, credentials: { kind: 'access-key', accessKeyId, secretAccessKey } },
    ]),
  );
  const { databaseUrl: _own, ...rest } = config;
  return {
    ...rest,
    dataDir: home,
    masterKey: { kind: 'file', path: path.join(home, 'master-key'), create: true },
    adminPassword: password,
    platformAccounts,
    awsEndpoints: { all: simulation.endpoint, byService: {} },
  };
}

function forget(home: string): Result<void> {
  if (!fs.existsSync(home)) return ok(undefined);
  const database = path.join(home, 'postgres');
  if (fs.existsSync(database)) {
    const lock = lockDirectory(database);
    if (!lock.ok) return lock;
    lock.value.release();
  }
  fs.rmSync(home, { recursive: true, force: true });
  return ok(undefined);
}

/** Makes the demo's directory and answers the administrator's password, which stays the one of the first start. */
function prepare(home: string, { adminPassword }: Pick<Config, 'adminPassword'>): Result<string> {
  const good = checkAdminPassword(adminPassword);
  if (!good.ok) return good;
  try {
    fs.mkdirSync(home, { recursive: true });
    fs.accessSync(home, fs.constants.W_OK);
    return ok(passwordOf(home, adminPassword ?? systemIds.secret(12)));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return failed(
      fault('invalid-setting', `The data directory ${home} cannot be used: ${error.message}.`, {
        subject: 'CAUSEWAY_DATA_DIR',
      }),
    );
  }
}

/** The same at every start, because the demo says it every time. */
function passwordOf(home: string, first: string): string {
  const file = path.join(home, 'password');
  if (fs.existsSync(file)) return fs.readFileSync(file, 'utf8').replace(/\n$/, '');
  fs.writeFileSync(file, `${first}\n`, { mode: 0o600 });
  return first;
}

/** Once for good: what a visitor deletes stays deleted. What an interrupted first start has made already is left as it is. */
async function seedOnce(deps: AccountsDeps, { home, guide }: { home: string; guide: Guide }): Promise<Result<void>> {
  const mark = path.join(home, 'seeded');
  if (fs.existsSync(mark)) return ok(undefined);
  const seeded = await seed(deps, guide);
  if (seeded && seeded.code !== 'base-account-exists') return failed(seeded);
  for (const connector of guide.connectors) {
    const input: ConnectorInput = {
      ...connector,
      regions: connector.regions ?? null,
      pollingMinutes: LIMITS.pollingMinutesMin,
      apps: CLOUD_VIEW_ONLY.includes(connector.name) ? ['cloud-view'] : ['cloud-view', 'asset-view'],
      enabled: true,
      assetTags: {},
    };
    const created = await createConnector(deps, { input, actor: 'system' });
    if (!created.ok && created.fault.code !== 'duplicate-role-arn') return created;
  }
  fs.writeFileSync(mark, '');
  return ok(undefined);
}

/** US GovCloud has its base account from the start; the Global one is the visitor's to create. */
async function seed(deps: AccountsDeps, guide: Guide): Promise<Fault | undefined> {
  const hub = guide.hubs['us-govcloud'];
  if (!hub) return fault('internal-error', 'The sample organisation has no US GovCloud hub.');
  const { title, accountId, accessKeyId, secretAccessKey } = hub;
  const input: BaseAccountInput = {
    title,
    accountType: 'us-govcloud',
    accountId,
    credentialsKind: 'access-key',
    accessKeyId,
    secretAccessKey,
    useInAssetView: true,
    cutover: 'safe',
    saveUnverified: false,
  };
  const created = await createBaseAccount(deps, { input, actor: 'system' });
  return created.ok ? undefined : created.fault;
}

function welcome({
  served,
  simulation,
  guide,
  password,
}: {
  served: Served;
  simulation: Simulation;
  guide: Guide;
  password: string;
}): string {
  const hub = guide.hubs.global;
  return `
Causeway’s demo is running on simulated AWS; nothing real is touched.

  Open      ${served.url}
  Sign in   admin
  Password  ${password}

Then try this:

  1. AssetView > Instances shows what the connectors have found. Search it, open one.
  2. Configuration > Amazon Web Services: the Global connectors run through the platform account.
     Under "Configure Base Account", choose Create and enter Central Security’s key:

       Title              ${hub?.title ?? ''}
       Account type       Global
       AWS account ID     ${hub?.accountId ?? ''}
       Access key ID      ${hub?.accessKeyId ?? ''}
       Secret access key  ${hub?.secretAccessKey ?? ''}

     Watch the connectors move to it under "Trust migration"; open one that stays, and see why and what to change.
     None of them fails.
  3. Open the base account: Hub health says what its key may do, Credentials rotates it. Delete it, read the preview,
     and watch the connectors go back.

Simulated AWS answers at ${simulation.endpoint}; change it while it runs: curl ${simulation.endpoint}/_control/
Ctrl-C stops everything. "npm run demo -- --reset" starts afresh.

`;
}

import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { expect, vi } from 'vitest';
import { type Simulation, startSimulation } from '../../simulator/simulation.ts';
import { accountOf, addAccount, addRole, createWorld } from '../../simulator/world/build.ts';
import { fillRegion } from '../../simulator/world/generate.ts';
import { addHub, type HubCredentials } from '../../simulator/world/hub.ts';
import { isVisible } from '../../simulator/world/instance-state.ts';
import { CONNECTOR_ROLE_NAME, readPolicy, trustPolicy } from '../../simulator/world/policies.ts';
import type { PolicyDocument, SimulatedInstance } from '../../simulator/world/world.ts';
import type { Client } from '../../src/cli/client.ts';
import { ASSET_TYPES } from '../../src/inventory/registry.ts';
import type { Database } from '../../src/store/database.ts';
import { createTestDatabase } from '../support/database.ts';
import { writePlatformAccounts } from '../support/platform-file.ts';
import { ADMIN_PASSWORD, type ServerProcess, signedIn, startServer } from '../support/server-process.ts';

export const PLATFORM = '999999999999';
export const CENTRAL_SECURITY = '111111111111';
export const PRODUCTION = '222222222222';
export const DEVELOPMENT = '333333333333';

/** Scopes of a connector that reads everything: each type in the seventeen regions that every account has, or once. */
export const ALL_SCOPES = ASSET_TYPES.reduce((sum, { scope }) => sum + (scope === 'global' ? 1 : 17), 0);

/** Where the three accounts have their instances; every other region is empty. */
const INSTANCES = [
  { accountId: PRODUCTION, region: 'us-east-1', count: 31 },
  { accountId: PRODUCTION, region: 'eu-west-1', count: 14 },
  { accountId: DEVELOPMENT, region: 'us-east-1', count: 12 },
] as const;

/** Everything for a journey: simulated AWS with the accounts of the product's example, a real server, and a browser. */
export interface Stage {
  readonly simulation: Simulation;
  readonly server: ServerProcess;
  readonly page: Page;
  /** Central Security's key, as its owner would enter it. */
  readonly hub: HubCredentials;
  /** The administrator at the API, for what a journey only needs to have been done. */
  readonly client: Client;
  /** Keeps a picture of the page and fails on anything that axe finds on it. */
  look(name: string): Promise<void>;
  /** The server's database, for what would take hours: time that has passed. */
  readonly db: Database;
  stop(): Promise<void>;
}

/** Starts a stage from an empty database; `env` are further settings of the server. `name` is the journey's folder below test-output/screenshots. */
export async function startStage(browser: Browser, name: string, env: Record<string, string> = {}): Promise<Stage> {
  const world = createWorld({ seed: 7 });
  for (const [id, title] of ACCOUNTS) addAccount(world, { id, name: title });
  const hub = addHub(world, CENTRAL_SECURITY, 'causeway');
  const platform = addHub(world, PLATFORM, 'causeway-platform');
  for (const { accountId, region, count } of INSTANCES) {
    fillRegion({ seed: 7, now: new Date(), account: accountOf(world, accountId), region, count });
  }
  const simulation = await startSimulation({ makeWorld: () => world });
  const database = await createTestDatabase({ migrated: false });
  const dataDir = mkdtempSync(path.join(tmpdir(), 'causeway-e2e-'));
  const server = await startServer({
    DATABASE_URL: database.connectionString,
    CAUSEWAY_DATA_DIR: dataDir,
    CAUSEWAY_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
    CAUSEWAY_PLATFORM_ACCOUNTS: writePlatformAccounts(dataDir, { global: platform }),
    AWS_ENDPOINT_URL: simulation.endpoint,
    ...env,
  });
  const context = await browser.newContext({
    baseURL: server.url,
    viewport: { width: 1440, height: 1000 },
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints = listen(page);
  return {
    ...{ simulation, server, page, hub, client: await signedIn(server.url) },
    look: picturesIn(page, name),
    db: database.db,
    async stop() {
      await context.close();
      await server.stop();
      await database.drop();
      await simulation.stop();
      await rm(dataDir, { recursive: true });
      expect(complaints, 'what the browser complained about').toEqual([]);
    },
  };
}

const ACCOUNTS = [
  [PLATFORM, 'Causeway Platform'],
  [CENTRAL_SECURITY, 'Central Security'],
  [PRODUCTION, 'Production'],
  [DEVELOPMENT, 'Development'],
] as const;

/** Broken scripts and refused resources; an answer that an API call got is the page's business, not a complaint. */
function listen(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', error => complaints.push(error.message));
  page.on('console', message => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  return complaints;
}

const SCREENSHOTS = fileURLToPath(new URL('../../test-output/screenshots', import.meta.url));
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds on the page, in the page's own words. */
const FINDINGS = `axe.run(document).then(({ violations }) =>
  violations.map(({ id, help, nodes }) => id + ': ' + help + ': ' + nodes.map(node => node.html.slice(0, 300)).join(' | ')))`;

function picturesIn(page: Page, journey: string): Stage['look'] {
  const folder = path.join(SCREENSHOTS, journey);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  let taken = 0;
  return async name => {
    taken += 1;
    await page.screenshot({ path: path.join(folder, `${String(taken).padStart(2, '0')}-${name}.png`) });
    await page.evaluate(AXE);
    const found: string[] = await page.evaluate(FINDINGS);
    expect(found, `what axe found on ${name}`).toEqual([]);
  };
}

/** Signs in on the page where the browser is. */
export async function signIn(page: Page, username = 'admin', password = ADMIN_PASSWORD): Promise<void> {
  await page.getByLabel('User name').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Creates a role in simulated AWS with exactly these documents, as somebody who pastes them would. */
export function createRoleInAws(
  { simulation }: Stage,
  role: { accountId: string; name: string; trustPolicy: PolicyDocument; permissionsPolicy: PolicyDocument },
): void {
  addRole(simulation.world, role.accountId, {
    name: role.name,
    trustPolicy: role.trustPolicy,
    inlinePolicies: { Read: role.permissionsPolicy },
  });
}

/** Creates a role that trusts the platform account, and its connector; answers when the first run has ended well. */
export async function addConnector(stage: Stage, { name, accountId, externalId, apps }: NewConnector): Promise<void> {
  createRoleInAws(stage, {
    accountId,
    name: CONNECTOR_ROLE_NAME,
    trustPolicy: trustPolicy({ partition: 'aws', accountIds: [PLATFORM], externalId }),
    permissionsPolicy: readPolicy(),
  });
  const roleArn = `arn:aws:iam::${accountId}:role/${CONNECTOR_ROLE_NAME}`;
  const created = await stage.client.call('createConnector', {
    body: { name, accountType: 'global', roleArn, externalId, apps },
  });
  if (!created.ok) throw new Error(JSON.stringify(created));
  await vi.waitFor(async () => expect(await stateOf(stage, created.value.id)).toBe('ok'), 30_000);
}

interface NewConnector {
  readonly name: string;
  readonly accountId: string;
  readonly externalId: string;
  readonly apps: ('cloud-view' | 'asset-view')[];
}

async function stateOf({ client }: Stage, id: string): Promise<string> {
  const connector = await client.call('getConnector', { params: { id } });
  return connector.ok ? connector.value.state : 'unknown';
}

/** Waits until a connector's last run has ended well through the hub in this account. */
export async function settledOn({ client }: Stage, name: string, accountId: string): Promise<void> {
  await vi.waitFor(async () => {
    const found = await client.call('listConnectors', { query: { search: name } });
    expect(found).toMatchObject({ value: { items: [{ state: 'ok', currentHub: { accountId } }] } });
  }, 30_000);
}

/** Runs a connector; answers when the run has ended well. */
export async function runNow({ client }: Stage, name: string): Promise<void> {
  const found = await client.call('listConnectors', { query: { search: name } });
  const [connector] = found.ok ? found.value.items : [];
  const run = await vi.waitFor(async () => {
    const started = await client.call('startRun', { params: { id: connector?.id ?? '' } });
    // After a change of hubs a run of its own may be under way.
    if (!started.ok) throw new Error(JSON.stringify(started));
    return started;
  }, 30_000);
  await vi.waitFor(async () => {
    const now = await client.call('getRun', { params: { id: run.value.id } });
    expect(now).toMatchObject({ value: { state: 'ok' } });
  }, 30_000);
}

/** Replaces a role's trust policy, as somebody who pastes another one would. */
export function editTrustPolicyInAws(
  { simulation }: Stage,
  edit: { accountId: string; roleName: string; policy: PolicyDocument },
): void {
  const role = accountOf(simulation.world, edit.accountId).roles[edit.roleName];
  if (!role) throw new Error(`no role ${edit.roleName} in account ${edit.accountId}`);
  role.trustPolicy = edit.policy;
}

/** The instances of the two accounts that EC2 lists now and that are not terminated. */
export function liveInstances({ simulation }: Stage): readonly SimulatedInstance[] {
  return INSTANCES.flatMap(
    ({ accountId, region }) => accountOf(simulation.world, accountId).ec2[region]?.instances ?? [],
  )
    .filter(instance => isVisible(instance, new Date()))
    .filter(({ State }) => State?.Name !== 'terminated');
}

/** The values of a labelled region that shows code, such as "trust policy", parsed. */
export async function jsonOn(page: Pick<Page, 'getByRole'>, label: string): Promise<PolicyDocument> {
  return JSON.parse((await page.getByRole('region', { name: label, exact: true }).textContent()) ?? '');
}

/** The document that the button with this name puts into the clipboard. */
export async function copiedBy(page: Page, name: string): Promise<PolicyDocument> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name, exact: true }).click();
  await page.getByText('Copied').waitFor();
  return JSON.parse(await page.evaluate('navigator.clipboard.readText()'));
}

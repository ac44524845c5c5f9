import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { type Simulation, startSimulation } from '../../simulator/simulation.ts';
import { accountOf, addAccount, addRole, createWorld } from '../../simulator/world/build.ts';
import { addHub, type HubCredentials } from '../../simulator/world/hub.ts';
import { readPolicy } from '../../simulator/world/policies.ts';
import { createConnector } from '../../src/accounts/connectors.ts';
import { closeAws } from '../../src/aws/aws.ts';
import type { SyncDeps } from '../../src/sync/deps.ts';
import { createTestDatabase } from '../support/database.ts';
import { type FleetSettings, fleetDeps } from './fleet-deps.ts';

export const PLATFORM = '999900000001';
export const HUB = '111111111111';
export const OTHER_HUB = '121212121212';
export const EXTERNAL_ID = 'fleet-1234';
export const POLLING_MINUTES = 240;

/** A fleet of connectors, one member account each, that all run through the platform account; time is the test's. */
export interface Fleet extends AsyncDisposable {
  readonly aws: Simulation;
  readonly deps: SyncDeps;
  readonly settings: FleetSettings;
  readonly keys: Readonly<Record<string, HubCredentials>>;
  /** In the order of their member accounts. */
  readonly connectors: readonly FleetConnector[];
  /** Milliseconds that Causeway's time is ahead of the machine's. */
  aheadMs(): number;
  advance(ms: number): void;
  /** Writes the trust policy of a connector's role: these principals and nobody else. */
  trust(connector: FleetConnector, principals: readonly string[]): void;
}

export interface FleetConnector {
  readonly id: string;
  readonly name: string;
  readonly accountId: string;
}

export async function openFleet({ size, seed }: { size: number; seed: number }): Promise<Fleet> {
  const keys: Record<string, HubCredentials> = {};
  const members = Array.from({ length: size }, (_, at) => String(200_000_000_001 + at));
  const aws = await startSimulation({
    makeWorld() {
      const world = createWorld({ seed });
      for (const id of [PLATFORM, HUB, OTHER_HUB]) {
        addAccount(world, { id, name: `hub ${id}` });
        keys[id] = addHub(world, id, 'causeway');
      }
      for (const id of members) {
        addAccount(world, { id, name: `member ${id}` });
        const trustPolicy = trustOf([PLATFORM]);
        addRole(world, id, {
          name: 'Reader',
          trustPolicy,
          inlinePolicies: { Read: readPolicy() },
        });
      }
      return world;
    },
  });
  const database = await createTestDatabase();
  const start = Date.now();
  let ahead = 0;
  // Stands still while runs are under way, however slow the machine is; what limits a call in time is real.
  const clock = { now: () => new Date(start + ahead), monotonicMs: () => performance.now() + ahead };
  const platform = keys[PLATFORM];
  if (!platform) throw new Error('the platform account has a key');
  const settings = {
    connectionString: database.connectionString,
    endpoint: aws.endpoint,
    platform,
    masterKey: createHash('sha256').update('fleet').digest('hex'),
  };
  const deps = fleetDeps(settings, { db: database.db, clock });
  const connectors = await connectAll(deps, members);
  return {
    aws,
    deps,
    settings,
    keys,
    connectors,
    aheadMs: () => start + ahead - Date.now(),
    advance(ms) {
      ahead += ms;
    },
    trust({ accountId }, principals) {
      const role = accountOf(aws.world, accountId).roles.Reader;
      if (!role) throw new Error(`account ${accountId} has no role`);
      role.trustPolicy = trustOf(principals);
    },
    async [Symbol.asyncDispose]() {
      closeAws(deps.aws);
      await database.drop();
      await aws.stop();
    },
  };
}

/** The first as people make one; the others are copies of it, because a thousand would take the test's time. */
async function connectAll(deps: SyncDeps, members: readonly string[]): Promise<FleetConnector[]> {
  const [first = '', ...others] = members;
  const input = {
    name: `member ${first}`,
    description: '',
    accountType: 'global',
    roleArn: roleArnIn(first),
    externalId: EXTERNAL_ID,
    regions: ['us-east-1'],
    pollingMinutes: POLLING_MINUTES,
    apps: ['cloud-view'],
    enabled: true,
    assetTags: {},
    tags: {},
  } as const;
  const made = await createConnector(deps, { input, actor: 'system' });
  if (!made.ok) throw new Error(made.fault.detail);
  await sql`
    insert into connectors (id, name, description, account_type, partition, account_id, role_arn, external_id, regions,
      polling_minutes, enabled, in_cloud_view, in_asset_view, asset_tags, tags, next_run_at, created_at, updated_at)
    select gen_random_uuid(), replace(name, ${first}, m), description, account_type, partition, m,
      replace(role_arn, ${first}, m), external_id, regions, polling_minutes, enabled, in_cloud_view, in_asset_view,
      asset_tags, tags, next_run_at, created_at, updated_at
    from connectors, unnest(${others}::text[]) as m
  `.execute(deps.db);
  const { rows } = await sql<FleetConnector>`
    select id, name, account_id as "accountId" from connectors order by account_id
  `.execute(deps.db);
  return rows;
}

export function roleArnIn(accountId: string): string {
  return `arn:aws:iam::${accountId}:role/Reader`;
}

function trustOf(principals: readonly string[]) {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: principals.map(one => (/^\d{12}$/.test(one) ? `arn:aws:iam::${one}:root` : one)) },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'sts:ExternalId': EXTERNAL_ID } },
      },
    ],
  };
}

/** As if each had run through the platform account at some moment of the last polling interval. */
export async function settleOnPlatform({ deps }: Pick<Fleet, 'deps'>): Promise<void> {
  const at = deps.clock.now();
  await sql`
    update connectors set current_hub_kind = 'platform-account', current_hub_account_id = ${PLATFORM},
      current_hub_since = ${at}::timestamptz - interval '30 days',
      next_run_at = ${at}::timestamptz + (num % 97) / 97.0 * make_interval(mins => ${POLLING_MINUTES}::int)
  `.execute(deps.db);
}

/** Makes these connectors of the fleet due, and all others not. */
export async function dueOnly({ deps }: Pick<Fleet, 'deps'>, count: number): Promise<void> {
  const at = deps.clock.now();
  await sql`
    update connectors set next_run_at = ${at}::timestamptz
      + case when id in (select id from connectors order by id limit ${count}) then interval '0' else interval '1 hour' end
  `.execute(deps.db);
}

/** Takes all others out of the fleet. */
export async function keepOnly({ deps }: Pick<Fleet, 'deps'>, who: readonly FleetConnector[]): Promise<void> {
  await sql`delete from connectors where id <> all(${who.map(({ id }) => id)}::uuid[])`.execute(deps.db);
}

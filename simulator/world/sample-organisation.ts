import type { AccountType, Partition } from '../../src/domain/partition.ts';
import { factsOfPartition } from '../../src/domain/partition.ts';
import type { FaultRule } from '../faults.ts';
import { accountOf, addAccount, addOrganization, addRole, createWorld } from './build.ts';
import { fillRegion } from './generate.ts';
import { addHub, type HubCredentials } from './hub.ts';
import { AWKWARD_TAGS } from './instance-tags.ts';
import {
  CONNECTOR_ROLE_NAME,
  denyRegionsPolicy,
  ownKeyPolicy,
  readPolicy,
  trustPolicy,
  trustsNobodyPolicy,
} from './policies.ts';
import { createPrng } from './prng.ts';
import { SAMPLE_MEMBERS, type SampleMember } from './sample-members.ts';
import type { PolicyDocument, World } from './world.ts';

/** What the demo needs to know of the sample organisation to set itself up and to tell its visitor. */
export interface Guide {
  /** The identities that the demo's deployment runs as. */
  platformAccounts: Partial<Record<AccountType, HubCredentials>>;
  /** Base accounts: the Global one for the visitor to create, the US GovCloud one to be there from the start. */
  hubs: Partial<Record<AccountType, HubCredentials & { title: string }>>;
  connectors: GuideConnector[];
}

export interface GuideConnector {
  name: string;
  description: string;
  accountType: AccountType;
  roleArn: string;
  externalId: string;
  /** Absent: all regions of the account. */
  regions?: string[];
  tags: Record<string, string>;
}

export interface SampleOrganisation {
  world: World;
  faultScript: FaultRule[];
  guide: Guide;
}

export const SAMPLE_ACCOUNTS = {
  platformGlobal: '999900000001',
  platformGovCloud: '999900000002',
  management: '101010101010',
  centralSecurity: '111111111111',
  govCentralSecurity: '606060606060',
} as const;

/**
 * The demo's organisation: twelve member accounts with about two thousand instances in the Global and US GovCloud
 * partitions, most in good order and some in the disorder that organisations have. The same for the same seed and time.
 */
export function sampleOrganisation({ seed, now }: { seed: number; now: Date }): SampleOrganisation {
  const world = createWorld({ seed });
  const guide = addHubs(world);
  for (const member of SAMPLE_MEMBERS) addMember(world, guide, member, now);
  addOrganizations(world);
  addTagMuseum(world);
  return { world, faultScript: SAMPLE_FAULTS, guide };
}

/** Payments' Sydney is out of tokens whenever it is asked; the rest of that account sometimes. */
const SAMPLE_FAULTS: FaultRule[] = [
  {
    id: 'throttled-region',
    match: { accountId: '555555555555', service: 'ec2', region: 'ap-southeast-2', operation: 'Describe*' },
    effect: { kind: 'throttle' },
  },
  {
    id: 'throttled-now-and-then',
    match: { accountId: '555555555555', service: 'ec2', operation: 'DescribeInstances' },
    effect: { kind: 'throttle' },
    probability: 0.1,
  },
];

function addHubs(world: World): Guide {
  const { platformGlobal, platformGovCloud, management, centralSecurity, govCentralSecurity } = SAMPLE_ACCOUNTS;
  addAccount(world, { id: platformGlobal, name: 'Causeway Platform' });
  addAccount(world, { id: platformGovCloud, name: 'Causeway Platform (US GovCloud)', partition: 'aws-us-gov' });
  addAccount(world, { id: management, name: 'Organisation Management' });
  addAccount(world, { id: centralSecurity, name: 'Central Security' });
  addAccount(world, { id: govCentralSecurity, name: 'Gov Central Security', partition: 'aws-us-gov' });
  return {
    platformAccounts: {
      global: addHub(world, platformGlobal, 'causeway-platform'),
      'us-govcloud': addHub(world, platformGovCloud, 'causeway-platform'),
    },
    hubs: {
      global: { title: 'Central Security', ...hubWithOwnKey(world, centralSecurity) },
      'us-govcloud': { title: 'Gov Central Security', ...addHub(world, govCentralSecurity, 'causeway-hub') },
    },
    connectors: [],
  };
}

/** A hub that may see its own rights and rotate its own key; the one of US GovCloud may not, as most at first. */
function hubWithOwnKey(world: World, accountId: string): HubCredentials {
  const hub = addHub(world, accountId, 'causeway-hub');
  const user = accountOf(world, accountId).users['causeway-hub'];
  if (user) user.inlinePolicies.OwnKey = ownKeyPolicy(hub.userArn);
  return hub;
}

function addMember(world: World, guide: Guide, member: SampleMember, now: Date): void {
  const { id, name, partition = 'aws', enabledRegions = [] } = member;
  const account = addAccount(world, { id, name, partition, enabledRegions });
  for (const [region, count] of Object.entries(member.instances)) {
    fillRegion({ seed: world.seed, now, account, region, count, tags: { environment: member.environment } });
  }
  const externalId = sampleExternalId(world.seed, id);
  if (member.trusts !== 'no-role-yet') {
    addRole(world, id, {
      name: CONNECTOR_ROLE_NAME,
      description: 'Read access for Causeway',
      trustPolicy: trustOf(member.trusts, partition, externalId),
      inlinePolicies: { CausewayRead: readPolicy(member.withoutActions ? { without: member.withoutActions } : {}) },
    });
  }
  const accountType = factsOfPartition(partition)?.accountType ?? 'global';
  guide.connectors.push({
    name,
    description: member.description,
    accountType,
    roleArn: `arn:${partition}:iam::${id}:role/${CONNECTOR_ROLE_NAME}`,
    externalId,
    ...(member.connectorRegions ? { regions: member.connectorRegions } : {}),
    tags: { environment: member.environment, owner: member.owner },
  });
}

function trustOf(trusts: SampleMember['trusts'], partition: Partition, externalId: string): PolicyDocument {
  const isGlobal = partition === 'aws';
  const platform = isGlobal ? SAMPLE_ACCOUNTS.platformGlobal : SAMPLE_ACCOUNTS.platformGovCloud;
  const hub = isGlobal ? SAMPLE_ACCOUNTS.centralSecurity : SAMPLE_ACCOUNTS.govCentralSecurity;
  switch (trusts) {
    case 'platform':
      return trustPolicy({ partition, accountIds: [platform], externalId });
    case 'platform-and-hub':
      return trustPolicy({ partition, accountIds: [platform, hub], externalId });
    case 'platform-without-external-id':
      return trustPolicy({ partition, accountIds: [platform] });
    case 'hub':
      return trustPolicy({ partition, accountIds: [hub], externalId });
    default:
      return trustsNobodyPolicy();
  }
}

/** Looks as Causeway's generated external IDs do; fixed by the seed so that roles and connectors agree. */
function sampleExternalId(seed: number, accountId: string): string {
  return createPrng(seed, `external-id/${accountId}`).text(
    32,
    'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  );
}

/** One instance of Production has every tag that is hard to handle, so that they are seen and found by hand. */
function addTagMuseum(world: World): void {
  const instances = accountOf(world, PRODUCTION_ID).ec2['us-east-1']?.instances ?? [];
  const position = instances.findIndex(({ State }) => State?.Name === 'running');
  const instance = instances[position];
  if (instance) instances[position] = { ...instance, Tags: [{ Key: 'Name', Value: 'tag-museum' }, ...AWKWARD_TAGS] };
}

const PRODUCTION_ID = '222222222222';

function addOrganizations(world: World): void {
  const { management, centralSecurity, govCentralSecurity } = SAMPLE_ACCOUNTS;
  const idsIn = (partition: Partition) =>
    SAMPLE_MEMBERS.filter(member => accountOf(world, member.id).partition === partition).map(({ id }) => id);
  const denied = SAMPLE_MEMBERS.flatMap(({ id, deniedRegions }) =>
    deniedRegions ? [{ id, policy: denyRegionsPolicy(deniedRegions) }] : [],
  );
  addOrganization(world, {
    managementAccountId: management,
    memberAccountIds: [centralSecurity, ...idsIn('aws')],
    serviceControlPolicies: Object.fromEntries(denied.map(({ id, policy }) => [id, [policy]])),
  });
  addOrganization(world, { managementAccountId: govCentralSecurity, memberAccountIds: idsIn('aws-us-gov') });
}

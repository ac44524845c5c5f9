import { createHash } from 'node:crypto';
import { factsOfPartition } from '../../src/domain/partition.ts';
import { epochOf, type Fleet } from '../fleet/fleet.ts';
import { networksOf } from '../fleet/network.ts';
import { createLru, type Lru } from '../lru.ts';
import { ec2StateOf, fleetScopeOf, usedRegions } from './ec2-state.ts';
import { securityGroupsOf, volumesOf } from './of-instances.ts';
import { createPrng } from './prng.ts';
import { GLOBAL_TYPES, type ResourceType, type ResourceTypes } from './resource-types.ts';
import type { Account, JsonSafe, World } from './world.ts';

/**
 * What accounts have besides instances and their networks, made from one example of each type. Nothing of it is kept in
 * the world: a resource is made when it is asked for, the same each time, so that worlds of thousands of accounts cost no
 * memory. What is changed is taken out of the stock first (`ownResources`), and then is the account's own.
 */
export interface Stock {
  /** One example of each type, with the text that AWS names it by. */
  templates: Partial<Record<string, Template>>;
  /** How many of a type one region has at most; each account and region has its own number, from none. */
  most: number;
}

export interface Template {
  id: string;
  /** JSON of the example, of account 111122223333 in us-east-1 of the partition aws. */
  text: string;
}

export function stockOf(
  samples: readonly { assetType: string; sample: { id: string; item: object } }[],
  { most }: { most: number },
): Stock {
  const templates = samples.map(({ assetType, sample }): [string, Template] => [
    assetType,
    { id: sample.id, text: JSON.stringify(sample.item) },
  ]);
  return { templates: Object.fromEntries(templates), most };
}

/** The resources of a type in a region of an account; `global` for those of services that are one for all regions. */
export function resourcesOf<Type extends ResourceType>(
  world: World,
  { account, region, type }: { account: Account; region: string; type: Type },
): readonly JsonSafe<ResourceTypes[Type]>[] {
  return account.resources?.[region]?.[type] ?? stocked(world, { account, region, type });
}

/** The same of an account's volumes: with those that its instances have attached. */
export function allVolumes(world: World, place: EpochPlace): readonly Stored<'AWS::EC2::Volume'>[] {
  const type = 'AWS::EC2::Volume';
  const { account, region, now } = place;
  const template = world.stock?.templates[type];
  const loose = resourcesOf(world, { account, region, type });
  if (!template || account.resources?.[region]?.[type]) return loose;
  const pattern: Stored<'AWS::EC2::Volume'> = copyOf(template, { world, account, region, number: 0 });
  const scope = fleetScopeOf(world, account, region);
  const { instances } = ec2StateOf(world, place);
  if (!scope) return [...volumesOf(instances, pattern), ...loose];
  if (scope.size > VOLUMES_OF_INSTANCES_MAX) return loose;
  const name = `${account.id}/${region}/${epochOf(scope.fleet, now)}`;
  const attached = volumesOfFleets.get(scope.fleet)?.get(name, () => volumesOf(instances, pattern));
  if (attached) return [...attached, ...loose];
  volumesOfFleets.set(scope.fleet, createLru(4));
  return allVolumes(world, place);
}

/** The last few, since a listing asks for the same ones page after page. */
const volumesOfFleets = new WeakMap<Fleet, Lru<Stored<'AWS::EC2::Volume'>[]>>();

/** Of a fleet, instances beyond so many in one region are listed without their volumes, which are made for each listing. */
const VOLUMES_OF_INSTANCES_MAX = 10_000;

/** The same of its security groups: with those that its instances are in. */
export function allSecurityGroups(world: World, place: EpochPlace): readonly Stored<'AWS::EC2::SecurityGroup'>[] {
  const type = 'AWS::EC2::SecurityGroup';
  const { account, region } = place;
  const template = world.stock?.templates[type];
  const others = resourcesOf(world, { account, region, type });
  if (!template || account.resources?.[region]?.[type]) return others;
  const pattern: Stored<'AWS::EC2::SecurityGroup'> = copyOf(template, { world, account, region, number: 0 });
  const arnOf = (id: string) => `arn:${account.partition}:ec2:${region}:${account.id}:security-group/${id}`;
  const scope = fleetScopeOf(world, account, region);
  if (scope) {
    const groups = networksOf(scope).flatMap(({ securityGroups }) => securityGroups);
    const own = groups.map(one => ({ ...pattern, ...one, OwnerId: account.id, SecurityGroupArn: arnOf(one.GroupId) }));
    return [...own, ...others];
  }
  const instances = account.ec2[region]?.instances ?? [];
  return [...securityGroupsOf(instances, pattern, { ownerId: account.id, arnOf }), ...others];
}

/** A region of an account at a time. */
interface EpochPlace {
  account: Account;
  region: string;
  now: Date;
}

type Stored<Type extends ResourceType> = JsonSafe<ResourceTypes[Type]>;

/** The same, to be changed: the account's own from now on. */
export function ownResources<Type extends ResourceType>(
  world: World,
  place: { account: Account; region: string; type: Type },
): JsonSafe<ResourceTypes[Type]>[] {
  const { account, region, type } = place;
  const own = [...resourcesOf(world, place)];
  account.resources ??= {};
  account.resources[region] ??= {};
  Object.assign(account.resources[region], { [type]: own });
  return own;
}

function stocked<Type extends ResourceType>(
  world: World,
  { account, region, type }: { account: Account; region: string; type: Type },
): readonly JsonSafe<ResourceTypes[Type]>[] {
  const template = world.stock?.templates[type];
  if (!world.stock || !template) return [];
  const prng = createPrng(world.seed, `stock/${account.id}/${region}/${type}`);
  const count = isInUse(world, account, region) ? prng.int(GLOBAL_TYPES.has(type) ? 1 : 0, world.stock.most) : 0;
  return Array.from({ length: count }, (_, number) => copyOf(template, { world, account, region, number }));
}

/** Accounts have nothing in regions where they have no network. */
function isInUse(world: World, account: Account, region: string): boolean {
  const used = usedRegions(world, account);
  return region === 'global' ? used.length > 0 : used.includes(region);
}

/** The `number`th copy of a template in an account and region: its own ids and names, all else alike. */
export function copyOf<Made>(
  { id, text }: Template,
  place: {
    /** Where the account may be of a fleet. */
    world?: World;
    account: Pick<Account, 'id' | 'partition' | 'ec2'>;
    region: string;
    number: number;
  },
): Made {
  const { account, region, number } = place;
  const home = region === 'global' ? homeOf(place) : region;
  const unique = (name: string) =>
    createHash('sha256').update(`${account.id}/${region}/${number}/${name}`).digest('hex');
  const name = id.split(/[:/]/).at(-1) ?? '';
  const network = networkIds({ ...place, region: home });
  const made = text
    .replaceAll(
      /\b([a-z]{1,10}(?:-[a-z]+)?)-0[0-9a-f]{16}\b/g,
      (all, prefix: string) => network[prefix] ?? `${prefix}-0${unique(all).slice(0, 16)}`,
    )
    .replaceAll(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, all => uuidOf(unique(all)))
    .replaceAll(
      /\b(A[A-Z]{3})EXAMPLE([0-9]+)\b/g,
      (all, prefix: string, digits: string) =>
        `${prefix}${unique(all)
          .toUpperCase()
          .slice(0, 7 + digits.length)}`,
    )
    .replaceAll(/\bE1A2B3C4D5F6G7\b/g, all => `E${unique(all).toUpperCase().slice(0, 13)}`)
    .replaceAll('111122223333', account.id)
    .replaceAll('us-east-1', home)
    .replaceAll('arn:aws:', `arn:${account.partition}:`)
    .replaceAll('amazonaws.com', factsOfPartition(account.partition)?.dnsSuffix ?? 'amazonaws.com');
  // Names are told apart by a number; ids and account numbers inside of them are replaced above.
  const plain = name.replaceAll('111122223333', account.id);
  const named =
    number === 0 || /-0[0-9a-f]{16}$|^[0-9a-f-]{36}$|^E1A2/.test(name) ? made : numbered(made, plain, number + 1);
  return JSON.parse(named);
}

/** Puts a number behind a name wherever it stands on its own in the JSON text, also within ARNs and URLs. */
function numbered(text: string, name: string, number: number): string {
  const escaped = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return text.replaceAll(new RegExp(`(?<=["/:])${escaped}(?=["/:])`, 'g'), `${name}-${number}`);
}

function uuidOf(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

type CopyPlace = Parameters<typeof copyOf>[1];

/** The region in which an account has most; its buckets are there. */
function homeOf({ world, account }: CopyPlace): string {
  const [home] = world ? usedRegions(world, account) : Object.keys(account.ec2);
  return home ?? factsOfPartition(account.partition)?.stsRegion ?? 'us-east-1';
}

/** What is in a network is in one that the account has, so that links lead somewhere. */
function networkIds({ world, account, region, number }: CopyPlace): Partial<Record<string, string>> {
  // A fleet's first instances, which stay at their places: of what they are attached to, only they are asked here.
  const now = new Date(world?.fleet?.startedAt ?? 0);
  const state = world ? ec2StateOf(world, { account, region, now }) : account.ec2[region];
  const at = <T>(list: Pick<readonly T[], 'length' | 'at'> = []) => list.at(number % list.length);
  const subnet = at(state?.subnets);
  return dropUndefined({
    vpc: subnet?.VpcId ?? at(state?.vpcs)?.VpcId,
    subnet: subnet?.SubnetId,
    i: at(state?.instances)?.InstanceId,
  });
}

function dropUndefined(record: Record<string, string | undefined>): Partial<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(record).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

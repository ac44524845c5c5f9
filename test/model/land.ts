import { accountOf, addAccount, addRole, ec2RegionOf } from '../../simulator/world/build.ts';
import { readPolicy, trustPolicy } from '../../simulator/world/policies.ts';
import type { World } from '../../simulator/world/world.ts';
import { type Change, type Kind, REGIONS } from './story.ts';

/**
 * The accounts of one story: what is in them, twice. Once as simulated AWS has it, for Causeway to read; once as the
 * shortest list that says the same, for the model to know. Nobody but this file changes either.
 */
export class Land {
  readonly accountIds: readonly string[];
  readonly #world: World;
  readonly #platformAccountId: string;
  /** By scope, then by native id: which version is there. */
  readonly #truth = new Map<string, Map<string, number>>();
  /** Keys of everything that has ever been there. */
  readonly everThere = new Set<string>();
  #versions = 0;

  constructor({
    world,
    accountIds,
    platformAccountId,
  }: { world: World; accountIds: readonly string[]; platformAccountId: string }) {
    this.accountIds = accountIds;
    this.#world = world;
    this.#platformAccountId = platformAccountId;
    for (const id of accountIds) {
      addAccount(world, { id, name: `Account ${id}` });
      this.returnTo(id);
    }
  }

  /** What a scope has, by native id; versions rise with every change of whatever it is. */
  truth(scope: string): ReadonlyMap<string, number> {
    return this.#truth.get(scope) ?? new Map();
  }

  change(changes: readonly Change[]): void {
    for (const { account, region, kind, what, slots } of changes) {
      const place = this.#placeOf(account, REGIONS[region] ?? REGIONS[0], kind);
      for (const slot of slots) this.#changeOne(place, { what, slot });
    }
  }

  #placeOf(account: number, region: string, kind: Kind): Place {
    const accountId = this.accountIds[account] ?? '';
    return { accountId, kind, region: kind === 'group' ? 'global' : region };
  }

  #changeOne(place: Place, { what, slot }: { what: Change['what']; slot: number }): void {
    const id = idOf(place, slot);
    const scope = scopeOf(place);
    const there = this.#truth.get(scope) ?? new Map<string, number>();
    this.#truth.set(scope, there);
    if (what === 'delete') {
      if (there.delete(id)) this.#shelf(place).remove(id);
      return;
    }
    if (what === 'retag' && !there.has(id)) return;
    this.#versions += 1;
    const isNew = !there.has(id);
    there.set(id, this.#versions);
    this.everThere.add(`${scope}/${id}`);
    this.#shelf(place).put({ id, isNew, version: String(this.#versions) });
  }

  /** How simulated AWS keeps the resources of a kind. */
  #shelf({ accountId, kind, region }: Place): Shelf {
    const account = accountOf(this.#world, accountId);
    if (kind === 'instance' || kind === 'vpc') {
      const ec2 = ec2RegionOf(account, region);
      return kind === 'instance' ? instances(ec2) : shelf(ec2.vpcs, vpc => vpc.VpcId, vpcOf(accountId));
    }
    account.resources ??= {};
    account.resources[region] ??= {};
    const resources = account.resources[region];
    if (kind === 'queue') {
      resources['AWS::SQS::Queue'] ??= [];
      return shelf(resources['AWS::SQS::Queue'], queue => queue.QueueUrl, queueOf);
    }
    resources['AWS::IAM::Group'] ??= [];
    return shelf(resources['AWS::IAM::Group'], group => group.GroupName, groupOf(accountId));
  }

  /** Instances that were terminated keep their places while somebody reads page by page; then they go. */
  tidy(): void {
    for (const id of this.accountIds) {
      for (const region of Object.values(accountOf(this.#world, id).ec2)) {
        region.instances = region.instances.filter(instance => instance.terminatedAt === undefined);
      }
    }
  }

  /** Roles of the names that connectors use; made anew, they are other roles. */
  returnTo(accountId: string): void {
    const trust = trustPolicy({
      partition: 'aws',
      accountIds: [this.#platformAccountId],
      externalId: EXTERNAL_ID,
    });
    for (let connector = 0; connector < 4; connector += 1) {
      addRole(this.#world, accountId, {
        name: roleName(connector),
        trustPolicy: trust,
        inlinePolicies: { Read: readPolicy() },
      });
    }
  }

  leave(accountId: string): void {
    accountOf(this.#world, accountId).roles = {};
    this.endSessions(accountId);
  }

  hasRoles(accountId: string): boolean {
    return Object.keys(accountOf(this.#world, accountId).roles).length > 0;
  }

  endSessions(accountId: string): void {
    for (const [key, session] of Object.entries(this.#world.sessions)) {
      if (session.accountId === accountId) delete this.#world.sessions[key];
    }
  }

  optIn(accountId: string, on: boolean): void {
    accountOf(this.#world, accountId).enabledRegions = on ? [REGIONS[2]] : [];
  }

  hasOptedIn(accountId: string): boolean {
    return accountOf(this.#world, accountId).enabledRegions.length > 0;
  }

  remove(): void {
    for (const id of this.accountIds) {
      this.endSessions(id);
      delete this.#world.accounts[id];
    }
  }
}

export const EXTERNAL_ID = 'a-story-of-random-accounts';

export function roleName(connector: number): string {
  return `Reader-${connector}`;
}

interface Place {
  readonly accountId: string;
  readonly kind: Kind;
  readonly region: string;
}

export const ASSET_TYPE_OF: Readonly<Record<Kind, string>> = {
  instance: 'AWS::EC2::Instance',
  vpc: 'AWS::EC2::VPC',
  queue: 'AWS::SQS::Queue',
  group: 'AWS::IAM::Group',
};

/** As the inventory's keys begin. */
export function scopeOf({ accountId, kind, region }: Place): string {
  return `aws/${accountId}/${region}/${ASSET_TYPE_OF[kind]}`;
}

/** Ids of EC2 are unique in the world; queues have their account in theirs, and groups have the same name everywhere. */
function idOf({ accountId, kind, region }: Place, slot: number): string {
  const number = `${accountId.slice(-10)}${REGIONS.findIndex(one => region.startsWith(one))}${slot.toString(16)}`;
  switch (kind) {
    case 'instance':
      return `i-${number.padStart(17, '0')}`;
    case 'vpc':
      return `vpc-${number.padStart(17, '0')}`;
    case 'queue':
      return `https://sqs.${region}.amazonaws.com/${accountId}/queue-${slot}`;
    case 'group':
      return `group-${slot}`;
  }
}

interface Shelf {
  put(made: { id: string; isNew: boolean; version: string }): void;
  remove(id: string): void;
}

function shelf<Item>(
  list: Item[],
  idOfItem: (item: Item) => string | undefined,
  make: (id: string, version: string) => Item,
): Shelf {
  const placeOf = (id: string) => list.findIndex(item => idOfItem(item) === id);
  return {
    put({ id, isNew, version }) {
      if (isNew) list.push(make(id, version));
      else list[placeOf(id)] = make(id, version);
    },
    remove: id => void list.splice(placeOf(id), 1),
  };
}

/** Page tokens are positions, so what is deleted while pages are read has to keep its place. */
function instances(region: ReturnType<typeof ec2RegionOf>): Shelf {
  const list = region.instances;
  const placeOf = (id: string) => list.findIndex(one => one.InstanceId === id && one.terminatedAt === undefined);
  return {
    put({ id, isNew, version }) {
      const made = { InstanceId: id, reservationId: `r-${id.slice(2)}`, State: RUNNING, Tags: tagsOf(version) };
      if (isNew) list.push(made);
      else list[placeOf(id)] = made;
    },
    remove(id) {
      const place = placeOf(id);
      const instance = list[place];
      if (instance) list[place] = { ...instance, terminatedAt: LONG_AGO };
    },
  };
}

const RUNNING = { Code: 16, Name: 'running' } as const;
const LONG_AGO = '2020-01-01T00:00:00.000Z';

function tagsOf(version: string) {
  return [{ Key: 'v', Value: version }];
}

function vpcOf(accountId: string) {
  return (VpcId: string, version: string) => ({
    VpcId,
    OwnerId: accountId,
    State: 'available' as const,
    Tags: tagsOf(version),
  });
}

/** Both of its details tell the version, so that each can be unknown without the other. */
function queueOf(QueueUrl: string, version: string) {
  return { QueueUrl, Attributes: { VisibilityTimeout: version }, Tags: { v: version } };
}

function groupOf(accountId: string) {
  return (GroupName: string, version: string) => ({
    GroupName,
    GroupId: `AGPA${accountId}`,
    Arn: `arn:aws:iam::${accountId}:group/v${version}/${GroupName}`,
    Path: `/v${version}/`,
    GroupPolicyList: [],
    AttachedManagedPolicies: [],
  });
}

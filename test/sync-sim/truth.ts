import { sql } from 'kysely';
import { isVisible } from '../../simulator/world/instance-state.ts';
import type { Account, World } from '../../simulator/world/world.ts';
import type { Database } from '../../src/store/database.ts';

/** An asset as a person would copy it from AWS's answer; made from the world itself, not from what Causeway read. */
export interface TrueAsset {
  readonly key: string;
  readonly name: string | null;
  readonly state: string | null;
  readonly arn: string | null;
  readonly tags: Record<string, string>;
  readonly attributes: unknown;
}

/** What an inventory of these accounts must hold, and nothing else. */
export function trueAssets(
  world: World,
  { accountIds, now }: { accountIds: readonly string[]; now: Date },
): TrueAsset[] {
  return accountIds
    .flatMap(id => {
      const account = world.accounts[id];
      return account ? Object.keys(account.ec2).flatMap(region => inRegion(account, region, now)) : [];
    })
    .sort(byKey);
}

function inRegion(account: Account, region: string, now: Date): TrueAsset[] {
  const { instances = [], vpcs = [], subnets = [] } = account.ec2[region] ?? {};
  const place = `${account.partition}/${account.id}/${region}`;
  return [
    ...instances
      .filter(instance => isVisible(instance, now))
      .map(instance => {
        const { reservationId, terminatedAt: _, ...shown } = instance;
        return asset(`${place}/AWS::EC2::Instance/${instance.InstanceId}`, {
          item: { ...shown, ReservationId: reservationId, OwnerId: account.id },
          tags: instance.Tags,
          state: instance.State?.Name,
        });
      }),
    ...vpcs.map(vpc => asset(`${place}/AWS::EC2::VPC/${vpc.VpcId}`, { item: vpc, tags: vpc.Tags, state: vpc.State })),
    ...subnets
      .filter(subnet => subnet.OwnerId === account.id)
      .map(subnet =>
        asset(`${place}/AWS::EC2::Subnet/${subnet.SubnetId}`, {
          item: subnet,
          tags: subnet.Tags,
          state: subnet.State,
          arn: subnet.SubnetArn,
        }),
      ),
  ];
}

interface Described {
  readonly item: object;
  readonly tags: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined;
  readonly state: string | undefined;
  readonly arn?: string | undefined;
}

function asset(key: string, { item, tags: list = [], state, arn }: Described): TrueAsset {
  const tags = Object.fromEntries(list.map(({ Key, Value }) => [Key, Value ?? '']));
  const { tags: _, ...attributes } = lowerFirst(item);
  return { key, name: tags.Name || null, state: state ?? null, arn: arn ?? null, tags, attributes };
}

function lowerFirst(item: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(item)
      .filter(([, field]) => field !== undefined)
      .map(([name, field]) => [name[0]?.toLowerCase() + name.slice(1), inside(field)]),
  );
}

function inside(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inside);
  return typeof value === 'object' && value !== null ? lowerFirst(value) : value;
}

/** What the inventory holds and has not marked as gone. */
export async function liveAssets(db: Database): Promise<TrueAsset[]> {
  const { rows } = await sql<TrueAsset>`
    select concat_ws('/', partition, account_id, region, asset_type, native_id) as key, name, state, arn, tags, attributes
    from assets where gone_at is null
  `.execute(db);
  return rows.sort(byKey);
}

/** Keys of everything that was marked as gone, ever: a false "gone" stays in the history even if the asset returned. */
export async function everGone(db: Database): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`
    select concat_ws('/', a.partition, a.account_id, a.region, a.asset_type, a.native_id) as key
    from asset_history h join assets a on a.id = h.asset_id where h.event = 'gone' order by key
  `.execute(db);
  return rows.map(row => row.key);
}

function byKey(a: TrueAsset, b: TrueAsset): number {
  return a.key < b.key ? -1 : 1;
}

import { DescribeRegionsCommand, EC2Client, type Instance, paginateDescribeInstances } from '@aws-sdk/client-ec2';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import pg from 'pg';
import type { ScriptSettings } from '../sync/contestants.ts';
import { serve } from './serve-syncs.ts';

/**
 * What a competent engineer writes in an afternoon to keep a table of all instances: assume each account's role, ask for
 * its regions, and go through all pairs of account and region, 32 at a time, each page one batched upsert. The AWS SDK's
 * own paginator, parser, retries and connections; a client per account and region, as its credentials ask for.
 */
const CONCURRENCY = 32;
const { endpoint, connectionString, hub, members, homeRegion }: ScriptSettings = JSON.parse(process.argv[2] ?? '');
// All connections are made now: while pages are parsed, nothing else is done for seconds, and new ones would time out.
const pool = new pg.Pool({ connectionString, min: 10, max: 10, idleTimeoutMillis: 0 });
await pool.query(tableSql());
await Promise.all(Array.from({ length: 10 }, () => pool.query('select pg_sleep(0.1)')));

await serve(async () => {
  const startedAt = new Date();
  const sts = new STSClient({ endpoint, region: homeRegion, credentials: hub });
  const pairs: Pair[] = [];
  await inParallel(members, async ({ accountId, roleArn, externalId }) => {
    const assume = { RoleArn: roleArn, ExternalId: externalId, RoleSessionName: 'inventory' };
    const { Credentials } = await sts.send(new AssumeRoleCommand(assume));
    const credentials = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    };
    const ec2 = new EC2Client({ endpoint, region: homeRegion, credentials });
    const { Regions = [] } = await ec2.send(new DescribeRegionsCommand({}));
    ec2.destroy();
    for (const { RegionName: region = '' } of Regions) pairs.push({ accountId, region, credentials });
  });
  await inParallel(pairs, pair => syncRegion(pair, startedAt));
});
await pool.end();

interface Pair {
  readonly accountId: string;
  readonly region: string;
  readonly credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string };
}

async function syncRegion({ accountId, region, credentials }: Pair, startedAt: Date): Promise<void> {
  const client = new EC2Client({ endpoint, region, credentials });
  for await (const page of paginateDescribeInstances({ client, pageSize: 1_000 }, {})) {
    const instances = (page.Reservations ?? []).flatMap(reservation => reservation.Instances ?? []);
    if (instances.length > 0) await upsert(instances, { accountId, region });
  }
  client.destroy();
  await pool.query('delete from script_instances where account_id = $1 and region = $2 and synced_at < $3', [
    accountId,
    region,
    startedAt,
  ]);
}

async function upsert(instances: Instance[], { accountId, region }: { accountId: string; region: string }) {
  const rows = instances.map(instance => {
    const tags = Object.fromEntries((instance.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
    const facts = [instance.InstanceId, tags.Name, instance.PrivateIpAddress, instance.PublicIpAddress];
    return {
      id: instance.InstanceId,
      name: tags.Name ?? null,
      state: instance.State?.Name ?? null,
      tags,
      attributes: instance,
      search: [...facts, instance.PrivateDnsName, instance.VpcId, instance.SubnetId]
        .filter(fact => fact)
        .join('\n')
        .toLowerCase(),
    };
  });
  await pool.query(
    `insert into script_instances (account_id, region, instance_id, name, state, tags, attributes, search, synced_at)
     select $1, $2, id, name, state, tags, attributes, search, now()
     from jsonb_to_recordset($3::jsonb)
       as i(id text, name text, state text, tags jsonb, attributes jsonb, search text)
     on conflict (account_id, region, instance_id) do update set name = excluded.name, state = excluded.state,
       tags = excluded.tags, attributes = excluded.attributes, search = excluded.search, synced_at = excluded.synced_at`,
    [accountId, region, JSON.stringify(rows)],
  );
}

/** The columns and indexes by which Causeway's assets are searched, and no compression, as there. */
function tableSql(): string {
  return `
    create table if not exists script_instances (
      account_id text, region text, instance_id text, name text, state text, tags jsonb not null,
      attributes jsonb not null, search text not null, synced_at timestamptz not null,
      primary key (account_id, region, instance_id)
    );
    alter table script_instances alter attributes set storage external;
    create index if not exists script_instances_name on script_instances (name, instance_id);
    create index if not exists script_instances_id on script_instances (instance_id text_pattern_ops);
    create index if not exists script_instances_tags on script_instances using gin (tags jsonb_path_ops);
    create index if not exists script_instances_search on script_instances using gin (search gin_trgm_ops);`;
}

async function inParallel<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}

import { sql } from 'kysely';
import { type Compared, comparedValues } from '../../src/inventory/compared.ts';
import { type SearchFacts, searchFacts } from '../../src/inventory/content.ts';
import type { AssetProperty, ObservedAsset } from '../../src/inventory/define.ts';
import type { Vocabulary } from '../../src/query/vocabulary.ts';
import type { Database } from '../../src/store/database.ts';

/** Asset types for these tests alone, with every kind of property and place. */
export const VOCABULARY = [
  {
    assetType: 'AWS::EC2::Instance',
    label: 'EC2 instance',
    plural: 'EC2 instances',
    properties: [
      property('instanceType', 'instanceType'),
      property('availabilityZone', 'placement.availabilityZone'),
      { ...property('securityGroupId', 'securityGroups[].groupId'), inSearch: 'shared' },
      { ...property('privateIp', 'privateIpAddress'), inSearch: 'own' },
      { ...property('vpcId', 'vpcId'), inSearch: 'shared' },
      { ...property('dnsName', 'dnsNames[]'), inSearch: 'dns' },
      { ...property('networkInterfaceId', 'networkInterfaces[].networkInterfaceId'), inSearch: 'id' },
      { ...property('launchTime', 'launchTime'), kind: 'time' },
    ],
  },
  {
    assetType: 'AWS::EC2::Volume',
    label: 'EBS volume',
    plural: 'EBS volumes',
    properties: [
      property('availabilityZone', 'availabilityZone'),
      { ...property('size', 'size'), kind: 'number' },
      { ...property('encrypted', 'encrypted'), kind: 'boolean' },
      { ...property('snapshotId', 'snapshotId'), inSearch: 'shared' },
      { ...property('attachedTo', 'attachedTo'), inSearch: 'id' },
    ],
  },
] as const satisfies Vocabulary;

export interface Account {
  readonly num: number;
  readonly id: string;
  readonly accountId: string;
  readonly apps: readonly ('cloud-view' | 'asset-view')[];
}

export interface StoredAsset {
  readonly id: string;
  readonly assetType: string;
  readonly partition: string;
  readonly accountId: string;
  readonly region: string;
  readonly nativeId: string;
  readonly arn: string | null;
  readonly name: string | null;
  readonly state: string | null;
  readonly tags: Record<string, string>;
  readonly connectorTags: Record<string, string>;
  readonly attributes: Record<string, unknown>;
  readonly compared: Compared;
  readonly search: string;
  readonly sharedFacts: readonly string[];
  readonly seenBy: number[];
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  readonly changedAt: string;
  readonly goneAt: string | null;
}

/** Generates assets of a few accounts, the same for the same seed; `template` makes one more with a given native id. */
export function worldOf({ assets, seed, gone = true }: { assets: number; seed: number; gone?: boolean }) {
  const draw = generator(seed);
  const accounts: Account[] = [
    { num: 1, id: uuid(900_001), accountId: '111111111111', apps: ['cloud-view'] },
    { num: 2, id: uuid(900_002), accountId: '222222222222', apps: ['asset-view'] },
    { num: 3, id: uuid(900_003), accountId: '233333333333', apps: ['cloud-view', 'asset-view'] },
  ];
  const make = (number: number, nativeId?: string) => {
    const account = accounts[number % accounts.length] ?? accounts[0];
    return assetOf(draw, { number, account, gone, nativeId });
  };
  return {
    accounts,
    assets: Array.from({ length: assets }, (_, number) => make(number)),
    template: (nativeId: string) => ({
      ...make(3, nativeId),
      id: uuid(800_000 + nativeId.length * 100 + nativeId.charCodeAt(2)),
    }),
  };
}

interface Making {
  readonly number: number;
  readonly account: Account | undefined;
  readonly gone: boolean;
  readonly nativeId: string | undefined;
}

function assetOf(draw: Draw, { number, account, gone, nativeId }: Making): StoredAsset {
  const [assetType, prefix] = number % 3 === 0 ? ['AWS::EC2::Instance', 'i'] : ['AWS::EC2::Volume', 'vol'];
  const type = VOCABULARY.find(({ assetType: name }) => name === assetType) ?? VOCABULARY[0];
  const region = draw.of(['eu-west-1', 'us-east-1']);
  const observed = {
    nativeId: nativeId ?? `${prefix}-${madeUp(number)}`,
    arn: draw.of([null, `arn:aws:ec2:${region}:${account?.accountId}:${prefix}/${number}`]),
    name: draw.of([null, 'a%', 'A_B', 'é"\\*', "x'; drop table assets; --", `web-${number % 20}`, `DB-${number % 9}`]),
    state: draw.of([null, 'running', 'running', 'stopped', 'Deployed']),
    tags: draw.tags(),
    attributes: prefix === 'i' ? instance(draw, region, number) : volume(draw, region, number),
    ownerId: null,
  };
  const { ownerId: _, ...fields } = observed;
  const properties: AssetProperty[] = [...type.properties].map(property => ({ label: '', column: false, ...property }));
  const facts = number % 5 === 0 ? factsBefore(observed, properties) : searchFacts(observed, properties);
  return {
    ...fields,
    id: uuid(number),
    assetType,
    partition: 'aws',
    accountId: account?.accountId ?? '',
    region,
    // Of those from before, and of properties that came later, only the attributes tell.
    compared: number % 2 === 0 ? comparedValues(fields.attributes, properties.slice(number % 3)) : {},
    connectorTags: draw.of<Record<string, string>>([{}, { Owner: 'security' }]),
    ...facts,
    seenBy: draw.of([[account?.num ?? 1], [account?.num ?? 1], [1, 2], []]),
    firstSeenAt: draw.day(),
    lastSeenAt: draw.day(),
    changedAt: draw.day(),
    goneAt: gone ? draw.of([null, null, null, draw.day()]) : null,
  };
}

/** Everything in its text, as it was before facts were shared. */
function factsBefore(observed: ObservedAsset, properties: readonly AssetProperty[]): SearchFacts {
  const own = properties.map(property => (property.inSearch ? { ...property, inSearch: 'own' as const } : property));
  const { search } = searchFacts(observed, own);
  return { search: `${observed.nativeId}\n${search}`.toLowerCase(), sharedFacts: [] };
}

/** The digits of an id as AWS makes them up; those of numbers that differ by one have nothing in common. */
export function madeUp(number: number): string {
  return `0${(BigInt(number + 1) * 0x9e3779b97f4a7c15n).toString(16).slice(-16).padStart(16, '0')}`;
}

function instance(draw: Draw, region: string, number: number): Record<string, unknown> {
  return {
    instanceType: draw.of(['t3.micro', 'm7g.large']),
    placement: { availabilityZone: `${region}${draw.of(['a', 'b'])}` },
    securityGroups: draw.of([[], [{ groupId: 'sg-1' }], [{ groupId: 'sg-2' }, { groupId: 'sg-3' }]]),
    privateIpAddress: `10.0.${draw.below(2)}.${draw.below(200)}`,
    vpcId: draw.of(['vpc-1', 'vpc-2', `vpc-${madeUp(1)}`, 'vpc-0a1b2c3d']),
    dnsNames: draw.of([
      [],
      ['localhost'],
      [`web-${draw.below(20)}.${region}.internal`],
      [`db-1.${region}.internal`, `db-1.${region}.example.com`],
    ]),
    networkInterfaces: draw.of([
      [],
      [{ networkInterfaceId: `eni-${madeUp(number)}` }],
      [{ networkInterfaceId: `eni-${madeUp(number)}` }, { networkInterfaceId: 'eni-0a1b2c3d' }],
      [{ networkInterfaceId: 'none, 0a1b2c3d' }],
    ]),
    launchTime: draw.day(),
  };
}

function volume(draw: Draw, region: string, number: number): Record<string, unknown> {
  return draw.of([
    // As AWS writes what there is none of, in some places.
    { availabilityZone: '', snapshotId: '' },
    {
      availabilityZone: `${region}a`,
      size: draw.below(300),
      encrypted: draw.of([true, false]),
      snapshotId: `snap-${number}`,
      attachedTo: `i-${madeUp(3 * (number % 9))}`,
    },
    // Not what is declared; nothing may fail because of it.
    { availabilityZone: null, size: 'large', encrypted: 'yes', instanceType: 't3.micro', snapshotId: `snap-${number}` },
  ]);
}

type Draw = ReturnType<typeof generator>;

/** Mulberry32: small, and the same everywhere. */
function generator(seed: number) {
  let state = seed;
  const below = (end: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % end;
  };
  function of<T>(choices: readonly T[]): T {
    const chosen = choices[below(choices.length)];
    if (chosen === undefined) throw new Error('nothing to choose from');
    return chosen;
  }
  const day = () => new Date(Date.UTC(2026, below(4), 1 + below(28), below(24))).toISOString();
  const tags = () =>
    of<Record<string, string>>([{}, { Env: 'prod' }, { Env: 'Prod', Owner: 'web' }, { 'a b:c': '%', Env: 'dev' }]);
  return { below, of, day, tags };
}

function property(name: string, path: string) {
  return { name, path, kind: 'text' as const };
}

function uuid(number: number): string {
  return `019f0000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;
}

/** As of when coverage is judged, where a test does not care. */
export const AS_OF = { now: new Date('2023-11-14T00:00:00Z'), emptyScopesEvery: 6 };

export async function insertConnector(db: Database, { num, id, accountId, apps }: Account): Promise<void> {
  await sql`
    insert into connectors (id, num, name, description, account_type, partition, account_id, role_arn, external_id,
      polling_minutes, enabled, in_cloud_view, in_asset_view, asset_tags, tags, next_run_at, created_at, updated_at)
    overriding system value
    values (${id}, ${num}, ${`connector ${num}`}, '', 'global', 'aws', ${accountId}, ${`role ${num}`}, 'external-id',
      240, true, ${apps.includes('cloud-view')}, ${apps.includes('asset-view')}, '{}', '{}', now(), now(), now())
  `.execute(db);
}

export async function insertScope(
  db: Database,
  scope: {
    connectorId: string;
    accountId?: string;
    region: string;
    assetType: string;
    outcome?: string;
    fault?: object;
    completeAt?: string;
    emptyProofs?: number;
  },
): Promise<void> {
  const { connectorId, accountId = '111111111111', region, assetType, outcome = 'complete', completeAt = null } = scope;
  await sql`
    insert into scopes (connector_id, region, asset_type, partition, account_id, last_outcome, last_fault, complete_at,
      empty_proofs)
    values (${connectorId}, ${region}, ${assetType}, 'aws', ${accountId}, ${outcome},
      ${scope.fault ? JSON.stringify(scope.fault) : null}::jsonb, ${completeAt}, ${scope.emptyProofs ?? 0})
  `.execute(db);
}

/** A run that ended before it had a plan. */
export async function insertFailedRun(
  db: Database,
  { connectorId, fault }: { connectorId: string; fault: object },
): Promise<void> {
  const id = uuid(700_000);
  await sql`
    insert into runs (id, connector_id, state, trigger, requested_by, partition, account_id, job_id, fault, queued_at)
    values (${id}, ${connectorId}, 'failed', 'created', 'system', 'aws', '222222222222', ${id},
      ${JSON.stringify(fault)}::jsonb, now())
  `.execute(db);
  await sql`update connectors set last_run_id = ${id} where id = ${connectorId}`.execute(db);
}

export async function insertAssets(db: Database, assets: readonly StoredAsset[]): Promise<void> {
  await sql`
    insert into assets (id, partition, account_id, region, asset_type, native_id, arn, name, state, tags, connector_tags,
      attributes, compared, search, shared_facts, content_hash, seen_by, first_seen_at, last_seen_at, changed_at, gone_at)
    select id, partition, "accountId", region, "assetType", "nativeId", arn, name, state, tags, "connectorTags",
      attributes, compared, search, nullif("sharedFacts", '{}'), '', "seenBy", "firstSeenAt", "lastSeenAt", "changedAt", "goneAt"
    from json_to_recordset(${JSON.stringify(assets)}::json) as asset (
      id uuid, partition text, "accountId" text, region text, "assetType" text, "nativeId" text, arn text, name text,
      state text, tags jsonb, "connectorTags" jsonb, attributes json, compared jsonb, search text, "sharedFacts" text[], "seenBy" integer[],
      "firstSeenAt" timestamptz, "lastSeenAt" timestamptz, "changedAt" timestamptz, "goneAt" timestamptz)
  `.execute(db);
  await sql`
    insert into shared_facts
    select distinct fact from assets cross join unnest(shared_facts) fact where fact !~ '^(i|eni)-' on conflict do nothing
  `.execute(db);
}

import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBaseAccount } from '../../src/accounts/base-accounts.ts';
import { connectorRoleSetup, newRoleSetup } from '../../src/accounts/connector-role.ts';
import {
  addToAssetView,
  changeConnector,
  createConnector,
  getConnector,
  listConnectors,
  removeFromAssetView,
} from '../../src/accounts/connectors.ts';
import { deleteConnector } from '../../src/accounts/delete-connector.ts';
import type { ConnectorChange, ConnectorInput } from '../../src/accounts/shapes.ts';
import { listAudit } from '../../src/store/audit.ts';
import {
  baseAccountInput,
  type Causeway,
  connectorInput,
  DEVELOPMENT,
  keyOf,
  must,
  PLATFORM,
  PRODUCTION,
  SECURITY,
  startCauseway,
} from './support.ts';

let causeway: Causeway;
const actor = 'user:ada';

beforeAll(async () => {
  causeway = await startCauseway();
});
beforeEach(() => causeway.reset());
afterAll(() => causeway.stop());

const create = (change: Partial<ConnectorInput> = {}) =>
  createConnector(causeway.deps, { input: connectorInput(PRODUCTION, change), actor });
const change = (id: string, changes: ConnectorChange) => changeConnector(causeway.deps, { id, change: changes, actor });
const platform = { kind: 'platform-account', accountId: PLATFORM };

describe('creating a connector', () => {
  it('answers it as it will be listed: waiting for its role, due at once, to go through the platform account', async () => {
    const before = causeway.clock.now();
    const made = must(await create());
    expect(made).toMatchObject({
      name: `member ${PRODUCTION}`,
      accountId: PRODUCTION,
      state: 'waiting-for-role',
      apps: ['cloud-view'],
      currentHub: null,
      targetHub: platform,
      moving: false,
      targetFault: null,
      lastCheck: null,
      lastRun: null,
      assets: 0,
      scopes: { total: 0, complete: 0 },
    });
    expect(made.nextRunAt?.getTime()).toBeGreaterThanOrEqual(before.getTime() - 1);
    expect(made.nextRunAt?.getTime()).toBeLessThanOrEqual(causeway.clock.now().getTime());
    expect(must(await getConnector(causeway.deps, made.id))).toEqual(made);
    const [entry] = await listAudit(causeway.deps.db, { before: null, limit: 1 });
    expect(entry).toMatchObject({ actor, action: 'connector.created', subject: `connector:${made.id}` });
  });

  it('makes up an external ID that nobody can guess, another one each time', async () => {
    const one = must(await create({ externalId: undefined }));
    const two = must(await create({ externalId: undefined, roleArn: `arn:aws:iam::${DEVELOPMENT}:role/Reader` }));
    expect(one.externalId).toMatch(/^causeway-[\w-]{32}$/);
    expect(two.externalId).not.toBe(one.externalId);
  });

  it.each<[claim: string, change: Partial<ConnectorInput>, code: string, field: string, words: RegExp]>([
    [
      'a role ARN with a space',
      { roleArn: `arn:aws:iam::${PRODUCTION}:role/Reader ` },
      'invalid-role-arn',
      'roleArn',
      /white space/,
    ],
    ['what is no ARN', { roleArn: 'role/Reader-of-everything' }, 'invalid-role-arn', 'roleArn', /"arn:"/],
    [
      'the ARN of a user',
      { roleArn: `arn:aws:iam::${PRODUCTION}:user/Reader` },
      'invalid-role-arn',
      'roleArn',
      /"user"/,
    ],
    [
      'the ARN of a session',
      { roleArn: `arn:aws:sts::${PRODUCTION}:assumed-role/R/s` },
      'invalid-role-arn',
      'roleArn',
      /session/,
    ],
    [
      'an ARN with a region',
      { roleArn: `arn:aws:iam:us-east-1:${PRODUCTION}:role/R` },
      'invalid-role-arn',
      'roleArn',
      /global/,
    ],
    [
      'an ARN with a bad account ID',
      { roleArn: 'arn:aws:iam::12345:role/Reader' },
      'invalid-role-arn',
      'roleArn',
      /twelve digits/,
    ],
    [
      'an ARN of another partition',
      { roleArn: `arn:aws-us-gov:iam::${PRODUCTION}:role/R` },
      'wrong-partition',
      'roleArn',
      /US GovCloud/,
    ],
    [
      'an unknown partition',
      { roleArn: `arn:aws-moon:iam::${PRODUCTION}:role/R` },
      'wrong-partition',
      'roleArn',
      /aws-moon/,
    ],
    ['an external ID of one character', { externalId: 'x' }, 'invalid-external-id', 'externalId', /1 character/],
    ['an external ID that is too long', { externalId: 'x'.repeat(1_225) }, 'invalid-external-id', 'externalId', /1225/],
    [
      'an external ID with a space',
      { externalId: 'a b' },
      'invalid-external-id',
      'externalId',
      /white space at position 2|white space/,
    ],
    ['an external ID with other characters', { externalId: 'a#b' }, 'invalid-external-id', 'externalId', /"#"/],
    [
      'a region that has no such name',
      { regions: ['eu-west-1', 'eu-nowhere'] },
      'unknown-region',
      'regions[1]',
      /eu-nowhere/,
    ],
    ['a region of another partition', { regions: ['us-gov-west-1'] }, 'unknown-region', 'regions[0]', /Global/],
    ['an empty list of regions', { regions: [] }, 'invalid-field', 'regions', /at least one/],
  ])('refuses %s', async (_claim, changes, code, field, words) => {
    expect(await create(changes)).toMatchObject({
      ok: false,
      fault: { code, field, detail: expect.stringMatching(words) },
    });
    expect(must(await listConnectors(causeway.deps, { page: { limit: 1 }, filter: {} })).items).toEqual([]);
  });

  it('takes each region once, in the order given', async () => {
    expect(must(await create({ regions: ['eu-west-1', 'us-east-1', 'eu-west-1'] })).regions).toEqual([
      'eu-west-1',
      'us-east-1',
    ]);
  });

  it('refuses a second one for a role and names the first, also when both are made at the same moment', async () => {
    const results = await Promise.all([1, 2, 3].map(n => create({ name: `Number ${n}` })));
    const made = results.filter(result => result.ok).map(result => result.value);
    expect(made).toHaveLength(1);
    for (const result of results.filter(result => !result.ok)) {
      expect(result.fault).toMatchObject({
        code: 'duplicate-role-arn',
        field: 'roleArn',
        subject: made[0]?.id,
        detail: expect.stringContaining(made[0]?.name ?? '?'),
      });
    }
  });

  it('has no target hub where neither a base account nor a platform account is', async () => {
    const lone = await startCauseway({ platform: false });
    try {
      const made = must(await createConnector(lone.deps, { input: connectorInput(PRODUCTION), actor }));
      expect(made).toMatchObject({ targetHub: null, moving: false });
    } finally {
      await lone.stop();
    }
  });
});

describe('changing a connector', () => {
  it('changes what is given and nothing else', async () => {
    const made = must(await create({ tags: { team: 'a' } }));
    const changed = must(await change(made.id, { name: 'Production', pollingMinutes: 60, regions: ['eu-west-1'] }));
    expect(changed).toEqual({
      ...made,
      name: 'Production',
      pollingMinutes: 60,
      regions: ['eu-west-1'],
      updatedAt: changed.updatedAt,
      nextRunAt: changed.nextRunAt,
    });
    expect(must(await change(made.id, { regions: null })).regions).toBeNull();
  });

  it('is written down with every field as it is then', async () => {
    const made = must(await create());
    const changes = {
      description: 'of the shop',
      tags: { team: 'a' },
      assetTags: { stage: 'live' },
      pollingMinutes: 60,
    };
    must(await change(made.id, changes));
    const [entry] = await listAudit(causeway.deps.db, { before: null, limit: 1 });
    const { roleArn, externalId, name } = made;
    expect(entry).toMatchObject({ action: 'connector.changed', detail: { ...changes, roleArn, externalId, name } });
  });

  it('refuses another account type, takes the same one, and checks every field as at creation', async () => {
    const { id } = must(await create());
    expect(await change(id, { accountType: 'china' })).toMatchObject({
      ok: false,
      fault: { code: 'account-type-fixed', field: 'accountType' },
    });
    expect(await change(id, { accountType: 'global' })).toMatchObject({ ok: true });
    expect(await change(id, { roleArn: 'arn:aws-cn:iam::222222222222:role/R' })).toMatchObject({
      ok: false,
      fault: { code: 'wrong-partition' },
    });
    expect(await change(id, { regions: ['cn-north-1'] })).toMatchObject({
      ok: false,
      fault: { code: 'unknown-region' },
    });
  });

  it('refuses the role of another connector and names it', async () => {
    must(await create());
    const other = must(await createConnector(causeway.deps, { input: connectorInput(DEVELOPMENT), actor }));
    expect(await change(other.id, { roleArn: `arn:aws:iam::${PRODUCTION}:role/Reader` })).toMatchObject({
      ok: false,
      fault: { code: 'duplicate-role-arn', detail: expect.stringContaining(PRODUCTION) },
    });
  });

  it('forgets how the role before was reached when it gets another one', async () => {
    const { id } = must(await create());
    await sql`
      update connectors set current_hub_kind = 'platform-account', current_hub_account_id = ${PLATFORM}, next_run_at = now() + interval '1 hour'
    `.execute(causeway.deps.db);
    const changed = must(await change(id, { roleArn: `arn:aws:iam::${DEVELOPMENT}:role/Reader` }));
    expect(changed).toMatchObject({ accountId: DEVELOPMENT, currentHub: null });
    expect(changed.nextRunAt?.getTime()).toBeLessThanOrEqual(causeway.clock.now().getTime());
  });

  it('cancels a run under way that reads another account than the new role’s', async () => {
    const { id } = must(await create());
    const runId = causeway.deps.ids.uuid();
    await sql`
      insert into runs (id, connector_id, state, trigger, requested_by, partition, account_id, job_id, queued_at)
      values (${runId}, ${id}, 'running', 'schedule', 'system', 'aws', ${PRODUCTION}, ${runId}, now())
    `.execute(causeway.deps.db);
    const states = async () =>
      (await sql<{ state: string }>`select state from runs`.execute(causeway.deps.db)).rows.map(row => row.state);
    must(await change(id, { roleArn: `arn:aws:iam::${PRODUCTION}:role/Other` }));
    expect(await states()).toEqual(['running']);
    must(await change(id, { roleArn: `arn:aws:iam::${DEVELOPMENT}:role/Reader` }));
    expect(await states()).toEqual(['cancelled']);
  });

  it('is disabled and enabled: not due in between, due at once afterwards', async () => {
    const { id } = must(await create());
    expect(must(await change(id, { enabled: false }))).toMatchObject({ state: 'disabled', nextRunAt: null });
    expect(must(await change(id, { enabled: true })).nextRunAt).not.toBeNull();
  });

  it('lets only one of two edits of the same state win', async () => {
    const { id } = must(await create());
    const edits = await Promise.all(['One', 'Two'].map(name => change(id, { name })));
    const lost = edits.filter(edit => !edit.ok);
    // The second may also begin after the first has ended.
    expect(lost.every(edit => edit.fault.code === 'edit-conflict')).toBe(true);
    expect(lost.length).toBeLessThan(2);
  });
});

describe('AssetView', () => {
  it('remembers that somebody took a connector out, until it is put back', async () => {
    const { id } = must(await create({ apps: ['cloud-view', 'asset-view'] }));
    expect(must(await removeFromAssetView(causeway.deps, { id, actor })).apps).toEqual(['cloud-view']);
    must(
      await createBaseAccount(causeway.deps, {
        input: baseAccountInput(keyOf(causeway, SECURITY), { useInAssetView: true }),
        actor,
      }),
    );
    expect(must(await getConnector(causeway.deps, id)).apps).toEqual(['cloud-view']);
    expect(must(await addToAssetView(causeway.deps, { id, actor })).apps).toEqual(['cloud-view', 'asset-view']);
  });

  it('takes an edit of the apps as taking out by hand', async () => {
    const { id } = must(await create({ apps: ['asset-view'] }));
    must(await change(id, { apps: ['cloud-view'] }));
    must(
      await createBaseAccount(causeway.deps, {
        input: baseAccountInput(keyOf(causeway, SECURITY), { useInAssetView: true }),
        actor,
      }),
    );
    expect(must(await getConnector(causeway.deps, id)).apps).toEqual(['cloud-view']);
  });
});

describe('the list of connectors', () => {
  it('goes by name, page by page, without gaps or repetitions', async () => {
    for (const n of [3, 1, 2, 2, 5]) {
      must(await create({ name: `C${n}`, roleArn: `arn:aws:iam::${PRODUCTION}:role/R${Math.random()}` }));
    }
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page: Awaited<ReturnType<typeof listConnectors>> = await listConnectors(causeway.deps, {
        page: { limit: 2, cursor },
        filter: {},
      });
      names.push(...must(page).items.map(connector => connector.name));
      cursor = must(page).nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(names).toEqual(['C1', 'C2', 'C2', 'C3', 'C5']);
  });

  it('can be narrowed by type, state and text', async () => {
    must(await create({ name: '100%_sure' }));
    must(
      await createConnector(causeway.deps, {
        input: connectorInput(DEVELOPMENT, { name: 'Development', enabled: false }),
        actor,
      }),
    );
    const names = async (filter: Parameters<typeof listConnectors>[1]['filter']) =>
      must(await listConnectors(causeway.deps, { page: { limit: 9 }, filter })).items.map(({ name }) => name);
    expect(await names({ accountType: 'china' })).toEqual([]);
    expect(await names({ accountType: 'global' })).toEqual(['100%_sure', 'Development']);
    expect(await names({ state: 'disabled' })).toEqual(['Development']);
    expect(await names({ state: 'waiting-for-role' })).toEqual(['100%_sure']);
    expect(await names({ search: 'DEVEL' })).toEqual(['Development']);
    expect(await names({ search: '%_' })).toEqual(['100%_sure']);
    expect(await names({ search: PRODUCTION })).toEqual(['100%_sure']);
  });

  it('takes one statement, however many there are', async () => {
    for (let n = 0; n < 20; n++) must(await create({ roleArn: `arn:aws:iam::${PRODUCTION}:role/R${n}` }));
    let statements = 0;
    const counted = causeway.deps.db.withPlugin({
      transformQuery: ({ node }) => {
        statements++;
        return node;
      },
      transformResult: async ({ result }) => result,
    });
    const list = await listConnectors({ ...causeway.deps, db: counted }, { page: { limit: 50 }, filter: {} });
    expect(must(list).items).toHaveLength(20);
    expect(statements).toBe(1);
  });
});

describe('a connector’s state', () => {
  const run = async (
    connectorId: string,
    { state, fault = null, ago }: { state: string; fault?: object | null; ago: number },
  ) => {
    const id = causeway.deps.ids.uuid();
    const at = new Date(causeway.clock.now().getTime() - ago * 1_000);
    await sql`
      with made as (
        insert into runs (id, connector_id, state, trigger, requested_by, partition, account_id, job_id, queued_at, finished_at, fault)
        values (${id}, ${connectorId}, ${state}, 'schedule', 'system', 'aws', ${PRODUCTION}, ${id}, ${at},
          ${state === 'queued' || state === 'running' ? null : at}, ${fault && JSON.stringify(fault)}::jsonb)
      )
      update connectors set last_run_id = ${id} where id = ${connectorId}
    `.execute(causeway.deps.db);
  };
  const checked = async (connectorId: string, check: object, ago: number) => {
    const checkedAt = new Date(causeway.clock.now().getTime() - ago * 1_000).toISOString();
    await sql`
      update connectors set last_check = ${JSON.stringify({ checkedAt, ...check })}::jsonb where id = ${connectorId}
    `.execute(causeway.deps.db);
  };
  const reached = () =>
    sql`update connectors set current_hub_kind = 'platform-account', current_hub_account_id = ${PLATFORM}`.execute(
      causeway.deps.db,
    );
  const state = async (id: string) => must(await getConnector(causeway.deps, id)).state;
  const refused = { code: 'role-not-assumable', detail: '' };
  const unreachable = { code: 'aws-unreachable', detail: '' };

  it('is what was tried last', async () => {
    const { id } = must(await create());
    await run(id, { state: 'queued', ago: 900 });
    expect(await state(id)).toBe('queued');
    await sql`update runs set state = 'cancelled'`.execute(causeway.deps.db);
    expect(await state(id)).toBe('waiting-for-role');
    await run(id, { state: 'failed', fault: refused, ago: 800 });
    expect(await state(id)).toBe('waiting-for-role');
    await checked(id, { outcome: 'failed', fault: unreachable }, 700);
    expect(await state(id)).toBe('failing');
    await checked(id, { outcome: 'ok' }, 600);
    expect(await state(id)).toBe('queued');
    await reached();
    await run(id, { state: 'problems', ago: 500 });
    expect(await state(id)).toBe('problems');
    await run(id, { state: 'ok', ago: 400 });
    expect(await state(id)).toBe('ok');
    await checked(id, { outcome: 'failed', fault: refused }, 300);
    expect(await state(id)).toBe('failing');
    await checked(id, { outcome: 'ok' }, 200);
    expect(await state(id)).toBe('ok');
    await run(id, { state: 'running', ago: 100 });
    expect(await state(id)).toBe('running');
    must(await change(id, { enabled: false }));
    expect(await state(id)).toBe('disabled');
  });

  it('stays what the last run that ended made it when one is cancelled', async () => {
    const { id } = must(await create());
    await run(id, { state: 'problems', ago: 20 });
    await run(id, { state: 'cancelled', ago: 10 });
    expect(await state(id)).toBe('problems');
  });
});

describe('the role that a connector expects', () => {
  const actions = ['ec2:DescribeInstances'];

  it('trusts the target hub with the connector’s own external ID, under its own path and name', async () => {
    const { id, externalId } = must(await create({ roleArn: `arn:aws:iam::${PRODUCTION}:role/audit/eu/Reader` }));
    const setup = must(await connectorRoleSetup(causeway.deps, { id, actions }));
    expect(setup).toMatchObject({ trusted: platform, roleName: 'Reader', externalId });
    expect(setup.awsCli).toContain("--role-name 'Reader' --path '/audit/eu/'");
    must(await createBaseAccount(causeway.deps, { input: baseAccountInput(keyOf(causeway, SECURITY)), actor }));
    const moved = must(await connectorRoleSetup(causeway.deps, { id, actions }));
    expect(moved.trusted).toEqual({ kind: 'base-account', accountId: SECURITY });
    expect(JSON.stringify(moved.trustPolicy)).toContain(`arn:aws:iam::${SECURITY}:root`);
  });

  it('can be had before the connector, with a new external ID or a given one', async () => {
    const fresh = must(await newRoleSetup(causeway.deps, { accountType: 'global', actions }));
    expect(fresh).toMatchObject({ trusted: platform, roleName: 'CausewayReader' });
    expect(fresh.externalId).toMatch(/^causeway-/);
    const given = await newRoleSetup(causeway.deps, {
      accountType: 'china',
      externalId: 'abc',
      roleName: 'R',
      actions,
    });
    expect(must(given)).toMatchObject({ trusted: null, roleName: 'R', externalId: 'abc' });
    expect(await newRoleSetup(causeway.deps, { accountType: 'china', externalId: 'a b', actions })).toMatchObject({
      ok: false,
      fault: { code: 'invalid-external-id' },
    });
  });
});

describe('deleting a connector', () => {
  it('is over for good, and written down', async () => {
    const { id } = must(await create());
    must(await deleteConnector(causeway.deps, { id, assets: 'detach', actor }));
    expect(await getConnector(causeway.deps, id)).toMatchObject({ ok: false, fault: { code: 'not-found' } });
    expect(await deleteConnector(causeway.deps, { id, assets: 'detach', actor })).toMatchObject({ ok: false });
    const [entry] = await listAudit(causeway.deps.db, { before: null, limit: 1 });
    expect(entry).toMatchObject({ action: 'connector.deleted', detail: { assets: 'detach' } });
    expect(await create()).toMatchObject({ ok: true });
  });

  it.each(['detach', 'delete'] as const)(
    'with "%s" does so to what only it sees, and leaves the rest to the others',
    async assets => {
      const mine = must(await create());
      const other = must(await create({ roleArn: `arn:aws:iam::${PRODUCTION}:role/Second` }));
      const nums = await sql<{ num: number }>`select num from connectors order by num`.execute(causeway.deps.db);
      const [a, b] = nums.rows.map(row => row.num);
      await sql`
      insert into scopes (connector_id, region, asset_type, partition, account_id)
      values (${mine.id}, 'eu-west-1', 'AWS::EC2::VPC', 'aws', ${PRODUCTION})
    `.execute(causeway.deps.db);
      const seen = async (nativeId: string, by: (number | undefined)[]) => {
        await sql`
        insert into assets (id, partition, account_id, region, asset_type, native_id, tags, attributes, search,
          content_hash, seen_by, first_seen_at, last_seen_at, changed_at)
        values (${causeway.deps.ids.uuid()}, 'aws', ${PRODUCTION}, 'eu-west-1', 'AWS::EC2::VPC', ${nativeId}, '{}', '{}', '',
          decode('00000000000000000000000000000000', 'hex'), ${by}, now(), now(), now())
      `.execute(causeway.deps.db);
      };
      await seen('only-mine', [a]);
      await seen('both', [a, b]);
      must(await deleteConnector(causeway.deps, { id: mine.id, assets, actor }));
      const { rows } = await sql<{ id: string; by: number[] }>`
      select native_id as id, seen_by as by from assets order by native_id
    `.execute(causeway.deps.db);
      const both = { id: 'both', by: [b] };
      expect(rows).toEqual(assets === 'delete' ? [both] : [both, { id: 'only-mine', by: [] }]);
      expect(must(await getConnector(causeway.deps, other.id)).id).toBe(other.id);
    },
  );
});

import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accountOf, addAccessKey } from '../../simulator/world/build.ts';
import {
  changeBaseAccount,
  checkBaseAccount,
  createBaseAccount,
  getBaseAccount,
  listBaseAccounts,
} from '../../src/accounts/base-accounts.ts';
import { createConnector, getConnector, removeFromAssetView } from '../../src/accounts/connectors.ts';
import { deleteBaseAccount } from '../../src/accounts/delete-base-account.ts';
import { hubPolicy } from '../../src/accounts/hub-policy.ts';
import type { BaseAccountInput } from '../../src/accounts/shapes.ts';
import { openAws } from '../../src/aws/aws.ts';
import { systemIds } from '../../src/domain/ids.ts';
import { listAudit, verifyAudit } from '../../src/store/audit.ts';
import {
  baseAccountInput,
  type Causeway,
  connectorInput,
  DEVELOPMENT,
  GOV_HUB,
  keyOf,
  must,
  OTHER_HUB,
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

const input = (change: Partial<BaseAccountInput> = {}) => baseAccountInput(keyOf(causeway, SECURITY), change);
const create = (change: Partial<BaseAccountInput> = {}) =>
  createBaseAccount(causeway.deps, { input: input(change), actor });

describe('creating a base account', () => {
  it('proves the key and answers what was saved, without the secret', async () => {
    const made = must(await create({ useInAssetView: true }));
    expect(made).toMatchObject({
      title: 'Central Security',
      accountType: 'global',
      accountId: SECURITY,
      accessKeyIdEnding: keyOf(causeway, SECURITY).accessKeyId.slice(-4),
      proof: { outcome: 'ok', callerArn: `arn:aws:iam::${SECURITY}:user/causeway`, fault: null },
      useInAssetView: true,
      cutover: 'safe',
      connectors: { total: 0, onThisHub: 0, moving: 0 },
    });
    expect(JSON.stringify(made)).not.toContain(keyOf(causeway, SECURITY).secretAccessKey);
    expect(must(await getBaseAccount(causeway.deps, made.id))).toEqual(made);
  });

  it('leaves no secret in the database or the audit log', async () => {
    must(await create());
    const { rows } = await sql<{ text: string }>`
      select coalesce((select string_agg(i::text, '') from base_identities i), '') ||
        coalesce((select string_agg(a::text, '') from audit_log a), '') as text
    `.execute(causeway.deps.db);
    expect(rows[0]?.text).toContain(SECURITY);
    expect(rows[0]?.text).not.toContain(keyOf(causeway, SECURITY).secretAccessKey);
    expect(await verifyAudit(causeway.deps.db)).toMatchObject({ intact: true });
  });

  it.each<[claim: string, change: Partial<BaseAccountInput>, code: string, field: string, words: RegExp]>([
    ['an account ID with hyphens', { accountId: '1111-1111-1111' }, 'invalid-account-id', 'accountId', /hyphens/],
    ['an account ID that is too short', { accountId: '1234' }, 'invalid-account-id', 'accountId', /4 digits/],
    [
      'an account ID with letters',
      { accountId: '11111111111a' },
      'invalid-account-id',
      'accountId',
      /other than digits/,
    ],
    ['a key ID that is too short', { accessKeyId: 'AKIA123' }, 'invalid-field', 'accessKeyId', /7 characters/],
    ['a key ID with a space', { accessKeyId: ' AKIAIOSFODNN7EXAMPLE' }, 'invalid-field', 'accessKeyId', /white space/],
    ['a key ID with a hyphen', { accessKeyId: 'AKIA-OSFODNN7EXAMPLE' }, 'invalid-field', 'accessKeyId', /other than/],
    ['a temporary key', { accessKeyId: 'ASIAIOSFODNN7EXAMPLE' }, 'invalid-field', 'accessKeyId', /temporary/],
    ['the id of a user', { accessKeyId: 'AIDAIOSFODNN7EXAMPLE' }, 'invalid-field', 'accessKeyId', /unique id/],
    ['an empty secret', { secretAccessKey: '' }, 'invalid-field', 'secretAccessKey', /empty/],
    ['a secret with a line break', { secretAccessKey: 'abc\n' }, 'invalid-field', 'secretAccessKey', /white space/],
    [
      'a wrong secret',
      { secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' },
      'wrong-secret-key',
      'secretAccessKey',
      /signature/,
    ],
    ['an unknown key', { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }, 'unknown-access-key', 'accessKeyId', /does not know/],
    [
      'the account ID of another account',
      { accountId: OTHER_HUB },
      'other-account-key',
      'accountId',
      new RegExp(SECURITY),
    ],
    ['another partition', { accountType: 'us-govcloud' }, 'unknown-access-key', 'accessKeyId', /US GovCloud/],
  ])('refuses %s and writes nothing', async (_claim, change, code, field, words) => {
    const refused = await create(change);
    expect(refused).toMatchObject({ ok: false, fault: { code, field, detail: expect.stringMatching(words) } });
    await expectNothingWritten();
  });

  it('says that an unknown key may belong to another account type', async () => {
    const refused = await createBaseAccount(causeway.deps, {
      input: baseAccountInput(keyOf(causeway, GOV_HUB)),
      actor,
    });
    expect(refused).toMatchObject({ ok: false, fault: { remedy: expect.stringContaining('another account type') } });
  });

  it('refuses the root user’s key, even unverified', async () => {
    const root = addAccessKey(causeway.world, SECURITY);
    const refused = await create({ accessKeyId: root.id, secretAccessKey: root.secret, saveUnverified: true });
    expect(refused).toMatchObject({ ok: false, fault: { code: 'root-key', field: 'accessKeyId' } });
    await expectNothingWritten();
  });

  it('refuses when AWS cannot be reached', async () => {
    const aws = openAws({
      clock: causeway.clock,
      ids: systemIds,
      endpoints: { all: 'http://127.0.0.1:9', byService: {} },
    });
    const refused = await createBaseAccount({ ...causeway.deps, aws }, { input: input(), actor });
    expect(refused).toMatchObject({ ok: false, fault: { code: 'aws-unreachable' } });
    await expectNothingWritten();
  });

  it('refuses when this machine’s clock is wrong, each time', async () => {
    const ahead = await startCauseway({
      awsClock: { now: () => new Date(Date.now() + 3_600_000), monotonicMs: () => performance.now() },
    });
    try {
      const twice = [1, 2].map(() =>
        createBaseAccount(ahead.deps, { input: baseAccountInput(keyOf(ahead, SECURITY)), actor }),
      );
      for (const refused of await Promise.all(twice)) {
        expect(refused).toMatchObject({ ok: false, fault: { code: 'clock-skew' } });
      }
    } finally {
      await ahead.stop();
    }
  });

  it('saves unverified credentials when that is asked for, with the fault', async () => {
    const made = must(await create({ secretAccessKey: 'wrong', saveUnverified: true }));
    expect(made.proof).toMatchObject({ outcome: 'failed', callerArn: null, fault: { code: 'wrong-secret-key' } });
  });

  it('refuses a second one for the account type and names the first', async () => {
    must(await create());
    const refused = await createBaseAccount(causeway.deps, {
      input: baseAccountInput(keyOf(causeway, OTHER_HUB), { title: 'Second' }),
      actor,
    });
    expect(refused).toMatchObject({
      ok: false,
      fault: { code: 'base-account-exists', detail: expect.stringContaining('Central Security') },
    });
  });

  it('lets one of many made at the same moment win, and refuses the others', async () => {
    const results = await Promise.all([1, 2, 3, 4].map(n => create({ title: `Number ${n}` })));
    expect(results.filter(result => result.ok)).toHaveLength(1);
    const winner = must(await listBaseAccounts(causeway.deps, { limit: 10 })).items[0];
    for (const result of results.filter(result => !result.ok)) {
      expect(result.fault).toMatchObject({
        code: 'base-account-exists',
        detail: expect.stringContaining(winner?.title ?? '?'),
      });
    }
  });

  it('is written down with who did it', async () => {
    const made = must(await create());
    const [entry] = await listAudit(causeway.deps.db, { before: null, limit: 1 });
    expect(entry).toMatchObject({
      actor,
      action: 'base-account.created',
      subject: `base-account:${made.id}`,
      detail: { accountId: SECURITY, proof: 'ok' },
    });
  });

  async function expectNothingWritten() {
    const { rows } = await sql`select id from base_accounts union select id from base_identities`.execute(
      causeway.deps.db,
    );
    expect(rows).toEqual([]);
  }
});

describe('a base account of each account type', () => {
  it('can be listed page by page', async () => {
    const global = must(await create());
    const gov = must(
      await createBaseAccount(causeway.deps, {
        input: baseAccountInput(keyOf(causeway, GOV_HUB), { accountType: 'us-govcloud', title: 'Gov' }),
        actor,
      }),
    );
    const first = must(await listBaseAccounts(causeway.deps, { limit: 1 }));
    expect(first.items).toEqual([global]);
    const second = must(await listBaseAccounts(causeway.deps, { limit: 1, cursor: first.nextCursor ?? '' }));
    expect(second).toEqual({ items: [gov], nextCursor: null });
  });

  it('refuses a cursor that it did not hand out', async () => {
    for (const cursor of [
      'x',
      Buffer.from('["a","b"]').toString('base64url'),
      Buffer.from('[1]').toString('base64url'),
    ]) {
      expect(await listBaseAccounts(causeway.deps, { limit: 1, cursor })).toMatchObject({
        ok: false,
        fault: { code: 'invalid-cursor' },
      });
    }
  });
});

describe('changing a base account', () => {
  it('changes the title and keeps the key', async () => {
    const made = must(await create());
    const changed = must(await changeBaseAccount(causeway.deps, { id: made.id, change: { title: 'Hub' }, actor }));
    expect(changed).toMatchObject({ title: 'Hub', proof: made.proof, keyCreatedAt: made.keyCreatedAt });
  });

  it('refuses another account type, and takes the same one', async () => {
    const { id } = must(await create());
    const change = (accountType: 'china' | 'global') =>
      changeBaseAccount(causeway.deps, { id, change: { accountType }, actor });
    expect(await change('china')).toMatchObject({
      ok: false,
      fault: { code: 'account-type-fixed', field: 'accountType' },
    });
    expect(await change('global')).toMatchObject({ ok: true });
  });

  it('needs the secret for another key or account', async () => {
    const { id } = must(await create());
    for (const change of [{ accountId: OTHER_HUB }, { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }]) {
      expect(await changeBaseAccount(causeway.deps, { id, change, actor })).toMatchObject({
        ok: false,
        fault: { code: 'missing-field', field: 'secretAccessKey' },
      });
    }
  });

  it('proves another key of the same account and replaces the old one at once', async () => {
    const { id } = must(await create());
    const key = addAccessKey(causeway.world, SECURITY, { userName: 'causeway' });
    const change = { accessKeyId: key.id, secretAccessKey: key.secret };
    const changed = must(await changeBaseAccount(causeway.deps, { id, change, actor }));
    expect(changed.accessKeyIdEnding).toBe(key.id.slice(-4));
    const { rows } = await sql<{ key: string }>`select access_key_id as key from base_identities`.execute(
      causeway.deps.db,
    );
    expect(rows).toEqual([{ key: key.id }]);
  });

  it('keeps everything as it was when the new key is not good', async () => {
    const made = must(await create());
    const change = { title: 'Other', secretAccessKey: 'wrong' };
    expect(await changeBaseAccount(causeway.deps, { id: made.id, change, actor })).toMatchObject({
      ok: false,
      fault: { code: 'wrong-secret-key' },
    });
    expect(must(await getBaseAccount(causeway.deps, made.id))).toEqual(made);
    expect(must(await checkBaseAccount(causeway.deps, { id: made.id, actor })).outcome).toBe('ok');
  });

  it('lets only one of two edits of the same state win', async () => {
    const { id } = must(await create());
    const key = addAccessKey(causeway.world, SECURITY, { userName: 'causeway' });
    // Both have read the base account long before either has proved its key.
    causeway.faults.put({
      id: 'slow',
      match: { operation: 'GetCallerIdentity' },
      effect: { kind: 'slow', delayMs: 300 },
    });
    const edits = await Promise.all(
      ['One', 'Two'].map(title =>
        changeBaseAccount(causeway.deps, {
          id,
          change: { title, accessKeyId: key.id, secretAccessKey: key.secret },
          actor,
        }),
      ),
    );
    expect(edits.filter(edit => edit.ok)).toHaveLength(1);
    expect(edits.find(edit => !edit.ok)).toMatchObject({ fault: { code: 'edit-conflict' } });
  });

  it('says that there is none under an id that nobody has', async () => {
    const id = causeway.deps.ids.uuid();
    const answers = [
      await getBaseAccount(causeway.deps, id),
      await changeBaseAccount(causeway.deps, { id, change: {}, actor }),
      await deleteBaseAccount(causeway.deps, { id, actor }),
      await checkBaseAccount(causeway.deps, { id, actor }),
      await hubPolicy(causeway.deps, id),
    ];
    for (const answer of answers) expect(answer).toMatchObject({ ok: false, fault: { code: 'not-found' } });
  });
});

describe('checking a base account', () => {
  it('finds out that the key was switched off, and that it is on again', async () => {
    const { id } = must(await create());
    const key = accountOf(causeway.world, SECURITY).users.causeway?.accessKeys[0];
    if (!key) throw new Error('no key');
    key.status = 'Inactive';
    const off = must(await checkBaseAccount(causeway.deps, { id, actor }));
    expect(off).toMatchObject({ outcome: 'failed', fault: { code: 'unknown-access-key' } });
    expect(must(await getBaseAccount(causeway.deps, id)).proof).toEqual(off);
    key.status = 'Active';
    expect(must(await checkBaseAccount(causeway.deps, { id, actor })).outcome).toBe('ok');
  });
});

describe('the policy of a base account’s identity', () => {
  it('allows sts:AssumeRole on exactly the roles of its connectors', async () => {
    const { id } = must(await create());
    for (const member of [PRODUCTION, DEVELOPMENT]) {
      must(await createConnector(causeway.deps, { input: connectorInput(member), actor }));
    }
    const { policies, selfManagement } = must(await hubPolicy(causeway.deps, id));
    expect(policies).toEqual([
      {
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'AssumeConnectorRoles',
            Effect: 'Allow',
            Action: 'sts:AssumeRole',
            Resource: [`arn:aws:iam::${PRODUCTION}:role/Reader`, `arn:aws:iam::${DEVELOPMENT}:role/Reader`],
          },
        ],
      },
    ]);
    expect(selfManagement).toMatchObject({ Statement: [{ Resource: `arn:aws:iam::${SECURITY}:user/causeway` }, {}] });
  });
});

describe('"Use in AssetView"', () => {
  const connect = async (member: string) =>
    must(await createConnector(causeway.deps, { input: connectorInput(member), actor })).id;
  const apps = async (id: string) => must(await getConnector(causeway.deps, id)).apps;
  const turn = async (id: string, useInAssetView: boolean) =>
    must(await changeBaseAccount(causeway.deps, { id, change: { useInAssetView }, actor }));

  it('puts the connectors that are there and those that come later into AssetView', async () => {
    const before = await connect(PRODUCTION);
    must(await create({ useInAssetView: true }));
    const after = await connect(DEVELOPMENT);
    expect(await apps(before)).toEqual(['cloud-view', 'asset-view']);
    expect(await apps(after)).toEqual(['cloud-view', 'asset-view']);
  });

  it('takes nothing out when it is turned off', async () => {
    const connector = await connect(PRODUCTION);
    const { id } = must(await create({ useInAssetView: true }));
    await turn(id, false);
    expect(await apps(connector)).toEqual(['cloud-view', 'asset-view']);
    expect(await apps(await connect(DEVELOPMENT))).toEqual(['cloud-view']);
  });

  it('does not put back what somebody took out by hand', async () => {
    const { id } = must(await create());
    const [taken, kept] = [await connect(PRODUCTION), await connect(DEVELOPMENT)];
    must(await removeFromAssetView(causeway.deps, { id: taken, actor }));
    await turn(id, true);
    expect(await apps(taken)).toEqual(['cloud-view']);
    expect(await apps(kept)).toEqual(['cloud-view', 'asset-view']);
  });

  it('leaves connectors of other account types alone', async () => {
    const connector = await connect(PRODUCTION);
    must(
      await createBaseAccount(causeway.deps, {
        input: baseAccountInput(keyOf(causeway, GOV_HUB), { accountType: 'us-govcloud', useInAssetView: true }),
        actor,
      }),
    );
    expect(await apps(connector)).toEqual(['cloud-view']);
  });

  it('misses no connector that is made at the same moment', async () => {
    const [made] = await Promise.all([connect(PRODUCTION), create({ useInAssetView: true })]);
    expect(await apps(made)).toContain('asset-view');
  });
});

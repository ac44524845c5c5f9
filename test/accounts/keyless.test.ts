import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addRole } from '../../simulator/world/build.ts';
import {
  changeBaseAccount,
  checkBaseAccount,
  createBaseAccount,
  getBaseAccount,
} from '../../src/accounts/base-accounts.ts';
import { checkConnector } from '../../src/accounts/check.ts';
import { createConnector } from '../../src/accounts/connectors.ts';
import { deleteBaseAccount } from '../../src/accounts/delete-base-account.ts';
import { hubHealth } from '../../src/accounts/hub-health.ts';
import { platformIdentity } from '../../src/accounts/hubs.ts';
import type { BaseAccountInput } from '../../src/accounts/shapes.ts';
import { prompt } from '../../src/aws/call.ts';
import { hubCredentials } from '../../src/aws/credentials.ts';
import { proveHub } from '../../src/aws/identity.ts';
import type { MachineSettings } from '../../src/aws/machine.ts';
import { LIMITS } from '../../src/domain/limits.ts';
import { HUB_ROLE, HUB_ROLE_ARN, type KeylessBed, openKeylessBed } from './keyless-support.ts';
import { runOf } from './rotation-support.ts';
import {
  baseAccountInput,
  type Causeway,
  connectorInput,
  keyOf,
  must,
  OTHER_HUB,
  PRODUCTION,
  SECURITY,
  startCauseway,
  trustOf,
} from './support.ts';

let causeway: Causeway;
let bed: KeylessBed;
const actor = 'user:ada';
const KINDS = ['instance-profile', 'container-role', 'web-identity'] as const;

beforeAll(async () => {
  causeway = await startCauseway();
  bed = await openKeylessBed(causeway);
});
beforeEach(async () => {
  await causeway.reset();
  trustOf(causeway.world, PRODUCTION, [SECURITY]);
  bed.writeToken();
  bed.metadata.failWith(undefined);
  bed.metadata.requests.length = 0;
});
afterAll(async () => {
  await bed[Symbol.asyncDispose]();
  await causeway.stop();
});

describe.each(KINDS)('a base account that is a %s', kind => {
  const session =
    kind === 'instance-profile' ? 'i-0abc1234' : kind === 'container-role' ? 'task-0abc1234' : 'causeway-hub';

  it('is proved, runs connectors by chained sessions of an hour, and shows no key', async () => {
    const deps = bed.deps();
    const made = must(await createBaseAccount(deps, { input: bed.input(kind), actor }));
    expect(made).toMatchObject({
      credentialsKind: kind,
      accessKeyIdEnding: null,
      identityRoleArn: kind === 'web-identity' ? HUB_ROLE_ARN : null,
      tokenFile: kind === 'web-identity' ? bed.tokenFile : null,
      proof: { outcome: 'ok', callerArn: `arn:aws:sts::${SECURITY}:assumed-role/${HUB_ROLE}/${session}` },
    });
    const { id } = must(await createConnector(deps, { input: connectorInput(PRODUCTION), actor }));
    const reached = must(await runOf(deps, id));
    expect(reached.hub).toEqual({ kind: 'base-account', accountId: SECURITY });
    const given = await reached.session.credentials();
    const chained = causeway.world.sessions[given.accessKeyId];
    expect(chained).toMatchObject({ chained: true, accountId: PRODUCTION });
    const seconds = (Date.parse(chained?.expiresAt ?? '') - Date.parse(chained?.issuedAt ?? '')) / 1_000;
    expect(seconds).toBe(3_600);
  });

  it('asks for its own credentials once, and again before they end', async () => {
    const deps = bed.deps();
    must(await createBaseAccount(deps, { input: bed.input(kind), actor }));
    const { id } = must(await createConnector(deps, { input: connectorInput(PRODUCTION), actor }));
    const asked = () =>
      kind === 'web-identity'
        ? causeway.callLog.calls().filter(call => call.operation === 'AssumeRoleWithWebIdentity').length
        : bed.metadata.requests.filter(one => one.endsWith('credentials') || one.endsWith(HUB_ROLE)).length;
    const before = asked();
    const runAll = async () => {
      deps.aws.sessions.clear();
      must(await runOf(deps, id));
    };
    await Promise.all([runAll(), runAll()]);
    await runAll();
    expect(asked() - before).toBe(1);
    causeway.clock.advance((kind === 'web-identity' ? 1 : 6) * 3_600_000 - 200_000);
    bed.writeToken();
    await runAll();
    // The tokens are exchanged by AWS's own clock, which stands where it was.
    expect(asked() - before).toBeGreaterThan(1);
  });

  it('is not used any more once it is deleted', async () => {
    const deps = { ...bed.deps(), platformAccounts: {} };
    const { id } = must(await createBaseAccount(deps, { input: bed.input(kind), actor }));
    const connector = must(await createConnector(deps, { input: connectorInput(PRODUCTION), actor }));
    must(await runOf(deps, connector.id));
    must(await deleteBaseAccount(deps, { id, confirmBreaking: 1, actor }));
    causeway.callLog.clear();
    expect(await runOf(deps, connector.id)).toMatchObject({ ok: false, fault: { code: 'no-hub' } });
    expect(causeway.callLog.calls()).toEqual([]);
  });

  it('refuses another account ID than that of its role', async () => {
    const change = kind === 'web-identity' ? { identityRoleArn: `arn:aws:iam::${OTHER_HUB}:role/x` } : {};
    const input = bed.input(kind, { accountId: OTHER_HUB, ...change });
    const refused = await createBaseAccount(bed.deps(), { input, actor });
    const code = kind === 'web-identity' ? 'web-identity-refused' : 'other-account-key';
    const field = kind === 'web-identity' ? 'identityRoleArn' : 'accountId';
    expect(refused).toMatchObject({ ok: false, fault: { code, field } });
  });

  it('can take the place of an access key, and the other way round', async () => {
    const deps = bed.deps();
    const { id } = must(await createBaseAccount(deps, { input: baseAccountInput(keyOf(causeway, SECURITY)), actor }));
    const { credentialsKind, identityRoleArn, tokenFile } = bed.input(kind);
    const change = { credentialsKind, identityRoleArn, tokenFile };
    expect(must(await changeBaseAccount(deps, { id, change, actor }))).toMatchObject({ credentialsKind: kind });
    const { accessKeyId, secretAccessKey } = keyOf(causeway, SECURITY);
    const back = { credentialsKind: 'access-key', accessKeyId, secretAccessKey } as const;
    expect(must(await changeBaseAccount(deps, { id, change: back, actor }))).toMatchObject({
      credentialsKind: 'access-key',
      tokenFile: null,
    });
  });

  it('works as a platform account, too', async () => {
    const { credentialsKind: _kind, identityRoleArn, tokenFile } = bed.input(kind);
    const credentials =
      kind === 'web-identity' ? { kind, roleArn: identityRoleArn ?? '', tokenFile: tokenFile ?? '' } : { kind };
    const deps = { ...bed.deps(), platformAccounts: { global: { accountId: SECURITY, credentials } } };
    const { id } = must(await createConnector(deps, { input: connectorInput(PRODUCTION), actor }));
    expect(must(await runOf(deps, id)).hub).toEqual({ kind: 'platform-account', accountId: SECURITY });
  });
});

describe('credentials that cannot be renewed', () => {
  it('serve until they end, and then the fault says why', async () => {
    const deps = bed.deps();
    const { id } = must(await createBaseAccount(deps, { input: bed.input('instance-profile'), actor }));
    const connector = must(await createConnector(deps, { input: connectorInput(PRODUCTION), actor }));
    must(await runOf(deps, connector.id));
    bed.metadata.failWith(404);
    causeway.clock.advance(6 * 3_600_000 - 200_000);
    deps.aws.sessions.clear();
    must(await runOf(deps, connector.id));
    causeway.clock.advance(300_000);
    deps.aws.sessions.clear();
    expect(await runOf(deps, connector.id)).toMatchObject({
      ok: false,
      fault: { code: 'no-hub-credentials', detail: expect.stringContaining('404') },
    });
    expect(must(await checkBaseAccount(deps, { id, actor }))).toMatchObject({ outcome: 'failed' });
    bed.metadata.failWith(undefined);
    must(await runOf(deps, connector.id));
  });

  it('are read anew from the file that the token was replaced in', async () => {
    const deps = bed.deps();
    const { id } = must(await createBaseAccount(deps, { input: bed.input('web-identity'), actor }));
    bed.writeToken({ sub: 'somebody else' });
    deps.aws.keylessHubs.clear();
    expect(must(await checkBaseAccount(deps, { id, actor })).fault).toMatchObject({ code: 'web-identity-refused' });
    bed.writeToken({ exp: 1_700_000_000 });
    const expired = must(await checkBaseAccount(deps, { id, actor })).fault;
    expect(expired).toMatchObject({ code: 'web-identity-refused', detail: expect.stringContaining('Token expired') });
    bed.writeToken();
    expect(must(await checkBaseAccount(deps, { id, actor })).outcome).toBe('ok');
  });

  it('are asked for with the container’s token as it is in its file now', async () => {
    const deps = bed.deps();
    const { id } = must(await createBaseAccount(deps, { input: bed.input('container-role'), actor }));
    const renewed = bed.metadata.renewAuthorization();
    deps.aws.keylessHubs.clear();
    expect(must(await checkBaseAccount(deps, { id, actor })).fault?.detail).toContain('403');
    writeFileSync(bed.machine.containerTokenFile ?? '', renewed);
    expect(must(await checkBaseAccount(deps, { id, actor })).outcome).toBe('ok');
  });
});

it('a token that AWS does not take is named as the cause at each connector', async () => {
  const deps = bed.deps();
  must(await createBaseAccount(deps, { input: bed.input('web-identity'), actor }));
  const { id } = must(await createConnector(deps, { input: connectorInput(PRODUCTION), actor }));
  bed.writeToken({ sub: 'stranger' });
  const { diagnosis } = must(await checkConnector(bed.deps(), { id, actor }));
  expect(diagnosis?.causes).toMatchObject([
    { code: 'hub-credentials-missing', because: expect.stringContaining(HUB_ROLE_ARN) },
  ]);
});

it('leaves neither tokens nor credentials in the database or in replies, whether AWS takes them or not', async () => {
  const deps = bed.deps();
  const tokens: string[] = [];
  const replies: unknown[] = [];
  for (const kind of KINDS) {
    for (const sub of ['causeway', 'stranger']) {
      bed.writeToken({ sub });
      tokens.push(readFileSync(bed.tokenFile, 'utf8').trim());
      const input = bed.input(kind, { saveUnverified: true });
      const base = must(await createBaseAccount(deps, { input, actor }));
      const { id } = must(await createConnector(deps, { input: connectorInput(PRODUCTION), actor }));
      replies.push(base, await checkConnector(deps, { id, actor }), await hubHealth(deps, { id: base.id, actor }));
      replies.push(await everythingInPublic());
      await causeway.reset();
    }
  }
  const sessions = Object.values(causeway.world.sessions);
  const kept = JSON.stringify(replies);
  expect(sessions.length).toBeGreaterThan(6);
  expect(kept).toContain(HUB_ROLE_ARN);
  const secrets = [...tokens, bed.metadata.authorization, ...sessions.flatMap(({ secret, token }) => [secret, token])];
  expect(secrets.filter(secret => kept.includes(secret))).toEqual([]);
});

async function everythingInPublic(): Promise<unknown> {
  const { db } = causeway.deps;
  const tables = await sql<{ name: string }>`
    select format('%I.%I', table_schema, table_name) as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE'
  `.execute(db);
  return await Promise.all(tables.rows.map(({ name }) => sql`select t::text from ${sql.raw(name)} t`.execute(db)));
}

describe('a keyless base account is refused', () => {
  const refusedFor = async (
    change: Partial<BaseAccountInput> & Pick<BaseAccountInput, 'credentialsKind'>,
    machine?: MachineSettings,
  ) => {
    const { credentialsKind: kind } = change;
    const input =
      kind === 'access-key' ? { ...baseAccountInput(keyOf(causeway, SECURITY)), ...change } : bed.input(kind, change);
    return await createBaseAccount(bed.deps(machine), { input, actor });
  };

  it.each<[claim: string, change: Parameters<typeof refusedFor>[0], code: string, field: string]>([
    [
      'without its role',
      { credentialsKind: 'web-identity', identityRoleArn: undefined },
      'missing-field',
      'identityRoleArn',
    ],
    ['without its file', { credentialsKind: 'web-identity', tokenFile: undefined }, 'missing-field', 'tokenFile'],
    [
      'with an access key',
      { credentialsKind: 'instance-profile', accessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
      'invalid-field',
      'accessKeyId',
    ],
    ['with a secret', { credentialsKind: 'container-role', secretAccessKey: 'x' }, 'invalid-field', 'secretAccessKey'],
    [
      'with a role that it has no use for',
      { credentialsKind: 'instance-profile', identityRoleArn: HUB_ROLE_ARN },
      'invalid-field',
      'identityRoleArn',
    ],
    [
      'with a token file although it has a key',
      { credentialsKind: 'access-key', tokenFile: '/t' },
      'invalid-field',
      'tokenFile',
    ],
    [
      'without a key although it is of that kind',
      { credentialsKind: 'access-key', accessKeyId: undefined },
      'missing-field',
      'accessKeyId',
    ],
    [
      'with a role of another account',
      { credentialsKind: 'web-identity', identityRoleArn: `arn:aws:iam::${OTHER_HUB}:role/x` },
      'invalid-field',
      'identityRoleArn',
    ],
    [
      'with a role of another partition',
      { credentialsKind: 'web-identity', identityRoleArn: `arn:aws-cn:iam::${SECURITY}:role/x` },
      'wrong-partition',
      'identityRoleArn',
    ],
    [
      'with a file that is named from nowhere',
      { credentialsKind: 'web-identity', tokenFile: 'token' },
      'invalid-field',
      'tokenFile',
    ],
    [
      'with a file that is not there',
      { credentialsKind: 'web-identity', tokenFile: '/nonexistent/token' },
      'no-hub-credentials',
      'tokenFile',
    ],
    ['with a directory', { credentialsKind: 'web-identity', tokenFile: '/' }, 'no-hub-credentials', 'tokenFile'],
  ])('%s', async (_claim, change, code, field) => {
    expect(await refusedFor(change)).toMatchObject({ ok: false, fault: { code, field } });
  });

  it('with a file that holds something else, which is sent to nobody', async () => {
    const tokenFile = path.join(bed.directory, 'secrets');
    writeFileSync(tokenFile, 'the master key');
    const refused = await refusedFor({ credentialsKind: 'web-identity', tokenFile });
    expect(refused).toMatchObject({ ok: false, fault: { code: 'no-hub-credentials', field: 'tokenFile' } });
    expect(JSON.stringify(refused)).not.toContain('the master key');
    expect(causeway.callLog.calls()).toEqual([]);
  });

  it('with a file that is none or has no end, which holds nobody up', async () => {
    const pipe = path.join(bed.directory, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const tokenFile of [pipe, '/dev/zero', bed.directory]) {
      const refused = await refusedFor({ credentialsKind: 'web-identity', tokenFile });
      expect(refused).toMatchObject({
        ok: false,
        fault: { code: 'no-hub-credentials', detail: expect.stringContaining('is not a file') },
      });
    }
    const tokenFile = path.join(bed.directory, 'large');
    writeFileSync(tokenFile, 'a'.repeat(LIMITS.tokenFileBytesMax + 1));
    const refused = await refusedFor({ credentialsKind: 'web-identity', tokenFile });
    expect(refused).toMatchObject({ ok: false, fault: { detail: expect.stringContaining('too large') } });
  });

  it.each<[claim: string, kind: 'instance-profile' | 'container-role', machine: MachineSettings, words: RegExp]>([
    ['where nothing answers', 'instance-profile', { metadataEndpoint: 'http://127.0.0.1:9' }, /No answer/],
    ['where the address is none', 'instance-profile', { metadataEndpoint: 'metadata' }, /no URL/],
    ['outside of a container', 'container-role', {}, /Neither/],
    [
      'with a container’s address in the clear elsewhere',
      'container-role',
      { containerFullUri: 'http://192.0.2.1/c' },
      /neither an https/,
    ],
    ['with a container’s path that is none', 'container-role', { containerRelativeUri: '@192.0.2.1/' }, /begins with/],
    [
      'without the container’s token file',
      'container-role',
      { containerFullUri: 'http://127.0.0.1:9/', containerTokenFile: '/nonexistent' },
      /cannot be read/,
    ],
    [
      'with a token that would end the header',
      'container-role',
      { containerFullUri: 'http://127.0.0.1:9/', containerToken: 'a\r\nb: c' },
      /line break/,
    ],
  ])('%s', async (_claim, kind, machine, words) => {
    const refused = await refusedFor({ credentialsKind: kind }, machine);
    expect(refused).toMatchObject({
      ok: false,
      fault: { code: 'no-hub-credentials', field: 'credentialsKind', detail: expect.stringMatching(words) },
    });
  });

  it('of another role than the one given, should AWS answer so', async () => {
    const deps = bed.deps();
    addRole(causeway.world, SECURITY, { name: 'Other', trustPolicy: {} });
    const hub = platformIdentity(
      {
        platformAccounts: {
          global: {
            accountId: SECURITY,
            credentials: { kind: 'web-identity', roleArn: HUB_ROLE_ARN, tokenFile: bed.tokenFile },
          },
        },
      },
      'global',
    );
    if (!hub) throw new Error('no hub');
    const provider = must(await hubCredentials(deps.aws, hub));
    await provider();
    // What is in the cache is that of the given role; the hub now names another one.
    const misnamed = { ...hub, credentials: { ...hub.credentials, roleArn: `arn:aws:iam::${SECURITY}:role/Other` } };
    const proved = await proveHub(deps.aws, misnamed as typeof hub, prompt(causeway.clock, { totalMs: 5_000 }));
    expect(proved).toMatchObject({ ok: false, fault: { code: 'other-role', field: 'identityRoleArn' } });
  });
});

it('a change of a web identity keeps what is not given', async () => {
  const deps = bed.deps();
  const { id } = must(await createBaseAccount(deps, { input: bed.input('web-identity'), actor }));
  must(await changeBaseAccount(deps, { id, change: { title: 'Hub' }, actor }));
  const tokenFile = path.join(bed.directory, 'moved');
  expect(await changeBaseAccount(deps, { id, change: { tokenFile }, actor })).toMatchObject({
    ok: false,
    fault: { code: 'no-hub-credentials', field: 'tokenFile' },
  });
  expect(must(await getBaseAccount(deps, id))).toMatchObject({ tokenFile: bed.tokenFile, earlier: [] });
});

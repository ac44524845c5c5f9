import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountOf } from '../../simulator/world/build.ts';
import { readPolicy, trustPolicy } from '../../simulator/world/policies.ts';
import { type CommandLine, commandLine } from './command-line.ts';
import { type Deployment, PASSWORD, startDeployment } from './deployment.ts';

let deployment: Deployment;
let cli: CommandLine;

beforeAll(async () => {
  deployment = await startDeployment();
  cli = await commandLine(deployment.url);
});
afterAll(async () => {
  await cli?.remove();
  await deployment?.stop();
});

const login = (more: readonly string[] = []) =>
  cli.run(['login', '--username', 'administrator', '--password-stdin', ...more], { stdin: `${PASSWORD}` });

describe('signing in', () => {
  it('is needed, and not being signed in ends with 3', async () => {
    const ran = await cli.run(['connectors', 'list']);
    expect(ran).toMatchObject({ exitCode: 3, stdout: '' });
    expect(ran.stderr).toContain('Not signed in');
    expect(ran.stderr).toContain('What to do:');
  });

  it('with a wrong password ends with 3 and stores nothing', async () => {
    const ran = await cli.run(['login', '--username', 'administrator', '--password-stdin'], { stdin: 'wrong' });
    expect(ran.exitCode).toBe(3);
    await expect(stat(path.join(cli.configDir, 'credentials.json'))).rejects.toThrow('ENOENT');
  });

  it('takes a password from a question, and from nobody when nobody is there', async () => {
    const alone = await cli.run(['login', '--username', 'administrator']);
    expect(alone).toMatchObject({ exitCode: 2 });
    expect(alone.stderr).toContain('--password-stdin');
    expect(await cli.run(['login'], { answers: ['administrator', PASSWORD] })).toMatchObject({ exitCode: 0 });
  });

  it('keeps a token that only the user can read, and prints neither token nor password', async () => {
    const ran = await login(['--role', 'operator', '--days', '1']);
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    const file = path.join(cli.configDir, 'credentials.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const { token, url } = JSON.parse(await readFile(file, 'utf8'));
    expect(url).toBe(deployment.url);
    expect(ran.stdout).not.toContain(token);
    expect(ran.stdout).not.toContain(PASSWORD);
    expect((await cli.run(['users', 'list'])).stderr).toContain('Not allowed for your role');
  });

  it('gives everybody a token with their own role, and nobody one with more', async () => {
    const args = ['login', '--username', 'reader', '--password-stdin'];
    expect(await cli.json(args, { stdin: PASSWORD })).toMatchObject({ role: 'reader' });
    expect((await cli.json(['tokens', 'list'])).items).toMatchObject([{ role: 'reader', createdBy: 'reader' }]);
    const ran = await cli.run([...args, '--role', 'operator'], { stdin: PASSWORD });
    expect(ran).toMatchObject({ exitCode: 3, stdout: '' });
    expect(ran.stderr).toContain("your role is reader, the token's would be operator");
    expect(await cli.json(['logout'])).toEqual({ signedOut: true, tokenDeleted: true });
  });

  it('keeps a token that was given', async () => {
    await login();
    const { token } = await cli.json(['tokens', 'create', '--name', 'reader', '--role', 'reader']);
    expect(await cli.run(['login', '--token-stdin'], { stdin: 'wrong' })).toMatchObject({ exitCode: 3 });
    expect(await cli.run(['login', '--token-stdin'], { stdin: token })).toMatchObject({ exitCode: 0 });
    expect(await cli.run(['connectors', 'list'])).toMatchObject({ exitCode: 0 });
  });

  it('sends the token to no other server', async () => {
    await login();
    const received: (string | undefined)[] = [];
    const other = createServer((request, response) => {
      received.push(request.headers.authorization);
      response.end('hello');
    });
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const url = typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : '';
    const ran = await cli.run(['connectors', 'list'], { url });
    other.close();
    expect(received).toEqual([undefined]);
    expect(ran.exitCode).toBe(6);
    expect(ran.stderr).toContain('This is not Causeway');
  });

  it('is undone by logout, on the server too', async () => {
    await login();
    const { token } = JSON.parse(await readFile(path.join(cli.configDir, 'credentials.json'), 'utf8'));
    expect(await cli.json(['logout'])).toEqual({ signedOut: true, tokenDeleted: true });
    expect(await cli.run(['assets', 'types'])).toMatchObject({ exitCode: 3 });
    expect(await cli.run(['assets', 'types'], { token })).toMatchObject({ exitCode: 3 });
    expect(await cli.json(['logout'])).toEqual({ signedOut: false });
  });

  it('says so when the server cannot be reached, with 6', async () => {
    const ran = await cli.run(['assets', 'types'], { url: 'http://127.0.0.1:1' });
    expect(ran.exitCode).toBe(6);
    expect(ran.stderr).toContain('Causeway cannot be reached');
  });
});

describe('the command line itself', () => {
  it.each([
    [['connectors', 'create']],
    [['connectors', 'nonsense']],
    [['assets', 'counts', '--by', 'colour']],
    [['nonsense']],
  ])('ends with 2 when it is written wrongly: %s', async args => {
    expect(await cli.run(args)).toMatchObject({ exitCode: 2, stdout: '' });
  });

  it('ends with 0 after help', async () => {
    const ran = await cli.run(['connectors', '--help']);
    expect(ran).toMatchObject({ exitCode: 0 });
    expect(ran.stdout).toContain('add-to-asset-view');
  });

  it('has no option that takes a secret', async () => {
    for (const args of [['login'], ['base-accounts', 'create'], ['base-accounts', 'edit'], ['users', 'create']]) {
      const { stdout } = await cli.run([...args, '--help']);
      expect(stdout.match(/--(password|secret|token)[\w-]* <(?!file)/)).toBeNull();
    }
  });
});

describe('a journey through the product', () => {
  const instances = 190;
  let assetId: string;

  it('begins with signing in', async () => {
    expect(await login()).toMatchObject({ exitCode: 0 });
  });

  it('prints the role before the connector exists', async () => {
    const setup = await cli.json(['connectors', 'role', '--account-type', 'global', '--external-id', 'my-external-id']);
    expect(setup).toMatchObject({ externalId: 'my-external-id', trusted: { kind: 'platform-account' } });
    const ran = await cli.run(['connectors', 'role', '--account-type', 'global', '--format', 'trust-policy']);
    expect(JSON.parse(ran.stdout)).toHaveProperty('Statement');
    expect(await cli.run(['connectors', 'role'])).toMatchObject({ exitCode: 2 });
  });

  it('creates a connector, which runs by itself', async () => {
    const development = deployment.guide.connectors.find(({ name }) => name === 'Development');
    if (!development) throw new Error('the sample organisation has no Development');
    const { name, roleArn, externalId } = development;
    const args = ['connectors', 'create', '--name', name, '--account-type', 'global', '--role-arn', roleArn];
    const made = await cli.json([
      ...args,
      ...['--external-id', externalId, '--regions', 'us-east-1', 'eu-central-1', 'us-west-2'],
      ...['--tags', 'environment=development', 'owner=a=b', '--asset-tags', 'source=causeway'],
    ]);
    expect(made).toMatchObject({ name, roleArn, tags: { environment: 'development', owner: 'a=b' } });
    const again = await cli.run(args);
    expect(again.exitCode).toBe(5);
    expect(again.stderr).toContain(name);
    // The worker looks for connectors that are due every few seconds.
    const runs = async () => (await cli.json(['runs', 'list', 'development'])).items;
    await expect.poll(runs, { timeout: 15_000 }).toHaveLength(1);
    const watched = await cli.run(['runs', 'watch', (await runs())[0].id]);
    expect(watched).toMatchObject({ exitCode: 0 });
    expect(watched.stdout).toMatch(/State +ok/);
    expect((await cli.run(['connectors', 'counts'])).stdout).toMatch(/^ok +1 +0\n(.*\n)+all +1 +0$/m);
    expect((await cli.json(['connectors', 'list', '--state', 'needs-attention'])).items).toEqual([]);
  });

  it('finds its assets, with how far the answer can be trusted', async () => {
    const found = await cli.json(['assets', 'search', 'type:instance', 'and', 'region:*', '--limit', '10']);
    expect(found.items).toHaveLength(10);
    expect(found.count).toEqual({ value: instances, exact: true });
    expect(found.coverage).toMatchObject({ scopes: 3, complete: 3, notObserved: [] });
    const next = await cli.json(['assets', 'search', 'type:instance and region:*', '--cursor', found.nextCursor]);
    expect(next.items[0].id).not.toBe(found.items[0].id);
    const all = await cli.json(['assets', 'search', 'type:instance', '--all', '--limit', '100']);
    expect(all.items).toHaveLength(instances);
    assetId = found.items[0].id;
    const ran = await cli.run(['assets', 'search', 'type:instance', '--limit', '5']);
    expect(ran.stdout).toContain(`5 of ${instances} assets. 3 of 3 scopes observed completely`);
    expect(ran.stdout).toContain('--cursor');
  });

  it('counts them, shows one, and tells its history', async () => {
    const counts = await cli.json(['assets', 'counts', '--by', 'region', 'type:instance']);
    expect(counts.items).toEqual([
      { value: 'us-east-1', count: 90 },
      { value: 'eu-central-1', count: 75 },
      { value: 'us-west-2', count: 25 },
    ]);
    expect(await cli.json(['assets', 'show', assetId])).toMatchObject({ connectorTags: { source: 'causeway' } });
    expect((await cli.json(['assets', 'history', assetId])).items).toMatchObject([{ event: 'appeared' }]);
    expect((await cli.run(['assets', 'show', assetId])).stdout).toContain('Attributes:');
    expect(await cli.run(['assets', 'show', '019f0000-0000-7000-8000-000000000000'])).toMatchObject({ exitCode: 4 });
  });

  it('names the place where a query is wrong, and ends with 2', async () => {
    const ran = await cli.run(['assets', 'search', 'stat:running']);
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain('At position 1: there is no property "stat". Did you mean "state"?');
    expect(ran.stderr).toContain('Field: query');
  });

  it('refuses a base account whose secret is wrong, with AWS’s request id', async () => {
    const ran = await createBaseAccount('wrong-secret-wrong-secret-wrong-secret');
    expect(ran).toMatchObject({ exitCode: 1, stdout: '' });
    expect(ran.stderr).toContain('The secret access key does not fit');
    expect(ran.stderr).toMatch(/AWS request id: \S+/);
  });

  it('creates the base account and sees the connector move to it', async () => {
    const made = await createBaseAccount(deployment.guide.hubs.global?.secretAccessKey ?? '');
    expect(made).toMatchObject({ exitCode: 0 });
    expect(made.stdout).toContain('Central Security');
    expect(await cli.run(['base-accounts', 'check', 'global'])).toMatchObject({ exitCode: 0 });
    const checked = await cli.json(['connectors', 'check', 'Development']);
    expect(checked).toMatchObject({ outcome: 'ok', hub: { kind: 'base-account', accountId: '111111111111' } });
    expect(await cli.json(['connectors', 'show', 'Development'])).toMatchObject({ moving: false });
    expect(await cli.run(['base-accounts', 'show', 'nonsense'])).toMatchObject({ exitCode: 4 });
  });

  it('shows in AssetView what is added there, until it is removed', async () => {
    const inAssetView = async () => (await cli.json(['assets', 'search', '--app', 'asset-view'])).count.value;
    await cli.json(['connectors', 'add-to-asset-view', 'Development']);
    expect(await inAssetView()).toBeGreaterThan(instances);
    expect((await cli.json(['connectors', 'remove-from-asset-view', 'Development'])).apps).toEqual(['cloud-view']);
    expect(await inAssetView()).toBe(0);
  });

  it('edits the base account, asking for a secret only when the key changes', async () => {
    const edited = await cli.json([
      'base-accounts',
      'edit',
      'Central Security',
      '--title',
      'Hub',
      '--no-use-in-asset-view',
    ]);
    expect(edited).toMatchObject({ title: 'Hub', useInAssetView: false });
    expect(await cli.run(['base-accounts', 'edit', 'Hub', '--access-key-id', 'AKIAIOSFODNN7EXAMPLE'])).toMatchObject({
      exitCode: 2,
    });
    expect(await cli.run(['base-accounts', 'edit', 'Hub'])).toMatchObject({ exitCode: 2 });
  });

  it('deletes the base account only when told so, and names the roles to edit', async () => {
    expect(await cli.run(['base-accounts', 'delete', 'Hub'])).toMatchObject({ exitCode: 2 });
    expect(await cli.run(['base-accounts', 'delete', 'Hub'], { answers: ['2'] })).toMatchObject({ exitCode: 2 });
    const { roleArn, externalId } = await cli.json(['connectors', 'show', 'Development']);
    const role = accountOf(deployment.world, '333333333333').roles[roleArn.split('/').at(-1)];
    if (!role) throw new Error('no role');
    const admitsBoth = role.trustPolicy;
    role.trustPolicy = trustPolicy({ partition: 'aws', accountIds: ['111111111111'], externalId });
    const refused = await cli.run(['base-accounts', 'delete', 'Hub', '--yes']);
    expect(refused).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('1 connector that works now') });
    expect(await cli.run(['base-accounts', 'impact', 'Hub'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/breaks +Development/),
    });
    const deleted = await cli.run(['base-accounts', 'delete', 'Hub'], { answers: ['1'] });
    expect(deleted).toMatchObject({ exitCode: 0 });
    expect(deleted.stdout).toContain('These roles must now trust the platform account');
    expect(deleted.stdout).toContain('arn:aws:iam::333333333333:role/');
    expect(await cli.json(['base-accounts', 'list'])).toMatchObject({ items: [] });
    role.trustPolicy = admitsBoth;
  });

  it('disables a connector, whose run is then refused with 5', async () => {
    expect(await cli.json(['connectors', 'edit', 'Development', '--disable'])).toMatchObject({ enabled: false });
    const ran = await cli.run(['connectors', 'run', 'Development']);
    expect(ran.exitCode).toBe(5);
    expect(ran.stderr).toContain('The connector is disabled');
    const { stdout } = await cli.run(['assets', 'show', assetId]);
    expect(stdout).toMatch(/Observed +no: all of its connectors are disabled\n/);
  });

  it('runs a connector and waits for its end', async () => {
    await cli.json(['connectors', 'edit', 'Development', '--enable', '--all-regions']);
    const ran = await cli.run(['connectors', 'run', 'Development', '--wait', '--json']);
    expect(ran.exitCode).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject({ state: 'ok', counts: { complete: 51 } });
    expect(ran.stderr).toContain('scopes');
  });

  it('says why scopes are not fresh, and prints the statement that mends it', async () => {
    const { roleArn } = await cli.json(['connectors', 'show', 'Development']);
    const role = accountOf(deployment.world, '333333333333').roles[roleArn.split('/').at(-1)];
    if (!role) throw new Error('no role');
    role.inlinePolicies = { Read: readPolicy({ without: ['ec2:DescribeSubnets'] }) };
    await cli.run(['connectors', 'run', 'Development', '--wait']);
    const problems = await cli.run(['connectors', 'problems', 'Development']);
    expect(problems).toMatchObject({ exitCode: 0 });
    expect(problems.stdout).toMatch(/^34 of 51 scopes of Development are fresh\./);
    expect(problems.stdout).toContain('The role is not allowed ec2:DescribeSubnets');
    expect(problems.stdout).toContain('Keeps from being fresh  17 scopes');
    expect(problems.stdout).toMatch(/Who can +Whoever may change the role’s policies/);
    expect((await cli.run(['connectors', 'readiness', '--account-id', '333333333333'])).stdout).toMatch(
      /ec2:DescribeSubnets +17 +Development +Add/,
    );
    expect((await cli.run(['plan', '--connector', 'Development'])).stdout).toMatch(/ec2 +DescribeSubnets +17 +17 +20 /);
    expect(await cli.json(['plan'])).toMatchObject({ connectors: 1, neverRan: 0 });
    expect((await cli.run(['connectors', 'readiness', 'Development'])).stdout).toMatch(/AWS::EC2::Subnet( +D){17}\n/);
    const { stdout } = await cli.run(['connectors', 'problems', 'Development', '--format', 'statement']);
    const policy = { Version: '2012-10-17', Statement: [JSON.parse(stdout)] };
    role.inlinePolicies = { ...role.inlinePolicies, More: policy };
    await cli.run(['connectors', 'run', 'Development', '--wait']);
    const mended = await cli.json(['connectors', 'readiness', 'Development']);
    expect(mended).toMatchObject({ totals: { fresh: 51 }, reasons: [] });
    expect((await cli.run(['connectors', 'problems', 'Development'])).stdout).toContain('There are no problems.');
  });

  it('deletes a connector and keeps its assets', async () => {
    expect(await cli.run(['connectors', 'delete', 'Development', '--yes'])).toMatchObject({ exitCode: 2 });
    await cli.json(['connectors', 'delete', 'Development', '--assets', 'detach', '--yes']);
    expect(await cli.run(['connectors', 'show', 'Development'])).toMatchObject({ exitCode: 4 });
    expect(await cli.json(['assets', 'show', assetId])).toMatchObject({ connectorIds: [], observed: 'detached' });
    expect((await cli.run(['assets', 'show', assetId])).stdout).toMatch(/Observed +no: detached\n/);
  });

  it('manages users and tokens, and verifies the audit log', async () => {
    await cli.json(['users', 'create', 'mallory', '--role', 'reader', '--password-stdin'], { stdin: PASSWORD });
    await cli.json(['users', 'edit', 'Mallory', '--disable', '--role', 'operator']);
    const { items } = await cli.json(['users', 'list']);
    expect(items).toContainEqual(expect.objectContaining({ username: 'mallory', role: 'operator', disabled: true }));
    await cli.json(['users', 'delete', 'mallory', '--yes']);

    const made = await cli.json(['tokens', 'create', '--name', 'ci', '--role', 'reader']);
    expect(await cli.run(['assets', 'types'], { token: made.token })).toMatchObject({ exitCode: 0 });
    await cli.json(['tokens', 'delete', made.id]);
    expect(await cli.run(['assets', 'types'], { token: made.token })).toMatchObject({ exitCode: 3 });
    expect((await cli.run(['tokens', 'list'])).stdout).toContain('command line of administrator');

    const verdict = await cli.json(['audit', 'verify']);
    expect(verdict).toMatchObject({ intact: true, brokenAtSeq: null });
    expect((await cli.run(['audit', 'list', '--limit', '5'])).stdout).toContain('user.deleted');
  });

  function createBaseAccount(secret: string) {
    const { accountId = '', accessKeyId = '' } = deployment.guide.hubs.global ?? {};
    return cli.run(
      [
        ...['base-accounts', 'create', '--title', 'Central Security', '--account-type', 'global'],
        ...['--account-id', accountId, '--access-key-id', accessKeyId, '--secret-stdin', '--use-in-asset-view'],
      ],
      { stdin: secret },
    );
  }
});

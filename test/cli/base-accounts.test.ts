import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountOf, addAccessKey } from '../../simulator/world/build.ts';
import { trustPolicy } from '../../simulator/world/policies.ts';
import { type CommandLine, commandLine } from './command-line.ts';
import { type Deployment, PASSWORD, startDeployment } from './deployment.ts';

let deployment: Deployment;
let cli: CommandLine;

const HUB = '111111111111';

beforeAll(async () => {
  deployment = await startDeployment();
  cli = await commandLine(deployment.url);
  await cli.run(['login', '--username', 'administrator', '--password-stdin'], { stdin: PASSWORD });
  const [key] = hubUser().accessKeys;
  if (key) key.createdAt = new Date().toISOString();
  for (const { name, roleArn, externalId, accountType } of deployment.guide.connectors) {
    if (accountType !== 'global') continue;
    await cli.json([
      ...['connectors', 'create', '--name', name, '--account-type', 'global', '--role-arn', roleArn],
      ...['--external-id', externalId, '--disabled'],
    ]);
    await cli.run(['connectors', 'check', name]);
  }
});
afterAll(async () => {
  await cli?.remove();
  await deployment?.stop();
});

describe('before a base account is made', () => {
  it('a preview tells what each connector would do, and saves nothing', async () => {
    const ran = await create(['--preview']);
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ran.stdout).toContain(`Hub afterwards  base account ${HUB}`);
    expect(ran.stdout).toMatch(/OUTCOME +CONNECTOR/);
    expect(ran.stdout).not.toContain('\u001b');
    expect(await cli.json(['base-accounts', 'list'])).toMatchObject({ items: [] });
  });

  it('a key is asked for only where the kind has one', async () => {
    expect(await create([], { accessKeyId: null })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--access-key-id'),
    });
    const ran = await create(['--credentials-kind', 'container-role'], { accessKeyId: null, stdin: '' });
    // This server runs in no container, so the credentials cannot be proved; but no secret was asked for.
    expect(ran).toMatchObject({ exitCode: 1, stdout: '' });
    expect(ran.stderr).not.toContain('Secret access key');
  });
});

describe('a base account', () => {
  it('is made, and its health is told: who refuses, and what the key may do beyond', async () => {
    expect(await create([])).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/Credentials +key …/) });
    const health = await cli.json(['base-accounts', 'health', 'global']);
    expect(health).toMatchObject({ proof: { outcome: 'ok' }, policyForm: 'exact-roles' });
    const ran = await cli.run(['base-accounts', 'health', 'global'], { terminal: true });
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).toContain('What to do:');
    expect(ran.stdout).toContain('\u001b[');
    hubMay({ Action: '*', Resource: '*' });
    const sick = await cli.run(['base-accounts', 'health', 'global']);
    expect(sick).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('HIGH The identity may change users') });
    expect(sick.stdout).toMatch(/secretsmanager:GetSecretValue .*policy "user_causeway-hub_AssumeRoles"/);
  });

  it('prints its least policy, and the one for looking after itself, to be piped', async () => {
    const least = JSON.parse((await cli.run(['base-accounts', 'policy', 'global'])).stdout);
    expect(least.Statement[0].Resource).toContain('arn:aws:iam::333333333333:role/CausewayReadOnly');
    const self = JSON.parse((await cli.run(['base-accounts', 'policy', 'global', '--self-management'])).stdout);
    expect(self.Statement[1].Action).toContain('iam:CreateAccessKey');
    // With exactly these two, nothing is dangerous and everything can be seen.
    hubMay(...least.Statement, ...self.Statement);
    const health = await cli.json(['base-accounts', 'health', 'global']);
    expect(health).toMatchObject({ dangerous: [], roles: { simulationFault: null, simulated: { denied: [] } } });
  });

  it('is edited with a preview first', async () => {
    const ran = await cli.run(['base-accounts', 'edit', 'global', '--title', 'Hub', '--preview']);
    expect(ran).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('change the base account') });
    expect(await cli.json(['base-accounts', 'show', 'global'])).toMatchObject({ title: 'Central Security' });
  });
});

describe('the key of a base account', () => {
  it('is replaced by Causeway itself while somebody watches, on one line that changes', async () => {
    const { accessKeyIdEnding: before } = await cli.json(['base-accounts', 'show', 'global']);
    const ran = await cli.run(['base-accounts', 'rotate-key', 'global', '--watch'], { terminal: true });
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).toMatch(/State +done/);
    expect(ran.stderr).toContain('\r\u001b[2Krunning: ');
    const { accessKeyIdEnding: after } = await cli.json(['base-accounts', 'show', 'global']);
    expect(after).not.toBe(before);
    expect(hubUser().accessKeys.map(({ id }) => id.slice(-4))).toEqual([after]);
    expect(await cli.json(['base-accounts', 'rotation', 'global'])).toMatchObject({
      state: 'done',
      oldKeyIdEnding: before,
      newKeyIdEnding: after,
    });
  });

  it('is kept when a key that Causeway does not know is in the way, until somebody decides', async () => {
    const { id } = addAccessKey(deployment.world, HUB, { userName: hubUser().name });
    const ran = await cli.run(['base-accounts', 'rotate-key', 'global', '--watch']);
    expect(ran).toMatchObject({ exitCode: 1, stdout: expect.stringContaining(`--delete-unknown-key ${id.slice(-4)}`) });
    expect(ran.stderr).not.toContain('\u001b');
    expect(await decide([])).toMatchObject({ exitCode: 2 });
    expect(await decide(['--retry', '--abandon'])).toMatchObject({ exitCode: 2 });
    expect((await decide(['--delete-unknown-key', 'nope'])).exitCode).not.toBe(0);
    expect(hubUser().accessKeys).toHaveLength(2);
    expect(await decide(['--delete-unknown-key', id.slice(-4)])).toMatchObject({ exitCode: 0 });
    expect(await cli.run(['base-accounts', 'rotation', 'global', '--watch'])).toMatchObject({ exitCode: 0 });
    expect(hubUser().accessKeys.map(key => key.id)).not.toContain(id);
  });
});

describe('going back', () => {
  it('makes the credentials before the present ones its own again, until they are forgotten', async () => {
    const { accessKeyIdEnding: first } = await cli.json(['base-accounts', 'show', 'global']);
    const key = addAccessKey(deployment.world, HUB, { userName: hubUser().name });
    await cli.json(['base-accounts', 'edit', 'global', '--access-key-id', key.id, '--secret-stdin'], {
      stdin: key.secret,
    });
    const shown = await cli.run(['base-accounts', 'show', 'global']);
    expect(shown.stdout).toContain(`key …${key.id.slice(-4)}`);
    expect(shown.stdout).toMatch(new RegExp(`Kept for connectors[^]*…${first}`));
    expect(await cli.run(['base-accounts', 'roll-back', 'global'])).toMatchObject({ exitCode: 2 });
    const back = await cli.json(['base-accounts', 'roll-back', 'global', '--yes']);
    expect(back).toMatchObject({ accessKeyIdEnding: first });
    const forgotten = await cli.json(['base-accounts', 'forget-earlier', 'global', '--yes']);
    expect(forgotten).toMatchObject({ accessKeyIdEnding: first, earlier: [] });
    expect(await cli.run(['base-accounts', 'roll-back', 'global', '--yes'])).toMatchObject({ exitCode: 5 });
  });
});

describe('deleting it', () => {
  const leaveAlone = (name: string) => {
    const connector = deployment.guide.connectors.find(one => one.name === name);
    if (!connector) throw new Error(`the sample organisation has no ${name}`);
    const [, , , , accountId = '', resource = ''] = connector.roleArn.split(':');
    const role = accountOf(deployment.world, accountId).roles[resource.split('/').at(-1) ?? ''];
    if (!role) throw new Error('no role');
    role.trustPolicy = trustPolicy({ partition: 'aws', accountIds: [HUB], externalId: connector.externalId });
  };

  it('shows what would stop working, with the policy that mends it', async () => {
    leaveAlone('Development');
    await cli.run(['connectors', 'check', 'Development']);
    const impact = await cli.run(['base-accounts', 'impact', 'global', '--policies'], { terminal: true });
    expect(impact.exitCode).toBe(0);
    expect(impact.stdout).toContain('\u001b[31mbreaks');
    expect(impact.stdout).toContain('arn:aws:iam::999900000001:root');
  });

  it('needs the number: typed by people, given by scripts, and the right one', async () => {
    const { totals } = await cli.json(['base-accounts', 'impact', 'global', '--change', 'delete']);
    expect(totals.breaks).toBe(1);
    const alone = await cli.run(['base-accounts', 'delete', 'global']);
    expect(alone).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--confirm-breaking 1') });
    expect(await cli.run(['base-accounts', 'delete', 'global'], { answers: ['yes'] })).toMatchObject({ exitCode: 2 });
    expect(await cli.run(['base-accounts', 'delete', 'global', '--yes'])).toMatchObject({ exitCode: 5 });
    expect(await cli.run(['base-accounts', 'delete', 'global', '--confirm-breaking', '2'])).toMatchObject({
      exitCode: 5,
    });
    expect(await cli.run(['base-accounts', 'delete', 'global', '--confirm-breaking', 'all'])).toMatchObject({
      exitCode: 2,
    });
    expect((await cli.json(['base-accounts', 'list'])).items).toHaveLength(1);
    const deleted = await cli.run(['base-accounts', 'delete', 'global', '--confirm-breaking', '1']);
    expect(deleted).toMatchObject({ exitCode: 0 });
    expect(deleted.stdout).toMatch(/Development .*333333333333.* no\n?/);
    expect(await cli.json(['base-accounts', 'list'])).toMatchObject({ items: [] });
  });
});

function decide(how: readonly string[]) {
  return cli.run(['base-accounts', 'rotation-decide', 'global', ...how]);
}

function create(
  more: readonly string[],
  { accessKeyId, stdin }: { accessKeyId?: null; stdin?: string } = {},
): ReturnType<CommandLine['run']> {
  const hub = deployment.guide.hubs.global;
  const key = accessKeyId === null ? [] : ['--access-key-id', hub?.accessKeyId ?? '', '--secret-stdin'];
  return cli.run(
    [
      ...['base-accounts', 'create', '--title', 'Central Security', '--account-type', 'global'],
      ...['--account-id', HUB, ...key, ...more],
    ],
    { stdin: stdin ?? hub?.secretAccessKey ?? '' },
  );
}

function hubMay(...statements: Record<string, unknown>[]): void {
  const Statement = statements.map(statement => ({ Effect: 'Allow', ...statement }));
  hubUser().inlinePolicies = { AssumeRoles: { Version: '2012-10-17', Statement } };
}

function hubUser() {
  const user = Object.values(accountOf(deployment.world, HUB).users)[0];
  if (!user) throw new Error('the hub has no user');
  return user;
}

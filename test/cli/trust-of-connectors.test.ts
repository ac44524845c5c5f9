import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountOf } from '../../simulator/world/build.ts';
import { trustPolicy } from '../../simulator/world/policies.ts';
import { type CommandLine, commandLine } from './command-line.ts';
import { type Deployment, PASSWORD, startDeployment } from './deployment.ts';

let deployment: Deployment;
let cli: CommandLine;

const PLATFORM = '999900000001';
const HUB = '111111111111';

beforeAll(async () => {
  deployment = await startDeployment();
  cli = await commandLine(deployment.url);
  await cli.run(['login', '--username', 'administrator', '--password-stdin'], { stdin: PASSWORD });
  for (const name of ['Production', 'Development']) {
    const { roleArn, externalId } = connectorOf(name);
    trust(name, [PLATFORM]);
    await cli.json([
      ...['connectors', 'create', '--name', name, '--account-type', 'global', '--role-arn', roleArn],
      ...['--external-id', externalId, '--disabled'],
    ]);
    await cli.run(['connectors', 'check', name]);
  }
  const hub = deployment.guide.hubs.global;
  await cli.json(
    [
      ...['base-accounts', 'create', '--title', 'Hub', '--account-type', 'global', '--account-id', HUB],
      ...['--access-key-id', hub?.accessKeyId ?? '', '--secret-stdin'],
    ],
    { stdin: hub?.secretAccessKey ?? '' },
  );
  trust('Production', [PLATFORM, HUB]);
  for (const name of ['Production', 'Development']) await cli.run(['connectors', 'check', name]);
});
afterAll(async () => {
  await cli?.remove();
  await deployment?.stop();
});

describe('trust show', () => {
  it('tells why a role refuses its target hub, and prints the edit', async () => {
    const ran = await cli.run(['trust', 'show', 'Development']);
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ran.stdout).toMatch(/^refused: /);
    expect(ran.stdout).toMatch(/The cause:|One of these/);
    expect(ran.stdout).toMatch(new RegExp(`^\\+ .*${HUB}`, 'm'));
    expect(ran.stdout).toMatch(new RegExp(`base account ${HUB} +refused`));
    expect(ran.stdout).toMatch(new RegExp(`platform account ${PLATFORM} +accepted`));
  });

  it('prints just the document, which lets the hub in once it is on the role', async () => {
    const before = roleOf('Development').trustPolicy;
    const { stdout } = await cli.run(['trust', 'show', 'Development', '--document', 'overlap']);
    roleOf('Development').trustPolicy = JSON.parse(stdout);
    expect(await cli.json(['connectors', 'check', 'Development'])).toMatchObject({ hub: { accountId: HUB } });
    roleOf('Development').trustPolicy = before;
    await cli.run(['connectors', 'check', 'Development']);
  });

  it('offers no edit where none is needed, and names the hub exactly when asked', async () => {
    const ran = await cli.run(['trust', 'show', 'production']);
    expect(ran.stdout).toMatch(/^on target: /);
    expect(ran.stdout).not.toContain('The edit that lets the hub in');
    const exact = await cli.run(['trust', 'show', 'Development', '--form', 'exact-principal']);
    expect(exact.stdout).toMatch(new RegExp(`^\\+ .*arn:aws:iam::${HUB}:user/causeway-hub`, 'm'));
    expect(await cli.run(['trust', 'show', 'nobody'])).toMatchObject({ exitCode: 4 });
  });

  it('the check says the same', async () => {
    const ran = await cli.run(['connectors', 'check', 'Development']);
    expect(ran.stdout).toMatch(/The cause:|One of these/);
  });
});

function connectorOf(name: string) {
  const connector = deployment.guide.connectors.find(one => one.name === name);
  if (!connector) throw new Error(`the sample organisation has no ${name}`);
  return connector;
}

function roleOf(name: string) {
  const [, , , , accountId = '', resource = ''] = connectorOf(name).roleArn.split(':');
  const role = accountOf(deployment.world, accountId).roles[resource.split('/').at(-1) ?? ''];
  if (!role) throw new Error(`${name} has no role`);
  return role;
}

function trust(name: string, accountIds: string[]): void {
  const { externalId } = connectorOf(name);
  roleOf(name).trustPolicy = trustPolicy({ partition: 'aws', accountIds, externalId });
}

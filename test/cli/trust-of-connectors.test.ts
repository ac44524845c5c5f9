import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
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

describe('trust status and connectors', () => {
  it('tell how far each account type is, and who refuses', async () => {
    const all = await cli.run(['trust', 'status']);
    expect(all).toMatchObject({ exitCode: 0, stderr: '' });
    expect(all.stdout).toMatch(new RegExp(`global +base account ${HUB} +\\[#{12}-{12}\\] 50%`));
    const one = await cli.json(['trust', 'status', 'global']);
    expect(one).toMatchObject({ accountType: 'global', totals: { onTarget: 1, refused: 1 } });
    expect(await cli.run(['trust', 'status', 'mars'])).toMatchObject({ exitCode: 2 });
    const refused = await cli.run(['trust', 'connectors', 'global', '--state', 'refused'], { terminal: true });
    expect(refused.stdout).toContain('\u001b[31mDevelopment');
    expect(refused.stdout).not.toContain('Production');
    const page = await cli.json(['trust', 'connectors', 'global', '--limit', '1']);
    expect(page.nextCursor).not.toBeNull();
  });
});

describe('trust edits and recheck', () => {
  it('are for connectors that run', async () => {
    expect(await cli.run(['trust', 'recheck', 'global', '--watch'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('0 of 0 connectors'),
    });
    // Enabled they run once, and then not for hours.
    for (const name of ['Production', 'Development']) {
      await cli.json(['connectors', 'edit', name, '--enable', '--regions', 'us-east-1']);
      const finished = async () => (await cli.json(['connectors', 'show', name])).lastRun?.finishedAt ?? null;
      await expect.poll(finished, { timeout: 30_000 }).not.toBeNull();
    }
  });

  it('a re-check shows its progress on one line, and ends with 1 while a role refuses', async () => {
    const ran = await cli.run(['trust', 'recheck', 'global', '--watch'], { terminal: true });
    expect(ran.exitCode).toBe(1);
    expect(ran.stdout).toMatch(/State +done\n.*\nLet in +1\nRefused +1\n(.*\n)*Throttled calls +0/);
    expect(ran.stderr).toContain('\r\u001b[2K[');
    expect(ran.stderr).toMatch(/2 of 2 done: 1 let in, 1 refused, 0 unknown, 0 moved\n$/);
    const cancelled = await cli.run(['trust', 'recheck', 'global', '--cancel']);
    expect(cancelled).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('No re-check is under way') });
  });

  it.each(['aws-cli', 'cloudformation', 'terraform'])('%s edits are written into a directory', async format => {
    const out = path.join(cli.configDir, format);
    const ran = await cli.run(['trust', 'edits', 'global', '--format', format, '--out', out]);
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    const entries = await readdir(out, { recursive: true, withFileTypes: true });
    const files = entries
      .filter(entry => entry.isFile())
      .map(entry => path.relative(out, path.join(entry.parentPath, entry.name)));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) expect(ran.stdout).toContain(path.join(out, file));
    const texts = await Promise.all(files.map(file => readFile(path.join(out, file), 'utf8')));
    expect(texts.join()).toContain(HUB);
    const again = ['trust', 'edits', 'global', '--format', format, '--out', out];
    expect(await cli.run(again)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('is there already') });
    expect(await cli.run([...again, '--force'])).toMatchObject({ exitCode: 0 });
  });

  it('says which roles a format cannot change', async () => {
    const out = path.join(cli.configDir, 'stack-set');
    const ran = await cli.run(['trust', 'edits', 'global', '--format', 'stack-set', '--out', out]);
    expect(ran.stdout).toMatch(/^No file was written\.\n\nNo file changes these roles:\n/);
    expect(ran.stdout).toContain('Development');
  });

  it('a script can be run as it is, and there is nothing to change for who is on target', async () => {
    const script = path.join(cli.configDir, 'aws-cli', 'change-trust-policies.sh');
    expect((await stat(script)).mode & 0o111).not.toBe(0);
    const out = path.join(cli.configDir, 'final');
    const args = [
      'trust',
      'edits',
      'global',
      '--format',
      'aws-cli',
      '--form',
      'final',
      '--state',
      'refused',
      '--out',
      out,
    ];
    expect(await cli.json(args)).toMatchObject({ roles: 1, leftOut: [] });
  });

  it('after the edit a re-check moves the connector, and ends with 0', async () => {
    trust('Development', [PLATFORM, HUB]);
    const ran = await cli.run(['trust', 'recheck', 'global', '--watch']);
    expect(ran).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/Moved +1/) });
    expect(ran.stderr).not.toContain('\u001b');
    const done = await cli.run(['trust', 'status', 'global']);
    expect(done.stdout).toContain('Every connector is reached through its target hub.');
    const out = path.join(cli.configDir, 'none');
    const edits = await cli.run(['trust', 'edits', 'global', '--format', 'terraform', '--out', out]);
    expect(edits.stdout).toContain('There is nothing to change.');
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

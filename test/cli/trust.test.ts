import { stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandLine, commandLine } from './command-line.ts';
import { type Deployment, PASSWORD, startDeployment } from './deployment.ts';

let deployment: Deployment;
let cli: CommandLine;

const ROLE_ARN = 'arn:aws:iam::333333333333:role/Reader';
const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'Hub',
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::999900000001:root' },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:ExternalId': 'a-long-external-id-1' } },
    },
  ],
});

beforeAll(async () => {
  deployment = await startDeployment();
  cli = await commandLine(deployment.url);
  await cli.run(['login', '--username', 'administrator', '--password-stdin'], { stdin: PASSWORD });
});
afterAll(async () => {
  await cli?.remove();
  await deployment?.stop();
});

describe('trust evaluate', () => {
  const ask = (more: readonly string[], given: { stdin?: string; terminal?: boolean } = { stdin: POLICY }) =>
    cli.run(['trust', 'evaluate', '--role-arn', ROLE_ARN, ...more], given);
  const hub = ['--principal-arn', '999900000001'];

  it('ends with 0 for who is let in, and names the statement', async () => {
    const ran = await ask([...hub, '--external-id', 'a-long-external-id-1']);
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ran.stdout).toMatch(/^allowed\n/);
    expect(ran.stdout).toContain('Decided by statement 1 ("Hub").');
  });

  it('ends with 1 for who is not, and tells the condition', async () => {
    const ran = await ask([...hub, '--external-id', 'another']);
    expect(ran.exitCode).toBe(1);
    expect(ran.stdout).toMatch(/^denied\n/);
    expect(ran.stdout).toContain('Condition: ');
    expect(await ask(['--principal-arn', '111111111111', '--external-id', 'a-long-external-id-1'])).toMatchObject({
      exitCode: 1,
    });
  });

  it('reads a file, takes condition keys, and colours only on a terminal', async () => {
    const file = path.join(cli.configDir, 'policy.json');
    const conditions = { StringEquals: { 'aws:PrincipalOrgID': 'o-1234567890' } };
    const [statement] = JSON.parse(POLICY).Statement;
    const policy = { Version: '2012-10-17', Statement: [{ ...statement, Condition: conditions }] };
    await writeFile(file, JSON.stringify(policy));
    const unknown = await ask([file, ...hub], {});
    expect(unknown).toMatchObject({ exitCode: 1, stdout: expect.stringMatching(/^cannot tell\n/) });
    const known = await ask([file, ...hub, '--context', 'aws:PrincipalOrgID=o-1234567890'], { terminal: true });
    expect(known.exitCode).toBe(0);
    expect(known.stdout).toContain('\u001b[32mallowed\u001b[39m\n');
    expect(unknown.stdout).not.toContain('\u001b');
  });

  it('ends with 2 for a policy that is none, naming the place', async () => {
    const ran = await ask(hub, { stdin: '{"Version":' });
    expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ran.stderr).toMatch(/line|position|character/i);
    expect(await ask(hub, { stdin: '' })).toMatchObject({ exitCode: 2 });
    expect(await ask(['/no/such/file', ...hub], {})).toMatchObject({ exitCode: 2 });
  });

  it('sends no control characters of a policy to the terminal', async () => {
    const evil = POLICY.replace('"Hub"', '"\\u001b[31mHub"');
    const ran = await ask([...hub, '--external-id', 'a-long-external-id-1'], { stdin: evil });
    expect(ran.stdout).not.toContain('\u001b');
  });
});

describe('trust advise', () => {
  const advise = (more: readonly string[], given: { stdin?: string; terminal?: boolean } = { stdin: POLICY }) =>
    cli.run(
      [
        'trust',
        'advise',
        '--role-arn',
        ROLE_ARN,
        '--hub',
        '111111111111',
        '--external-id',
        'a-long-external-id-1',
        ...more,
      ],
      given,
    );

  it('shows the edit as a diff, and the final one without those that retire', async () => {
    const ran = await advise(['--retiring', '999900000001']);
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).toMatch(/^\+ .*111111111111/m);
    expect(ran.stdout).toMatch(/^- .*999900000001/m);
    expect(ran.stdout).toContain('Evaluated with it, the hub is let in.');
    const coloured = await advise([], { stdin: POLICY, terminal: true });
    expect(coloured.stdout).toContain('\u001b[32m+ ');
  });

  it('prints just the document, which the evaluator then finds to let the hub in', async () => {
    const { stdout } = await advise(['--document', 'overlap']);
    const evaluated = await cli.json(
      [
        'trust',
        'evaluate',
        '--role-arn',
        ROLE_ARN,
        '--principal-arn',
        '111111111111',
        '--external-id',
        'a-long-external-id-1',
      ],
      { stdin: stdout },
    );
    expect(evaluated).toMatchObject({ decision: 'allowed' });
  });

  it('ends with 1 when a statement refuses the hub whatever is added', async () => {
    const [statement] = JSON.parse(POLICY).Statement;
    const deny = { Effect: 'Deny', Principal: { AWS: '111111111111' }, Action: 'sts:AssumeRole' };
    const blocked = JSON.stringify({ Version: '2012-10-17', Statement: [statement, deny] });
    const ran = await advise([], { stdin: blocked });
    expect(ran).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('No addition helps:') });
  });
});

it.each(['../evil.sh', '/tmp/evil.sh', 'a/../../evil.sh', '.bashrc', 'a\\\\b'])(
  'trust edits writes no file named %s',
  async name => {
    const files = [{ name, mediaType: 'text/x-shellscript', content: 'echo evil' }];
    const server = createServer((_, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ files, roles: 1, leftOut: [] }));
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const url = typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : '';
    const out = path.join(cli.configDir, 'edits');
    const args = ['trust', 'edits', 'global', '--format', 'aws-cli', '--out', out];
    const ran = await cli.run(args, { url, token: 'cwy_test' });
    server.close();
    expect(ran).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringContaining('Not a file name') });
    await expect(stat(out)).rejects.toThrow('ENOENT');
  },
);

it('help teaches the order of a move', async () => {
  const ran = await cli.run(['trust', '--help']);
  expect(ran.exitCode).toBe(0);
  expect(ran.stdout).toContain('causeway trust recheck global --watch');
});

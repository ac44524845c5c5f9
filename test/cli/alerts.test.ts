import { afterAll, beforeAll, expect, it } from 'vitest';
import { trustTheReceivers } from '../alerts/receivers.ts';
import { newToken, signIn, startTestApi, type TestApi } from '../api/test-api.ts';
import { type CommandLine, commandLine } from './command-line.ts';

let api: TestApi;
let cli: CommandLine;
let token: string;

beforeAll(async () => {
  trustTheReceivers();
  api = await startTestApi();
  const administrator = await signIn(api, { username: 'administrator' });
  ({ token } = await newToken(api, { administrator, role: 'administrator' }));
  cli = await commandLine(api.url);
});
afterAll(async () => {
  await cli?.remove();
  await api?.stop();
});

const run = (args: string[], given: { stdin?: string } = {}) => cli.run(args, { ...given, token });

it('a webhook is created with its secret from standard input, changed, tested and deleted', async () => {
  const create = ['alert-channels', 'create', '--kind', 'webhook', '--name', 'pager'];
  const made = await run([...create, '--post-to', 'https://localhost:1/hook', '--secret-stdin'], {
    stdin: 'a secret from a pipe',
  });
  expect(made).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('https://localhost:1/hook') });
  expect(made.stdout).not.toContain('a secret from a pipe');
  const edited = await run(['alert-channels', 'edit', 'pager', '--after-intervals', '4', '--disable']);
  expect(edited.stdout).toMatch(/After\s+4 polling intervals/);
  expect(edited.stdout).toMatch(/State\s+disabled/);
  expect((await run(['alert-channels', 'list'])).stdout).toMatch(/pager\s+webhook\s+https:\/\/localhost:1\/hook\s+4/);
  const tested = await run(['alert-channels', 'test', 'pager']);
  expect(tested).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('CAUSEWAY_ALERT_NETWORKS') });
  expect((await run(['alert-channels', 'deliveries', 'pager'])).exitCode).toBe(0);
  expect((await run(['alert-channels', 'delete', 'pager', '--yes'])).exitCode).toBe(0);
  expect((await run(['alert-channels', 'show', 'pager'])).exitCode).toBe(4);
});

it('e-mail is created without a password where the server asks for none', async () => {
  const create = ['alert-channels', 'create', '--kind', 'email', '--name', 'mail', '--host', 'mail.example.com'];
  const made = await run([...create, '--from', 'a@b.example', '--to', 'c@d.example, e@f.example']);
  expect(made.stdout).toMatch(/To\s+c@d.example, e@f.example/);
  expect(made.stdout).toMatch(/Mail server\s+mail.example.com:587 \(starttls\)/);
  const tls = await run([...create, '--from', 'a@b.example', '--to', 'c@d.example', '--security', 'tls']);
  expect(tls.stdout).toMatch(/Mail server\s+mail.example.com:465 \(tls\)/);
  const nobody = await run([...create, '--from', 'a@b.example', '--to', 'c@d.example', '--secret-stdin'], {
    stdin: 'x',
  });
  expect(nobody).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--smtp-user') });
});

it('what is missing is told before anything is sent', async () => {
  const ran = await run(['alert-channels', 'create', '--kind', 'webhook', '--name', 'pager']);
  expect(ran).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--post-to') });
});

it('alerts are listed, and end with 0 while none is open', async () => {
  expect(await run(['alerts', 'list'])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('No worker has looked'),
  });
  expect((await run(['alerts', 'show', '0198c2a4-7c1e-7d3a-9b52-0f6a4e1d2c3b'])).exitCode).toBe(4);
});

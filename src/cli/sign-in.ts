import { hostname } from 'node:os';
import { type Command, Option } from 'commander';
import { ROLES, type Role } from '../domain/role.ts';
import { deleteCredentials, readCredentials, writeCredentials } from './credentials.ts';
import type { Io } from './io.ts';
import { answer, type Outcome, usage } from './outcome.ts';
import { type CommonOptions, DEFAULT_URL, finish, readSecret, run } from './run-command.ts';
import { facts } from './text.ts';

export function addSignInCommands(program: Command, io: Io): void {
  program
    .command('login')
    .description('sign in and keep an API token for the commands that follow')
    .option('--url <url>', 'the Causeway server (CAUSEWAY_URL)')
    .option('--username <name>', 'who signs in')
    .option('--password-stdin', 'read the password from standard input')
    .option('--token-stdin', 'keep the API token on standard input instead of making one')
    .addOption(
      new Option('--role <role>', 'what the token may do: your own role, when left out, or a lesser one').choices(
        ROLES,
      ),
    )
    .option('--days <number>', 'days until the token ends', '30')
    .option('--json', 'print JSON for programs instead of text for people')
    .action(async (options: LoginOptions) => finish(io, options, await login(io, options)));

  program
    .command('logout')
    .description('delete the token that "login" made, here and on the server')
    .option('--json', 'print JSON for programs instead of text for people')
    .action(async (options: CommonOptions) => {
      const stored = await readCredentials(io.settings.configDir);
      if (!stored) return finish(io, options, answer('Nobody was signed in.', { signedOut: false }));
      await run(io, { ...options, url: stored.url }, async ({ client }) => {
        const { tokenId } = stored;
        const deleted = tokenId ? await client.call('deleteToken', { params: { id: tokenId } }) : undefined;
        await deleteCredentials(io.settings.configDir);
        if (deleted?.ok) return answer(`Signed out of ${stored.url}.`, { signedOut: true, tokenDeleted: true });
        const text = `The token was forgotten here, but it was not deleted on ${stored.url}; it is good until it ends.`;
        return answer(text, { signedOut: true, tokenDeleted: false });
      });
    });
}

interface LoginOptions extends CommonOptions {
  readonly username?: string;
  readonly passwordStdin?: boolean;
  readonly tokenStdin?: boolean;
  readonly role?: Role;
  readonly days: string;
}

async function login(io: Io, options: LoginOptions): Promise<Outcome> {
  const url = options.url ?? io.settings.url ?? DEFAULT_URL;
  if (!URL.canParse(url) || !/^https?:/.test(url)) return usage(`"${url}" is not an http or https URL.`, 'Give --url.');
  warnOfPlainHttp(io, new URL(url));
  return options.tokenStdin ? await keepToken(io, url) : await makeToken(io, { ...options, url });
}

function warnOfPlainHttp(io: Io, { protocol, hostname: host }: URL): void {
  if (protocol === 'https:' || host === 'localhost' || host === '[::1]' || host.startsWith('127.')) return;
  io.writeError(`Warning: ${host} is reached without TLS, so others on the network can read what is sent.\n`);
}

async function keepToken(io: Io, url: string): Promise<Outcome> {
  const token = await readSecret(io, { fromStdin: true, question: 'API token', flag: '--token-stdin' });
  if (!token.ok) return token;
  const { openClient } = await import('./client.ts');
  const client = openClient({ url, credentials: { kind: 'token', token: token.value } });
  const tried = await client.call('listAssetTypes', {});
  if (!tried.ok) return tried;
  const file = await writeCredentials(io.settings.configDir, { url, token: token.value });
  return answer(`The token works on ${url}. It is kept in ${file}.`, { url, file });
}

async function makeToken(io: Io, { url, ...options }: LoginOptions & { url: string }): Promise<Outcome> {
  const days = Number(options.days);
  if (!Number.isInteger(days) || days < 1) return usage(`--days is "${options.days}".`, 'Give a whole number from 1.');
  const username = options.username ?? (io.interactive ? await io.askText('User name') : undefined);
  if (!username) return usage('No user name was given.', 'Add --username.');
  const fromStdin = options.passwordStdin === true;
  const password = await readSecret(io, { fromStdin, question: 'Password', flag: '--password-stdin' });
  if (!password.ok) return password;

  const { openClient } = await import('./client.ts');
  let cookie = '';
  const anonymous = openClient({ url, credentials: { kind: 'none' }, onCookie: set => (cookie = set) });
  const session = await anonymous.call('signIn', { body: { username, password: password.value } });
  if (!session.ok) return session;
  const { user, csrfToken } = session.value;
  const signedIn = openClient({ url, credentials: { kind: 'session', cookie, csrfToken } });
  const role = options.role ?? user.role;
  const expiresAt = new Date(io.clock.now().getTime() + days * 86_400_000).toISOString();
  const made = await signedIn.call('createToken', {
    body: { name: `command line of ${username} on ${hostname()}`, role, expiresAt },
  });
  // The session was for making the token only. If ending it fails, it ends by itself.
  await signedIn.call('signOut', {});
  if (!made.ok) return made;
  const { token, id: tokenId } = made.value;
  const file = await writeCredentials(io.settings.configDir, { url, token, tokenId });
  const shown = facts([
    ['Server', url],
    ['User', username],
    ['Role', role],
    ['Token ends', expiresAt],
    ['Kept in', file],
  ]);
  return answer(shown, { url, username, role, tokenId, expiresAt, file });
}

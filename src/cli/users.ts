import { type Command, Option } from 'commander';
import type { ReplyOf } from '../api/contract.ts';
import { ROLES, type Role } from '../domain/role.ts';
import type { Io } from './io.ts';
import { answer, EXIT, type Outcome, refuse, usage } from './outcome.ts';
import {
  type CommonOptions,
  confirmed,
  leaf,
  type PageOptions,
  paged,
  pageQuery,
  readSecret,
  run,
  type Session,
} from './run-command.ts';
import { more, table, time } from './text.ts';

type User = ReplyOf<'createUser'>;

export function addUserCommands(program: Command, io: Io): void {
  const group = program.command('users').description('people who can sign in');
  paged(leaf(group, 'list', 'list users')).action((options: PageOptions) =>
    run(io, options, async ({ client }) => {
      const page = await client.call('listUsers', { query: pageQuery(options) });
      return page.ok ? answer(userTable(page.value.items) + more(page.value.nextCursor), page.value) : page;
    }),
  );
  leaf(group, 'create <username>', 'create a user')
    .addOption(new Option('--role <role>', 'what the user may do').choices(ROLES).makeOptionMandatory())
    .option('--password-stdin', 'read the password from standard input')
    .action((username: string, options: UserOptions & { role: Role }) =>
      run(io, options, async ({ client }) => {
        const password = await readPassword(io, options);
        if (!password.ok) return password;
        const body = { username, password: password.value, role: options.role };
        const created = await client.call('createUser', { body });
        return created.ok ? answer(userTable([created.value]), created.value) : created;
      }),
    );
  leaf(group, 'edit <username>', 'change a user; what is not given stays as it is')
    .addOption(new Option('--role <role>', 'what the user may do').choices(ROLES))
    .option('--enable', 'let the user sign in')
    .option('--disable', 'do not let the user sign in')
    .option('--password', 'ask for a new password')
    .option('--password-stdin', 'read a new password from standard input')
    .action((username: string, options: EditOptions) => run(io, options, session => edit(session, username, options)));
  leaf(group, 'delete <username>', 'delete a user')
    .option('--yes', 'do not ask')
    .action((username: string, options: CommonOptions & { yes?: boolean }) =>
      run(io, options, async session => {
        const user = await findUser(session, username);
        if (!user.ok) return user;
        const yes = await confirmed(io, { yes: options.yes === true, question: `Delete user ${username}?` });
        if (!yes.ok) return yes;
        const deleted = await session.client.call('deleteUser', { params: { id: user.value.id } });
        return deleted.ok ? answer(`Deleted user ${username}.`, { deleted: user.value.id }) : deleted;
      }),
    );
}

interface UserOptions extends CommonOptions {
  readonly passwordStdin?: boolean;
}

interface EditOptions extends UserOptions {
  readonly role?: Role;
  readonly enable?: boolean;
  readonly disable?: boolean;
  readonly password?: boolean;
}

async function edit(session: Session, username: string, options: EditOptions): Promise<Outcome> {
  const { role, enable, disable } = options;
  if (enable && disable) return usage('--enable and --disable are both given.', 'Give one of them.');
  const user = await findUser(session, username);
  if (!user.ok) return user;
  const password = options.password || options.passwordStdin ? await readPassword(session.io, options) : undefined;
  if (password && !password.ok) return password;
  const body = {
    ...(role === undefined ? {} : { role }),
    ...(enable || disable ? { disabled: disable === true } : {}),
    ...(password ? { password: password.value } : {}),
  };
  if (Object.keys(body).length === 0)
    return usage('Nothing to change was given.', 'Add what is to change; see --help.');
  const changed = await session.client.call('changeUser', { params: { id: user.value.id }, body });
  return changed.ok ? answer(userTable([changed.value]), changed.value) : changed;
}

function readPassword(io: Io, { passwordStdin }: UserOptions): Promise<Outcome<string>> {
  return readSecret(io, { fromStdin: passwordStdin === true, question: 'New password', flag: '--password-stdin' });
}

async function findUser({ client }: Session, username: string): Promise<Outcome<User>> {
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await client.call('listUsers', { query: { limit: 1_000, ...(cursor ? { cursor } : {}) } });
    if (!page.ok) return page;
    const found = page.value.items.find(user => user.username.toLowerCase() === username.toLowerCase());
    if (found) return { ok: true, value: found };
    cursor = page.value.nextCursor;
  }
  return refuse({
    exitCode: EXIT.notFound,
    title: 'Not found',
    detail: `There is no user "${username}".`,
    remedy: 'See "causeway users list".',
  });
}

function userTable(users: readonly User[]): string {
  const rows = users.map(({ username, role, disabled, createdAt, id }) => {
    return [username, role, disabled ? 'disabled' : 'enabled', time(createdAt), id];
  });
  return table(['user', 'role', 'state', 'created', 'id'], rows);
}

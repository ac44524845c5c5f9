import { type Command, Option } from 'commander';
import { ROLES, type Role } from '../domain/role.ts';
import type { Io } from './io.ts';
import { answer } from './outcome.ts';
import { type CommonOptions, leaf, type PageOptions, paged, pageQuery, run } from './run-command.ts';
import { facts, more, table, time } from './text.ts';

export function addTokenCommands(program: Command, io: Io): void {
  const group = program.command('tokens').description('API tokens, for machines');
  paged(leaf(group, 'list', 'list tokens')).action((options: PageOptions) =>
    run(io, options, async ({ client }) => {
      const page = await client.call('listTokens', { query: pageQuery(options) });
      if (!page.ok) return page;
      const rows = page.value.items.map(({ id, name, role, createdBy, expiresAt, lastUsedAt }) => {
        return [name, role, createdBy, expiresAt === null ? 'never' : time(expiresAt), time(lastUsedAt), id];
      });
      const headings = ['name', 'role', 'made by', 'ends', 'last used', 'id'];
      return answer(table(headings, rows) + more(page.value.nextCursor), page.value);
    }),
  );
  leaf(group, 'create', 'create a token; it is shown once')
    .requiredOption('--name <text>', 'what it is for')
    .addOption(new Option('--role <role>', 'what it may do').choices(ROLES).makeOptionMandatory())
    .option('--expires-at <time>', 'when it ends, such as 2027-01-31T00:00:00Z; never, when left out')
    .action((options: CreateOptions) =>
      run(io, options, async ({ client }) => {
        const { name, role, expiresAt } = options;
        const made = await client.call('createToken', { body: { name, role, ...(expiresAt ? { expiresAt } : {}) } });
        if (!made.ok) return made;
        const text = facts([
          ['Id', made.value.id],
          ['Token', made.value.token],
        ]);
        return answer(`${text}\n\nNote the token now: it is not shown again.`, made.value);
      }),
    );
  leaf(group, 'delete <id>', 'delete a token: it stops working at once').action((id: string, options: CommonOptions) =>
    run(io, options, async ({ client }) => {
      const deleted = await client.call('deleteToken', { params: { id } });
      return deleted.ok ? answer(`Deleted token ${id}.`, { deleted: id }) : deleted;
    }),
  );
}

interface CreateOptions extends CommonOptions {
  readonly name: string;
  readonly role: Role;
  readonly expiresAt?: string;
}

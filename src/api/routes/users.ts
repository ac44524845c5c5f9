import type { PeopleDeps } from '../../accounts/callers.ts';
import { changeUser, createUser, removeUser } from '../../accounts/people.ts';
import { readCursor } from '../../domain/cursor.ts';
import { ok } from '../../domain/result.ts';
import { listUsers, type User } from '../../store/users.ts';
import type { ReplyOf } from '../contract.ts';
import { pageOf } from '../page.ts';
import type { Handlers } from '../routes.ts';

export function userRoutes(deps: PeopleDeps): Pick<Handlers, 'listUsers' | 'createUser' | 'changeUser' | 'deleteUser'> {
  return {
    async listUsers({ query: { limit, cursor } }) {
      const after = readCursor(cursor, ['text']);
      if (!after.ok) return after;
      const rows = await listUsers(deps.db, { after: after.value?.[0] ?? null, limit: limit + 1 });
      return ok(pageOf(rows, { limit, keys: user => [user.username], item: wireUser }));
    },
    async createUser({ body }, { actor }) {
      const created = await createUser(deps, body, actor);
      return created.ok ? ok(wireUser(created.value)) : created;
    },
    async changeUser({ params: { id }, body }, { actor }) {
      const changed = await changeUser(deps, { id, change: body, actor });
      return changed.ok ? ok(wireUser(changed.value)) : changed;
    },
    async deleteUser({ params: { id } }, { actor }) {
      return await removeUser(deps, { id, actor });
    },
  };
}

export function wireUser(user: User): ReplyOf<'createUser'> {
  const { id, username, role, disabledAt, createdAt } = user;
  return { id, username, role, disabled: disabledAt !== null, createdAt: createdAt.toISOString() };
}

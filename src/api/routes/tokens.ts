import type { PeopleDeps } from '../../accounts/callers.ts';
import { createToken, removeToken, whoseTokens } from '../../accounts/people.ts';
import { readCursor } from '../../domain/cursor.ts';
import { ok } from '../../domain/result.ts';
import { type ApiToken, listTokens } from '../../store/tokens.ts';
import type { ReplyOf } from '../contract.ts';
import { pageOf } from '../page.ts';
import { callerOf, type Handlers } from '../routes.ts';

export function tokenRoutes(deps: PeopleDeps): Pick<Handlers, 'listTokens' | 'createToken' | 'deleteToken'> {
  return {
    async listTokens({ query: { limit, cursor } }, call) {
      const after = readCursor(cursor, ['id']);
      if (!after.ok) return after;
      const ofUser = whoseTokens(callerOf(call));
      const rows = await listTokens(deps.db, { ofUser, after: after.value?.[0] ?? null, limit: limit + 1 });
      return ok(pageOf(rows, { limit, keys: token => [token.id], item: wireToken }));
    },
    async createToken({ body: { name, role, expiresAt } }, call) {
      const input = { name, role, expiresAt: expiresAt === undefined ? null : new Date(expiresAt) };
      const created = await createToken(deps, input, callerOf(call));
      if (!created.ok) return created;
      const { token, ...row } = created.value;
      return ok({ ...wireToken({ ...row, lastUsedAt: null }), token });
    },
    async deleteToken({ params: { id } }, call) {
      return await removeToken(deps, { id, caller: callerOf(call) });
    },
  };
}

function wireToken({ id, name, role, createdBy, ...times }: ApiToken): ReplyOf<'listTokens'>['items'][number] {
  return {
    id,
    name,
    role,
    createdBy,
    createdAt: times.createdAt.toISOString(),
    expiresAt: times.expiresAt?.toISOString() ?? null,
    lastUsedAt: times.lastUsedAt?.toISOString() ?? null,
  };
}

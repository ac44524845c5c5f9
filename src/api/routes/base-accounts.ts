import {
  changeBaseAccount,
  checkBaseAccount,
  createBaseAccount,
  getBaseAccount,
  listBaseAccounts,
} from '../../accounts/base-accounts.ts';
import { deleteBaseAccount } from '../../accounts/delete-base-account.ts';
import type { AccountsDeps } from '../../accounts/deps.ts';
import type { BaseAccount, IdentityProof } from '../../accounts/shapes.ts';
import { mapped } from '../../domain/result.ts';
import { wireFault } from '../fault-reply.ts';
import type { Handlers, WireOf } from '../routes.ts';

export function baseAccountRoutes(
  deps: AccountsDeps,
): Pick<
  Handlers,
  | 'listBaseAccounts'
  | 'createBaseAccount'
  | 'getBaseAccount'
  | 'changeBaseAccount'
  | 'deleteBaseAccount'
  | 'checkBaseAccount'
> {
  return {
    async listBaseAccounts({ query }) {
      const page = await listBaseAccounts(deps, query);
      return mapped(page, ({ items, nextCursor }) => ({ items: items.map(wireBaseAccount), nextCursor }));
    },
    async createBaseAccount({ body }, { actor }) {
      return mapped(await createBaseAccount(deps, { input: body, actor }), wireBaseAccount);
    },
    async getBaseAccount({ params: { id } }) {
      return mapped(await getBaseAccount(deps, id), wireBaseAccount);
    },
    async changeBaseAccount({ params: { id }, body }, { actor }) {
      return mapped(await changeBaseAccount(deps, { id, change: body, actor }), wireBaseAccount);
    },
    async deleteBaseAccount({ params: { id } }, { actor }) {
      return mapped(await deleteBaseAccount(deps, { id, actor }), () => undefined);
    },
    async checkBaseAccount({ params: { id } }, { actor }) {
      return mapped(await checkBaseAccount(deps, { id, actor }), wireProof);
    },
  };
}

function wireBaseAccount(account: BaseAccount): WireOf<'getBaseAccount'> {
  return {
    ...account,
    earlier: account.earlier.map(({ retiredAt, ...one }) => ({ ...one, retiredAt: retiredAt?.toISOString() ?? null })),
    rotation: null,
    keyCreatedAt: account.keyCreatedAt.toISOString(),
    proof: account.proof && wireProof(account.proof),
    createdAt: account.createdAt.toISOString(),
    updatedAt: account.updatedAt.toISOString(),
  };
}

export function wireProof({ checkedAt, outcome, callerArn, fault }: IdentityProof): WireOf<'checkBaseAccount'> {
  return { checkedAt: checkedAt.toISOString(), outcome, callerArn, fault: fault && wireFault(fault) };
}

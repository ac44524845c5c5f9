import {
  changeBaseAccount,
  checkBaseAccount,
  createBaseAccount,
  getBaseAccount,
  listBaseAccounts,
} from '../../accounts/base-accounts.ts';
import { deleteBaseAccount } from '../../accounts/delete-base-account.ts';
import type { AccountsDeps } from '../../accounts/deps.ts';
import { forgetEarlierCredentials } from '../../accounts/forget-earlier.ts';
import { impactOf, previewBaseAccount, previewBaseAccountChange } from '../../accounts/preview.ts';
import { rollBackBaseAccount } from '../../accounts/roll-back.ts';
import type { BaseAccount, IdentityProof, Impact } from '../../accounts/shapes.ts';
import { mapped } from '../../domain/result.ts';
import { wireFault } from '../fault-reply.ts';
import type { Handlers, WireOf } from '../routes.ts';
import { wireRotation } from './key-rotations.ts';

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
  | 'previewBaseAccount'
  | 'impactOfBaseAccount'
  | 'previewBaseAccountChange'
  | 'rollBackBaseAccount'
  | 'forgetEarlierCredentials'
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
    async deleteBaseAccount({ params: { id }, query: { confirmBreaking } }, { actor }) {
      return mapped(await deleteBaseAccount(deps, { id, confirmBreaking, actor }), () => undefined);
    },
    async previewBaseAccount({ body }, { actor }) {
      return mapped(await previewBaseAccount(deps, { input: body, actor }), wireImpact);
    },
    async impactOfBaseAccount({ params: { id }, query: { change } }, { actor }) {
      return mapped(await impactOf(deps, { id, change, actor }), wireImpact);
    },
    async previewBaseAccountChange({ params: { id }, body }, { actor }) {
      return mapped(await previewBaseAccountChange(deps, { id, change: body, actor }), wireImpact);
    },
    async rollBackBaseAccount({ params: { id } }, { actor }) {
      return mapped(await rollBackBaseAccount(deps, { id, actor }), wireBaseAccount);
    },
    async forgetEarlierCredentials({ params: { id }, query: { confirmBreaking } }, { actor }) {
      return mapped(await forgetEarlierCredentials(deps, { id, confirmBreaking, actor }), wireBaseAccount);
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
    rotation: account.rotation && wireRotation(account.rotation),
    keyCreatedAt: account.keyCreatedAt.toISOString(),
    proof: account.proof && wireProof(account.proof),
    createdAt: account.createdAt.toISOString(),
    updatedAt: account.updatedAt.toISOString(),
  };
}

function wireImpact({ takenAt, connectors, ...impact }: Impact): WireOf<'impactOfBaseAccount'> {
  return {
    ...impact,
    takenAt: takenAt.toISOString(),
    connectors: connectors.map(({ provedAt, fault, ...one }) => ({
      ...one,
      ...(provedAt ? { provedAt: provedAt.toISOString() } : {}),
      ...(fault ? { fault: wireFault(fault) } : {}),
    })),
  };
}

export function wireProof({ checkedAt, outcome, callerArn, fault }: IdentityProof): WireOf<'checkBaseAccount'> {
  return { checkedAt: checkedAt.toISOString(), outcome, callerArn, fault: fault && wireFault(fault) };
}

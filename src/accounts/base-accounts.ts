import type { Result } from '../domain/result.ts';
import type { Actor } from '../store/audit.ts';
import type { AccountsDeps } from './deps.ts';
import type {
  BaseAccount,
  BaseAccountChange,
  BaseAccountInput,
  IdentityProof,
  PageOf,
  PageRequest,
  PolicyDocument,
} from './shapes.ts';

export async function createBaseAccount(
  _deps: AccountsDeps,
  _request: { input: BaseAccountInput; actor: Actor },
): Promise<Result<BaseAccount>> {
  throw new Error('not written yet');
}

export async function changeBaseAccount(
  _deps: AccountsDeps,
  _request: { id: string; change: BaseAccountChange; actor: Actor },
): Promise<Result<BaseAccount>> {
  throw new Error('not written yet');
}

export async function deleteBaseAccount(
  _deps: AccountsDeps,
  _request: { id: string; actor: Actor },
): Promise<Result<void>> {
  throw new Error('not written yet');
}

export async function getBaseAccount(_deps: AccountsDeps, _id: string): Promise<Result<BaseAccount>> {
  throw new Error('not written yet');
}

export async function listBaseAccounts(_deps: AccountsDeps, _page: PageRequest): Promise<Result<PageOf<BaseAccount>>> {
  throw new Error('not written yet');
}

/** Proves the credentials now; the result is stored and given. */
export async function checkBaseAccount(
  _deps: AccountsDeps,
  _request: { id: string; actor: Actor },
): Promise<Result<IdentityProof>> {
  throw new Error('not written yet');
}

/** The least policy that the base account's identity needs: sts:AssumeRole on exactly its connectors' roles. */
export async function hubPolicy(_deps: AccountsDeps, _id: string): Promise<Result<PolicyDocument>> {
  throw new Error('not written yet');
}

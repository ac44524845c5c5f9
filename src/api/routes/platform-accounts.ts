import type { AccountsDeps } from '../../accounts/deps.ts';
import { listPlatformAccounts } from '../../accounts/platform-accounts.ts';
import { ok } from '../../domain/result.ts';
import type { Handlers } from '../routes.ts';

export function platformAccountRoutes(
  deps: Pick<AccountsDeps, 'platformAccounts'>,
): Pick<Handlers, 'listPlatformAccounts'> {
  return {
    async listPlatformAccounts() {
      return ok({ items: listPlatformAccounts(deps) });
    },
  };
}

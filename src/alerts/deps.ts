import type { AccountsDeps } from '../accounts/deps.ts';

/** What looking for alerts and telling of them works with. */
export type AlertDeps = Pick<
  AccountsDeps,
  'db' | 'clock' | 'ids' | 'log' | 'vault' | 'platformAccounts' | 'alertNetworks'
>;

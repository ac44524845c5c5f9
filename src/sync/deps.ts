import type { AccountsDeps } from '../accounts/deps.ts';
import type { Budget } from '../aws/call.ts';
import type { Clock } from '../domain/clock.ts';
import type { AssetType } from '../inventory/define.ts';
import type { WriteEnd } from './run-progress.ts';

/** What a sync run works with: the accounts, which it reaches as checks do, and the asset types to read. */
export interface SyncDeps extends AccountsDeps {
  readonly assetTypes: readonly AssetType[];
  /** Writes the ends of the scopes of all runs of a process; absent, each run gathers its own. */
  readonly writeEnd?: WriteEnd;
  /** How much one call may take; `patient` unless a test has less time. */
  readonly callBudget?: (clock: Clock) => Budget;
}

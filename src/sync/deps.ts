import type { AccountsDeps } from '../accounts/deps.ts';
import type { Budget } from '../aws/call.ts';
import type { Clock } from '../domain/clock.ts';
import type { AssetType } from '../inventory/define.ts';
import type { SharedByRuns } from './shared-by-runs.ts';

/** What a sync run works with: the accounts, which it reaches as checks do, and the asset types to read. */
export interface SyncDeps extends AccountsDeps {
  readonly assetTypes: readonly AssetType[];
  /** What all runs of a process share; absent, each run has its own. */
  readonly shared?: SharedByRuns;
  /** How much one call may take; `patient` unless a test has less time. */
  readonly callBudget?: (clock: Clock) => Budget;
}

import type { AccountsDeps } from '../accounts/deps.ts';
import type { AssetType } from '../inventory/define.ts';

/** What a sync run works with: the accounts, which it reaches as checks do, and the asset types to read. */
export interface SyncDeps extends AccountsDeps {
  readonly assetTypes: readonly AssetType[];
}

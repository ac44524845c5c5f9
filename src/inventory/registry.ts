import type { AssetType } from './define.ts';
import { ec2Instance } from './ec2-instance.ts';
import { ec2Subnet } from './ec2-subnet.ts';
import { ec2Vpc } from './ec2-vpc.ts';

/** Every asset type that Causeway reads, in the order in which screens list them. */
export const ASSET_TYPES: readonly AssetType[] = [ec2Instance, ec2Vpc, ec2Subnet];

export function findAssetType(assetType: string): AssetType | undefined {
  return ASSET_TYPES.find(type => type.assetType === assetType);
}

import type { AssetType } from '../../src/inventory/define.ts';

export const SMALL_PAGE_ITEMS = 5;

/** The smallest pages that EC2 gives, so that a few instances make several. */
export function inSmallPages(type: AssetType): AssetType {
  return {
    ...type,
    pages: calls =>
      type.pages({
        ec2: (operation, command) =>
          calls.ec2(operation, ec2 => {
            const small = command(ec2);
            Object.assign(small.input, { MaxResults: SMALL_PAGE_ITEMS });
            return small;
          }),
      }),
  };
}

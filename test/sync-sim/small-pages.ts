import type { AssetType } from '../../src/inventory/define.ts';

export const SMALL_PAGE_ITEMS = 5;

/** The smallest pages that EC2 gives, so that a few instances make several. */
export function inSmallPages(type: AssetType): AssetType {
  return {
    ...type,
    pages: calls =>
      type.pages(async (service, operation, input, options) => {
        const small = isPaged(input) ? { MaxResults: SMALL_PAGE_ITEMS } : {};
        return await calls(service, operation, Object.assign({}, input, small), options);
      }),
  };
}

function isPaged(input: unknown): boolean {
  return typeof input === 'object' && input !== null && 'MaxResults' in input;
}

const regionsMax = 3;

/** Scopes type by type, such as "AWS::EC2::Volume in us-east-1, us-west-2 (500 so far); AWS::EC2::VPC in 17 regions". */
export function scopesInWords(
  scopes: readonly { readonly region: string; readonly assetType: string; readonly items: number }[],
): string {
  const types = [...Map.groupBy(scopes, ({ assetType }) => assetType)].map(([assetType, places]) => {
    const regions = places.map(({ region }) => region);
    const items = places.reduce((sum, place) => sum + place.items, 0);
    const where = regions.length > regionsMax ? `${regions.length} regions` : regions.join(', ');
    return `${assetType} in ${where}${items > 0 ? ` (${items.toLocaleString('en-US')} so far)` : ''}`;
  });
  return types.join('; ');
}

/** ECS writes the words of a tag in lower case. */
export function ecsTags(
  tags: readonly { key?: string | undefined; value?: string | undefined }[] | undefined,
): Record<string, string> {
  return Object.fromEntries((tags ?? []).map(({ key = '', value = '' }) => [key, value]));
}

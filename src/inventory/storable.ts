/**
 * Text as it can be stored: PostgreSQL has no NUL and no lone surrogates, in text and in JSON, and AWS's JSON can say both.
 * Each becomes U+FFFD. One such character in somebody's description would otherwise hide all resources of its scope.
 */
export function storableText(text: string): string {
  const wellFormed = text.toWellFormed();
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', '\ufffd') : wellFormed;
}

/** The same for every text and key of a JSON value. */
export function storable(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(storable);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [storableText(key), storable(inner)]));
}

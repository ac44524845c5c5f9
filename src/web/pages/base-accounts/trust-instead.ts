/**
 * A trust policy that trusts another account in place of the one it trusts, everything else unchanged. Only whole account
 * IDs inside of texts are replaced; twelve digits within a longer number are not one.
 */
export function trustInstead(policy: unknown, { from, to }: { from: string; to: string }): unknown {
  if (typeof policy === 'string') return policy.replace(new RegExp(`(?<!\\d)${from}(?!\\d)`, 'g'), to);
  if (Array.isArray(policy)) return policy.map(part => trustInstead(part, { from, to }));
  if (typeof policy !== 'object' || policy === null) return policy;
  return Object.fromEntries(Object.entries(policy).map(([name, part]) => [name, trustInstead(part, { from, to })]));
}

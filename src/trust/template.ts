import type { Context } from './context.ts';
import type { TrustPolicy } from './policy.ts';
import { literalPattern, type Pattern, wildcardPattern } from './wildcard.ts';

/**
 * A condition's value with its policy variables filled in. `unresolved`: a variable's key is certainly absent and has
 * no default, which AWS says "might" make the whole statement invalid; `unknown`: its value is not known here.
 * IAM User Guide, "IAM policy elements: Variables and tags".
 */
export type Filled = { readonly pattern: Pattern } | 'unresolved' | 'unknown';

/** @param wildcards whether `*` and `?` outside of variables stand for any characters. */
export function fillIn(
  value: string,
  { context, version, wildcards }: { context: Context; version: TrustPolicy['version']; wildcards: boolean },
): Filled {
  const literal = (text: string) => (wildcards ? wildcardPattern(text) : literalPattern(text));
  if (version === '2008-10-17' || !value.includes('${')) return { pattern: literal(value) };
  const pattern: number[] = [];
  let unresolved = false;
  let at = 0;
  while (at < value.length) {
    const opened = value.indexOf('${', at);
    const end = opened < 0 ? value.length : opened;
    for (const unit of literal(value.slice(at, end))) pattern.push(unit);
    if (opened < 0) break;
    const closed = value.indexOf('}', opened);
    if (closed < 0) return 'unknown';
    const text = variable(value.slice(opened + 2, closed), context);
    if (text === 'unknown') return 'unknown';
    if (text === undefined) unresolved = true;
    for (const unit of literalPattern(text?.value ?? '')) pattern.push(unit);
    at = closed + 1;
  }
  return unresolved ? 'unresolved' : { pattern };
}

/** What stands for a variable; undefined when its key is absent and it has no default. */
function variable(inside: string, context: Context): { value: string } | 'unknown' | undefined {
  if (inside === '*' || inside === '?' || inside === '$') return { value: inside };
  const [, key, fallback] = /^([^\s,']+)(?:, '([^']*)')?$/.exec(inside) ?? [];
  if (key === undefined) return 'unknown';
  const found = context(key);
  if (found.state === 'unknown') return 'unknown';
  if (found.state === 'absent') return fallback === undefined ? undefined : { value: fallback };
  const [only, ...more] = found.values;
  // A key with several values cannot be a variable.
  return only === undefined || more.length > 0 ? 'unknown' : { value: only };
}

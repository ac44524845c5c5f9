/**
 * Whether `text` fits `pattern`, in which `*` stands for any characters and `?` for one. Written out instead of made into a
 * regular expression: linear enough for hostile patterns, and nothing needs escaping.
 */
export function fitsGlob(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let starText = 0;
  while (t < text.length) {
    const c = pattern[p];
    if (c === '*') {
      star = p;
      starText = t;
      p += 1;
    } else if (c !== undefined && (c === '?' || (LITERALS[c] ?? c) === text[t])) {
      p += 1;
      t += 1;
    } else if (star >= 0) {
      p = star + 1;
      starText += 1;
      t = starText;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}

/** Makes text that is put into a pattern stand for itself, wildcards included. */
export function literal(text: string): string {
  return text.replaceAll('*', '\uE000').replaceAll('?', '\uE001');
}

/** Private-use characters that stand for a wildcard character itself. */
const LITERALS: Record<string, string> = { '\uE000': '*', '\uE001': '?' };

/**
 * Whether an ARN fits the Resource of a statement. Missing segments count as `*`, and what is no ARN is compared as text.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function fitsResource(pattern: string, arn: string): boolean {
  if (pattern === '*') return true;
  if (!pattern.startsWith('arn:')) return fitsGlob(pattern, arn);
  const missing = ARN_SEGMENTS - segments(pattern).length;
  return fitsArn(pattern + ':*'.repeat(missing), arn);
}

/** Whether an ARN fits a pattern, segment by segment: a wildcard does not reach over one of the first five colons. */
export function fitsArn(pattern: string, arn: string): boolean {
  if (pattern === '*') return true;
  const wanted = segments(pattern);
  const given = segments(arn);
  return wanted.length === given.length && wanted.every((segment, i) => fitsGlob(segment, given[i] ?? ''));
}

const ARN_SEGMENTS = 6;

/** At most six: the last one holds the colons that follow. */
function segments(arn: string): string[] {
  const parts = arn.split(':');
  if (parts.length <= ARN_SEGMENTS) return parts;
  return [...parts.slice(0, ARN_SEGMENTS - 1), parts.slice(ARN_SEGMENTS - 1).join(':')];
}

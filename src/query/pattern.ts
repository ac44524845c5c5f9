import type { Pattern } from './tree.ts';

/** The text that a pattern without wildcards stands for; undefined when it has any. */
export function textOf(pattern: Pattern): string | undefined {
  return pattern.length === 1 ? pattern[0] : undefined;
}

/** Whether `text` fits `pattern`, without regard to case. */
export function patternMatches(pattern: Pattern, text: string): boolean {
  const source = pattern.map(part => part.toLowerCase().replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('.*');
  return new RegExp(`^${source}$`, 's').test(text.toLowerCase());
}

/** The pattern for SQL's LIKE, whose own signs in it stand for themselves. */
export function likeOf(pattern: Pattern): string {
  return pattern.map(part => part.replace(/[\\%_]/g, '\\$&')).join('%');
}

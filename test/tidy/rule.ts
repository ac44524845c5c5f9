import type { Node, SourceFile } from './source-file.ts';

/** Something that the whole tree keeps to. */
export interface Rule {
  readonly name: string;
  /** What goes wrong otherwise, in a sentence for whoever breaks it. */
  readonly why: string;
  applies(path: string): boolean;
  find(file: SourceFile): Finding[];
  /** What the rule must find, and what it must not: a rule that cannot fail is no rule. Each is [path, text]. */
  readonly breaks: readonly (readonly [string, string])[];
  readonly keeps: readonly (readonly [string, string])[];
}

export interface Finding {
  readonly line: number;
  readonly found: string;
}

/** `path:line: what was found — why not`. */
export function violations(rule: Rule, file: SourceFile): string[] {
  if (!rule.applies(file.path)) return [];
  return rule.find(file).map(({ line, found }) => `${file.path}:${line}: ${found} — ${rule.why}`);
}

export function finding(file: SourceFile, node: Node, found: string): Finding {
  return { line: file.lineAt(node.start), found };
}

/** Every match of a pattern in the text, comments included. */
export function matchesIn(file: SourceFile, pattern: RegExp): Finding[] {
  return [...file.text.matchAll(pattern)].map(match => ({ line: file.lineAt(match.index), found: match[0].trim() }));
}

export function isTest(path: string): boolean {
  return path.startsWith('test/') || path.endsWith('.test.ts');
}

/** The product's own code. */
export function isProduct(path: string): boolean {
  return (path.startsWith('src/') || path.startsWith('simulator/')) && /\.tsx?$/.test(path) && !isTest(path);
}

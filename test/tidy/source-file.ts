import { type ESTree, parseSync, Visitor, type VisitorObject } from 'vite';

/** A file of the tree as the rules see it. */
export interface SourceFile {
  /** From the root of the tree, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** Calls the visitor's functions for every node; files that are not code have none. */
  visit(visitor: VisitorObject): void;
  lineAt(offset: number): number;
}

export type Node = ESTree.Node;

export function sourceFile(path: string, text: string): SourceFile {
  const isCode = /\.(ts|tsx|mjs)$/.test(path);
  let program: ESTree.Program | undefined;
  return {
    path,
    text,
    visit(visitor) {
      if (!isCode) return;
      program ??= parse(path, text);
      new Visitor(visitor).visit(program);
    },
    lineAt: offset => text.slice(0, offset).split('\n').length,
  };
}

function parse(path: string, text: string): ESTree.Program {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`);
  return program;
}

import type { Result } from '../domain/result.ts';
import { check } from './check.ts';
import { parse } from './parse.ts';
import type { AssetQuery } from './tree.ts';
import type { Vocabulary } from './vocabulary.ts';

/**
 * Reads a query of the asset search language (docs/query-language.md) into a checked tree. Blank text is every asset.
 * Faults: `invalid-query`, its detail naming the position, what was expected and the likely word for a misspelling.
 */
export function readAssetQuery(text: string, vocabulary: Vocabulary): Result<AssetQuery> {
  const syntax = parse(text);
  return syntax.ok ? check(syntax.value, vocabulary) : syntax;
}

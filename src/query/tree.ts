/**
 * A checked query of the asset search language: what an asset must be like. Every tree is in normal form: `all` and
 * `any` have no child of their own kind and never exactly one child. `all` of nothing is every asset.
 */
export type AssetQuery =
  | { readonly kind: 'all'; readonly of: readonly AssetQuery[] }
  | { readonly kind: 'any'; readonly of: readonly AssetQuery[] }
  | { readonly kind: 'not'; readonly of: AssetQuery }
  | { readonly kind: 'matches'; readonly property: TextProperty; readonly patterns: readonly Pattern[] }
  | {
      readonly kind: 'compares';
      readonly property: TimeProperty | AttributeProperty;
      readonly operator: Comparison;
      /** A number, or a time as ISO 8601 in UTC with milliseconds. */
      readonly value: number | string;
    }
  | { readonly kind: 'gone'; readonly value: boolean };

/** The name, id, … of an asset; or anything in its text; or one of its tags or attributes. */
export type TextProperty =
  | { readonly of: 'asset'; readonly name: AssetTextName }
  | { readonly of: 'tag'; readonly key: string }
  | { readonly of: 'connectorTag'; readonly key: string }
  | AttributeProperty;

export type TimeProperty = { readonly of: 'asset'; readonly name: AssetTimeName };
export type AttributeProperty = {
  readonly of: 'attribute';
  readonly name: string;
  /** Where each asset type that has it keeps it; `[]` in a path stands for every element of a list. */
  readonly places: readonly AttributePlace[];
};

export interface AttributePlace {
  readonly assetType: string;
  readonly path: string;
  /** Where free text finds an asset by its values, so that an index can find them. */
  readonly inSearch?: 'own' | 'shared' | 'dns' | 'id' | undefined;
}

export type AssetTextName = 'name' | 'id' | 'arn' | 'accountId' | 'region' | 'type' | 'state' | 'text';
export type AssetTimeName = 'firstSeen' | 'lastSeen' | 'changed';
export type Comparison = '>' | '>=' | '<' | '<=';

/**
 * The literal parts of a value, in order; between two parts anything may stand. `['web']` is exactly "web", `['web', '']`
 * begins with it, `['', '']` is any value at all. No part but the first and the last is empty.
 */
export type Pattern = readonly string[];

export function allOf(queries: readonly AssetQuery[]): AssetQuery {
  const of = queries.flatMap(query => (query.kind === 'all' ? query.of : [query]));
  return of.length === 1 && of[0] ? of[0] : { kind: 'all', of };
}

/** @param queries at least one: nothing would satisfy an alternative without choices. */
export function anyOf(queries: readonly AssetQuery[]): AssetQuery {
  const of = queries.flatMap(query => (query.kind === 'any' ? query.of : [query]));
  return of.length === 1 && of[0] ? of[0] : { kind: 'any', of };
}

/** Leaves out assets that are gone, unless the query speaks of `gone` itself. */
export function withoutGone(query: AssetQuery): AssetQuery {
  return mentionsGone(query) ? query : allOf([query, { kind: 'gone', value: false }]);
}

function mentionsGone(query: AssetQuery): boolean {
  switch (query.kind) {
    case 'all':
    case 'any':
      return query.of.some(mentionsGone);
    case 'not':
      return mentionsGone(query.of);
    case 'gone':
      return true;
    case 'matches':
    case 'compares':
      return false;
  }
}

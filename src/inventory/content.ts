import { createHash } from 'node:crypto';
import { isAwsId, isUniqueId } from '../domain/aws-id.ts';
import { LIMITS } from '../domain/limits.ts';
import { addValuesAt } from './attributes.ts';
import type { AssetProperty } from './define.ts';
import { readFields } from './fields-text.ts';
import type { StoredContent } from './keep-unread.ts';

type Content = Omit<StoredContent, 'unknown'>;

/**
 * The hash by which a change is noticed, as 32 hex digits: the first half of the SHA-256 of the asset's canonical form.
 * Equal for answers that differ only in the order of fields or of list elements: AWS's lists are sets, and their order is
 * not promised. 128 bits: the chance that a change is overlooked is nil, and the hashes of a large scope stay in memory.
 */
export function contentHash(asset: Content): string {
  const { arn, name, state, tags, attributes } = asset;
  const text = canonicalText({ arn, name, state, tags, attributes: readFields(attributes) });
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** JSON with sorted keys and sorted lists. */
export function canonicalText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) {
    return value.length === 0 ? '[]' : `[${value.map(canonicalText).sort().join(',')}]`;
  }
  const fields: string[] = [];
  for (const [name, field] of Object.entries(value)) {
    if (field !== undefined) fields.push(`${JSON.stringify(name)}:${canonicalText(field)}`);
  }
  return `{${fields.sort().join(',')}}`;
}

/** What free-text search finds an asset by, in lower case. */
export interface SearchFacts {
  /** What it is called and how it is reached, one fact a line; not its id, if that is one that AWS made up. */
  readonly search: string;
  /** What it has in common with others, such as the id of its VPC, and unique ids of what belongs to it; none with a line end. */
  readonly sharedFacts: readonly string[];
}

export function searchFacts(asset: Content, properties: readonly AssetProperty[]): SearchFacts {
  const own: string[] = [];
  const shared: string[] = [];
  if (!isAwsId(asset.nativeId)) add(own, asset.nativeId);
  if (asset.name !== null) add(own, asset.name);
  if (asset.arn !== null) add(own, asset.arn);
  const facts: string[] = [];
  let at = 0;
  for (const { inSearch, path } of properties) {
    if (inSearch === undefined) continue;
    addValuesAt(asset.attributes, path, facts);
    for (; at < facts.length; at += 1) {
      const fact = facts[at] ?? '';
      // The first label of a DNS name is the asset's own, with its dot; the rest, from the same dot on, thousands have.
      const dot = inSearch === 'dns' ? fact.indexOf('.') : 0;
      const beside = dot < 0 ? undefined : factBeside(fact.slice(dot), inSearch);
      if (beside === undefined) add(own, fact);
      else {
        add(shared, beside);
        if (dot > 0) add(own, fact.slice(0, dot + 1));
      }
    }
  }
  return { search: distinct(own).join('\n').toLowerCase(), sharedFacts: distinct(shared) };
}

/** Of the few that most assets have: to look for each costs less than a set of them. */
function add(facts: string[], fact: string): void {
  if (facts.length >= FEW || !facts.includes(fact)) facts.push(fact);
}

function distinct(facts: string[]): string[] {
  return facts.length > FEW ? [...new Set(facts)] : facts;
}

const FEW = 30;

/** A fact in lower case, if it is kept beside the asset's text. An index could not hold one of any length. */
function factBeside(written: string, inSearch: AssetProperty['inSearch']): string | undefined {
  if (inSearch === 'own') return undefined;
  const known = inSearch === 'id' ? undefined : SHARED.get(written);
  if (known !== undefined) return known;
  const fact = written.toLowerCase();
  if (isUniqueId(fact) || inSearch === 'id') return isUniqueId(fact) && inSearch === 'id' ? fact : undefined;
  if (fact.length > LIMITS.sharedFactCharsMax || fact.includes('\n')) return undefined;
  if (SHARED.size >= SHARED_MAX) SHARED.clear();
  SHARED.set(written, fact);
  return fact;
}

/** What assets had in common lately, in lower case: one text for all of them. */
const SHARED = new Map<string, string>();
const SHARED_MAX = 1_000;

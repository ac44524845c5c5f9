import { LIMITS } from '../domain/limits.ts';
import { valuesAt } from './attributes.ts';
import type { AssetProperty, Attributes } from './define.ts';
import type { FieldsText } from './fields-text.ts';

/**
 * What searches compare and no text tells, such as sizes and times, by where it is in the attributes: a value, a list of
 * them, or null where there is none. Attributes are stored as a text that takes many times longer to look into.
 */
export type Compared = Readonly<Record<string, unknown>>;

export function comparedValues(attributes: Attributes | FieldsText, properties: readonly AssetProperty[]): Compared {
  const compared: Record<string, unknown> = {};
  for (const property of properties) {
    if (!isKept(property)) continue;
    const { path, kind } = property;
    const texts = valuesAt(attributes, path);
    // Of what is long the attributes have to be asked.
    if (texts.join().length > LIMITS.comparedCharsMax) continue;
    const values = kind === 'number' ? texts.map(Number) : texts;
    // Nor is what is none of its kind kept.
    if (values.some(Number.isNaN)) continue;
    compared[path] = values.length > 1 ? values : (values[0] ?? null);
  }
  return compared;
}

/** Texts of lists, such as the ids of an instance's volumes, are the longest of what is left, and seldom asked for. */
function isKept({ inSearch, kind, path }: AssetProperty): boolean {
  return inSearch === undefined && !(kind === 'text' && path.includes('[]'));
}

import { FieldsText } from './fields-text.ts';

/**
 * How a source that knows an item's bytes tells the rest what it knows: under symbols, so that they are no fields of AWS's
 * and go along when an item is copied with `{...item}`.
 */

/** Of an item that was read: the hash of its bytes, `RAW_HASH_CHARS` characters of base64. */
export const RAW_HASH = Symbol('raw hash');

/** Of an item that was not read yet: its fields with the names of attributes, as `FieldsText`. */
export const AS_TEXT = Symbol('as text');

/** Of an answer: the raw hashes of the items that the caller knew; they were not read and are not in it. */
export const UNCHANGED = Symbol('unchanged');

/** Of an answer: gives back what it takes in memory, once its items are not needed any more. */
export const GIVE_BACK = Symbol('give back');

/** 120 bits. */
export const RAW_HASH_CHARS = 20;

/** What an answer is compared with before it is read. */
export interface RawRequest {
  /**
   * The lists that lead to the items, by their names in the SDK's answer: `['Vpcs']`, or `['Reservations', 'Instances']`
   * for items in groups. What a group says belongs to each of its items.
   */
  readonly path: RawPath;
  readonly isKnown: IsKnown;
}

export type RawPath = readonly [list: string] | readonly [groups: string, list: string];

/** Whether an item with these bytes is stored as it would be read now. */
export type IsKnown = (rawHash: string) => boolean;

export function rawHashOf(item: object): string | null {
  return RAW_HASH in item && typeof item[RAW_HASH] === 'string' ? item[RAW_HASH] : null;
}

/** Undefined for an item that was read. */
export function fieldsTextOf(item: object): FieldsText | undefined {
  return AS_TEXT in item && item[AS_TEXT] instanceof FieldsText ? item[AS_TEXT] : undefined;
}

export function unchangedOf(answer: unknown): readonly string[] {
  if (typeof answer !== 'object' || answer === null || !(UNCHANGED in answer)) return [];
  return Array.isArray(answer[UNCHANGED]) ? answer[UNCHANGED] : [];
}

/** What is to be called when the items of an answer are not needed any more; it does not keep the answer. */
export function giveBackOf(answer: unknown): () => void {
  if (typeof answer !== 'object' || answer === null || !(GIVE_BACK in answer)) return () => {};
  const giveBack = answer[GIVE_BACK];
  return typeof giveBack === 'function' ? () => giveBack() : () => {};
}

/** Has something given back besides what is. */
export function alsoGiveBack(answer: unknown, giveBack: () => void): void {
  if (typeof answer !== 'object' || answer === null) return;
  const before: unknown = Reflect.get(answer, GIVE_BACK);
  Reflect.set(answer, GIVE_BACK, () => {
    if (typeof before === 'function') before();
    giveBack();
  });
}

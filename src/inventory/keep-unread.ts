import type { Fault } from '../domain/faults.ts';
import type { Attributes, ObservedAsset } from './define.ts';
import { type FieldsText, readFields } from './fields-text.ts';

/** An asset as it is stored. */
export interface StoredContent {
  readonly nativeId: string;
  readonly arn: string | null;
  readonly name: string | null;
  readonly state: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly attributes: Attributes | FieldsText;
  /** What could not be read when it was seen last: names of `attributes`, `tags`, or `*`, each with its fault. */
  readonly unknown: Readonly<Record<string, Fault>>;
}

/**
 * An observation as it is to be stored: where something could not be read, what was stored before stands, with the fault
 * beside it. So neither its hash nor its history says that something changed, searches find what was known, and nobody
 * takes "could not be read" for "has none" (invariant I9). Undefined for a new resource that AWS did not know any more a
 * moment after it had listed it.
 */
export function keepUnread(asset: ObservedAsset, before: StoredContent | undefined): StoredContent | undefined {
  const { ownerId: _, unread = NOTHING, ...content } = asset;
  const entries = Object.entries(unread);
  if (entries.length === 0) return { ...content, unknown: NOTHING };
  const vanished = entries.some(([, fault]) => fault === null);
  if (vanished) return before;
  const unknown = Object.fromEntries(entries.flatMap(([field, fault]) => (fault ? [[field, fault]] : [])));
  if (!before) return { ...content, unknown };
  const all = '*' in unread;
  const kept = Object.entries(readFields(before.attributes)).filter(([field]) => all || field in unread);
  return {
    nativeId: content.nativeId,
    arn: content.arn ?? (all ? before.arn : null),
    // A name may come from a tag.
    name: content.name ?? (all || 'tags' in unread ? before.name : null),
    state: content.state ?? (all ? before.state : null),
    tags: all || 'tags' in unread ? before.tags : content.tags,
    attributes: { ...Object.fromEntries(kept), ...readFields(content.attributes) },
    unknown,
  };
}

/** Of nearly all assets, which share it. */
const NOTHING: Readonly<Record<string, never>> = {};

/** Whether the same things are unknown for the same reasons; AWS's words differ from call to call by request ids. */
export function sameUnknown(a: StoredContent['unknown'], b: StoredContent['unknown']): boolean {
  const fields = Object.keys(a);
  return fields.length === Object.keys(b).length && fields.every(field => a[field]?.code === b[field]?.code);
}

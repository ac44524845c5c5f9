import { AwsError, type Call } from '../../service.ts';
import { checkConstraints } from '../constraints.ts';

/**
 * One page of an IAM listing in the order of its keys. The marker names the last key given, so that nothing is skipped or
 * given twice when something is created or deleted between two pages.
 * AWS: MaxItems 1 to 1,000, by default 100.
 */
export function pageByMarker<T>(
  call: Call<{ Marker?: string | undefined; MaxItems?: number | undefined }>,
  items: readonly T[],
  keyOf: (item: T) => string,
): { items: T[]; IsTruncated: boolean; Marker?: string } {
  const { Marker, MaxItems } = call.input;
  checkConstraints([{ at: 'maxItems', value: MaxItems, min: 1, max: 1_000 }]);
  const after = Marker === undefined ? undefined : openMarker(Marker);
  if (call.emptyPage) return { items: [], IsTruncated: true, Marker: sealMarker(after ?? '') };
  const rest = items
    .toSorted((a, b) => compare(keyOf(a), keyOf(b)))
    .filter(item => after === undefined || keyOf(item) > after);
  const page = rest.slice(0, MaxItems ?? 100);
  if (call.repeatToken) return { items: page, IsTruncated: true, Marker: sealMarker(after ?? '') };
  const last = page.at(-1);
  if (page.length === rest.length || last === undefined) return { items: page, IsTruncated: false };
  return { items: page, IsTruncated: true, Marker: sealMarker(keyOf(last)) };
}

const PREFIX = 'after:';

function sealMarker(key: string): string {
  return Buffer.from(PREFIX + key).toString('base64');
}

function openMarker(marker: string): string {
  const text = Buffer.from(marker, 'base64').toString('utf8');
  if (!text.startsWith(PREFIX)) {
    throw new AwsError({ code: 'ValidationError', status: 400, message: `Invalid Marker: ${marker}` });
  }
  return text.slice(PREFIX.length);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

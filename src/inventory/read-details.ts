import type { Fault } from '../domain/faults.ts';
import { inParallel } from '../domain/in-parallel.ts';
import { LIMITS } from '../domain/limits.ts';
import type { AwsCalls, Detail } from './define.ts';

/** An item with everything that was read of it, and what was not: by field as AWS writes it, null when AWS did not know the item any more. */
export interface DetailedItem<Item> {
  readonly item: Item;
  readonly unread: Readonly<Record<string, Fault | null>>;
}

/**
 * Makes a reader that adds the details to the items of a page, for one listing: several calls at a time, each for as many
 * items as it may ask for. Where a call fails, its fields are unread. A call that AWS denied many times in a row is not
 * made again in this listing: what the role may not do for a hundred items it may not do for the thousands after them.
 */
export function detailReader<Item extends object>(
  calls: AwsCalls,
  details: readonly Detail<Item>[],
): (items: readonly Item[]) => Promise<DetailedItem<Item>[]> {
  const denials = new Map<Detail<Item>, { times: number; fault: Fault }>();
  return async items => {
    const found = items.map(item => ({ item: { ...item }, unread: new Map<string, Fault | null>() }));
    // One kind of detail after the other: a later one may need what an earlier one gave.
    for (const detail of details) {
      await inParallel(batches(found, detail.batchMax), { limit: LIMITS.detailCallsInFlight }, async batch => {
        const denied = denials.get(detail);
        if (denied && denied.times >= LIMITS.detailDenialsMax) {
          for (const { unread } of batch) markUnread(unread, detail, denied.fault);
          return;
        }
        // Nothing more is asked about what has vanished, nor what cannot be asked because an earlier call failed.
        const there = batch.filter(({ item, unread }) => unread.get('*') !== null && detail.ready(item));
        for (const { unread } of batch.filter(one => !there.includes(one))) {
          const before = unread.get('*');
          if (before) markUnread(unread, detail, before);
        }
        if (there.length === 0) return;
        const answer = await detail.read(
          calls,
          there.map(({ item }) => item),
        );
        if (answer.ok) denials.delete(detail);
        else if (DENIED.has(answer.fault.code)) {
          denials.set(detail, { times: (denials.get(detail)?.times ?? 0) + 1, fault: answer.fault });
        }
        there.forEach(({ item, unread }, index) => {
          const value = answer.ok ? answer.value[index] : undefined;
          if (!answer.ok) markUnread(unread, detail, answer.fault);
          else if (value === 'gone' || value === undefined) unread.set('*', null);
          else Object.assign(item, value);
        });
      });
    }
    return found.map(({ item, unread }) => ({ item, unread: Object.fromEntries(unread) }));
  };
}

const DENIED: ReadonlySet<string> = new Set(['access-denied', 'denied-by-scp']);

function markUnread<Item>(unread: Map<string, Fault | null>, { fields }: Detail<Item>, fault: Fault): void {
  for (const field of fields) if (!unread.has(field)) unread.set(field, fault);
}

function batches<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

import { type RecordFinding, recordTogether } from '../accounts/findings.ts';
import { createSlots, type Slots } from '../aws/slots.ts';
import { gather } from '../domain/gather.ts';
import { LIMITS } from '../domain/limits.ts';
import { type Database, isDatabaseUnavailable } from '../store/database.ts';
import { type HeldPage, insertNew } from '../store/new-assets.ts';
import { gatherEnds, type WriteEnd } from './run-progress.ts';

/** What the runs of a process share, so that many of them cost little more than few, and none takes the room of others. */
export interface SharedByRuns {
  readonly record: RecordFinding;
  readonly writeEnd: WriteEnd;
  readonly insertPage: InsertPage;
  /** Scopes under way, by the memory that they may take. */
  readonly scopes: Slots;
  /** Pages that are being compared and written, and what is known being read and tagged anew. */
  readonly pages: Slots;
}

/** Inserts what is new on a page; see `insertNew`. */
export type InsertPage = (held: HeldPage) => Promise<ReadonlySet<string> | undefined>;

/** The small pages that come within a moment, of whatever runs, are inserted in one statement. */
function gatherPages(db: Database): InsertPage {
  const small = gather((pages: readonly HeldPage[]) => insertNew(db, pages), {
    waitMs: LIMITS.smallPagesWaitMs,
    itemsMax: LIMITS.smallPagesMax,
    oneByOne: error => !isDatabaseUnavailable(error),
  });
  // Not `async`: a large page is not kept while it is inserted.
  return held => (isSmallPage(held.page.assets) ? small(held) : insertNew(db, [held]).then(([inserted]) => inserted));
}

/** Whether writing these takes so little that it needs no turn. */
function isSmallPage(assets: readonly unknown[]): boolean {
  return assets.length <= LIMITS.smallPageItemsMax;
}

/**
 * Does something with the database when the run `of` has its turn: in a queue of our own, because one at the pool of
 * connections ends with a fault when it takes too long. Undefined, and nothing is done, when `stop` was aborted before.
 */
export async function inTurn<T>(
  pages: Slots,
  { of, stop }: { of: string; stop: AbortSignal },
  work: () => Promise<T>,
): Promise<T | undefined> {
  const giveBack = await pages.take({ of, weight: 1, stop });
  if (!giveBack) return undefined;
  try {
    return await work();
  } finally {
    giveBack();
  }
}

export function shareByRuns(db: Database): SharedByRuns {
  return {
    record: recordTogether({ db }),
    writeEnd: gatherEnds(db),
    insertPage: gatherPages(db),
    scopes: createSlots(LIMITS.scopeSlots),
    pages: createSlots(LIMITS.pagesWrittenAtOnce),
  };
}

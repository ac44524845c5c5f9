import { type RecordFinding, recordTogether } from '../accounts/findings.ts';
import { createSlots, type Slots } from '../aws/slots.ts';
import { LIMITS } from '../domain/limits.ts';
import type { Database } from '../store/database.ts';
import { gatherEnds, type WriteEnd } from './run-progress.ts';

/** What the runs of a process share, so that many of them cost little more than few, and none takes the room of others. */
export interface SharedByRuns {
  readonly record: RecordFinding;
  readonly writeEnd: WriteEnd;
  /** Scopes under way, by the memory that they may take. */
  readonly scopes: Slots;
  /** Pages that are being compared and written. */
  readonly pages: Slots;
}

export function shareByRuns(db: Database): SharedByRuns {
  return {
    record: recordTogether({ db }),
    writeEnd: gatherEnds(db),
    scopes: createSlots(LIMITS.scopeSlots),
    pages: createSlots(LIMITS.pagesWrittenAtOnce),
  };
}

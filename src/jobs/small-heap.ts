import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { LIMITS } from '../domain/limits.ts';

/**
 * Keeps the heap of a worker small, for the rest of the process: what a run makes is garbage soon. V8 lets the heap grow to
 * four times what lived when it was collected last, and its young part to 128 MB on a machine with much memory; that was
 * half of the process and gained little (docs/performance.md).
 *
 * Of a process that runs, V8 reads these flags anew each time. The most that the young part may have is not among them;
 * that it does not grow any more is.
 */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${LIMITS.heapGrowthPercentMin}`);
  // It grows by one step after a collection, if at all, and shrinks when the process is idle for long.
  afterCollection.observe({ entryTypes: ['gc'] });
}

const afterCollection = new PerformanceObserver(list => {
  const spaces = getHeapSpaceStatistics();
  const young = spaces.find(({ space_name }) => space_name === 'new_space');
  setFlagsFromString(`--semi-space-growth-factor=${(young?.space_size ?? 0) < LIMITS.youngHeapBytes ? 2 : 1}`);
  if (!list.getEntries().some(isOfWholeHeap)) return;
  // What lives now, and what was made since, which is little.
  const live = spaces.reduce((sum, { space_used_size }) => sum + space_used_size, -(young?.space_used_size ?? 0));
  setFlagsFromString(`--heap-growing-percent=${growthPercent(live)}`);
});

/**
 * A collection of the whole heap marks all that lives: the less that is, the longer it may take to the next one. V8 uses it for
 * what lives after the next one, which may be much more: so it has an upper bound.
 */
function growthPercent(liveBytes: number): number {
  const { oldHeapBytes, heapGrowthPercentMin: min, heapGrowthPercentMax: max } = LIMITS;
  return Math.min(Math.max(min, Math.floor(100 * (oldHeapBytes / liveBytes - 1))), max);
}

function isOfWholeHeap(entry: PerformanceEntry): boolean {
  const detail: unknown = Reflect.get(entry, 'detail');
  if (typeof detail !== 'object' || detail === null || !('kind' in detail)) return false;
  return detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR;
}

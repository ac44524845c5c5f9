import { PerformanceObserver } from 'node:perf_hooks';
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
  setFlagsFromString(`--heap-growing-percent=${LIMITS.heapGrowthPercent}`);
  // It grows by one step after a collection, if at all, and shrinks when the process is idle for long.
  afterCollection.observe({ entryTypes: ['gc'] });
}

const afterCollection = new PerformanceObserver(() => {
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0;
  setFlagsFromString(`--semi-space-growth-factor=${young < LIMITS.youngHeapBytes ? 2 : 1}`);
});

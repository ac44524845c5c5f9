/**
 * Counters of what this process did, until they are added to those of the whole deployment. A process that is killed takes
 * along what it has not handed over: metrics may lose seconds, and never count twice.
 */
export interface Totals {
  add(metric: string, labels: Readonly<Record<string, string>>, by?: number): void;
  /** All that was counted since the last time; the caller has it now. */
  take(): readonly Total[];
  /** Gives back what could not be handed over. */
  putBack(totals: readonly Total[]): void;
}

export interface Total {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export function createTotals(): Totals {
  let counted = new Map<string, Total>();
  const totals: Totals = {
    add(metric, labels, by = 1) {
      const key = JSON.stringify([metric, labels]);
      counted.set(key, { metric, labels, value: (counted.get(key)?.value ?? 0) + by });
    },
    take() {
      const taken = [...counted.values()];
      counted = new Map();
      return taken;
    },
    putBack(taken) {
      for (const { metric, labels, value } of taken) totals.add(metric, labels, value);
    },
  };
  return totals;
}

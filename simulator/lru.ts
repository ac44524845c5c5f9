/** Keeps what was asked for last, up to a number of things; the rest is made again when it is asked for. */
export interface Lru<Value> {
  get(key: string, make: () => Value): Value;
  /** Asks without making it. */
  peek(key: string): Value | undefined;
  set(key: string, value: Value): void;
}

export function createLru<Value extends object>(most: number): Lru<Value> {
  const kept = new Map<string, Value>();
  const set = (key: string, value: Value) => {
    // Deleted first: a map is in the order in which its keys were set.
    kept.delete(key);
    kept.set(key, value);
    if (kept.size > most) for (const oldest of kept.keys().take(1)) kept.delete(oldest);
  };
  return {
    get(key, make) {
      const value = kept.get(key) ?? make();
      set(key, value);
      return value;
    },
    peek: key => kept.get(key),
    set,
  };
}

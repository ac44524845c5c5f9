/** Keeps what was asked for last, up to a number of things; the rest is made again when it is asked for. */
export interface Lru<Value> {
  get(key: string, make: () => Value): Value;
}

export function createLru<Value extends object>(most: number): Lru<Value> {
  const kept = new Map<string, Value>();
  return {
    get(key, make) {
      const value = kept.get(key) ?? make();
      // Deleted first: a map is in the order in which its keys were set.
      kept.delete(key);
      kept.set(key, value);
      if (kept.size > most) for (const oldest of kept.keys().take(1)) kept.delete(oldest);
      return value;
    },
  };
}

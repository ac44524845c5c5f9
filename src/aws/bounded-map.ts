/** A map that forgets the entry used longest ago when it is full. */
export interface BoundedMap<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  delete(key: string): void;
  clear(): void;
}

export function createBoundedMap<Value>({ entriesMax }: { entriesMax: number }): BoundedMap<Value> {
  // A Map keeps the order of insertion, so taking an entry out and putting it back makes it the youngest.
  const entries = new Map<string, Value>();
  return {
    get(key) {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set(key, value) {
      entries.delete(key);
      entries.set(key, value);
      for (const oldest of entries.keys()) {
        if (entries.size <= entriesMax) break;
        entries.delete(oldest);
      }
    },
    delete: key => void entries.delete(key),
    clear: () => entries.clear(),
  };
}

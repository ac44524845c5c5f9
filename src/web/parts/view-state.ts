import { useCallback, useState } from 'react';
import { useLocation, useNavigate, useSearchParams } from 'react-router';

/** View state that lives in the URL, so that a link shows the same. An empty value is left out of the URL. */
export function useView() {
  const [params, setParams] = useSearchParams();
  const location = useLocation();
  const get = (name: string) => params.get(name) ?? '';
  /**
   * Changes some of the values; a list that is looked at otherwise begins at its first page again. What the address says
   * now counts: the values above may be older when two things change shortly after one another.
   */
  const set = (change: Readonly<Record<string, string>>) =>
    setParams(changed(new URLSearchParams(window.location.search), { cursor: '', ...change }), {
      replace: true,
      preventScrollReset: true,
    });
  /** Changes what is open beside a list; the list stays at its page. */
  const setBeside = (change: Readonly<Record<string, string>>) =>
    setParams(changed(new URLSearchParams(window.location.search), change), {
      replace: true,
      preventScrollReset: true,
      state: location.state,
    });
  return { get, set, setBeside };
}

function changed(before: URLSearchParams, change: Readonly<Record<string, string>>): URLSearchParams {
  const after = new URLSearchParams(before);
  for (const [name, value] of Object.entries(change)) {
    if (value === '') after.delete(name);
    else after.set(name, value);
  }
  return after;
}

export interface Pager {
  readonly cursor: string | undefined;
  /** Counted from 1; null on a page that was opened by its link, where nobody counted. */
  readonly pageNumber: number | null;
  readonly toNext: (nextCursor: string) => void;
  readonly toPrevious: () => void;
  readonly toFirst: () => void;
}

/** Keyset paging: the cursor is in the URL, the cursors of the pages before it in the browser's history entry. */
export function usePager(): Pager {
  const [params] = useSearchParams();
  const location = useLocation();
  const navigate = useNavigate();
  const cursor = params.get('cursor') ?? undefined;
  const trail = trailOf(location.state);
  const go = (to: string | undefined, newTrail: readonly string[]) => {
    const after = new URLSearchParams(params);
    if (to) after.set('cursor', to);
    else after.delete('cursor');
    void navigate({ search: after.toString() }, { state: { trail: newTrail }, preventScrollReset: true });
  };
  const opened = cursor !== undefined && trail.length === 0;
  return {
    cursor,
    pageNumber: opened ? null : trail.length + 1,
    toNext: next => go(next, [...trail, cursor ?? '']),
    toPrevious: () => go(trail.at(-1), trail.slice(0, -1)),
    toFirst: () => go(undefined, []),
  };
}

function trailOf(state: unknown): readonly string[] {
  if (typeof state !== 'object' || state === null || !('trail' in state) || !Array.isArray(state.trail)) return [];
  return state.trail.filter(cursor => typeof cursor === 'string');
}

/** A setting that this browser remembers, such as which columns a table shows. */
export function useRemembered<Value>(key: string, initial: Value, isValue: (value: unknown) => value is Value) {
  const storageKey = `causeway.${key}`;
  const [value, setValue] = useState(() => recall(storageKey, initial, isValue));
  const remember = useCallback(
    (next: Value) => {
      localStorage.setItem(storageKey, JSON.stringify(next));
      setValue(next);
    },
    [storageKey],
  );
  return [value, remember] as const;
}

function recall<Value>(storageKey: string, initial: Value, isValue: (value: unknown) => value is Value): Value {
  const stored = localStorage.getItem(storageKey);
  if (stored === null) return initial;
  try {
    const value: unknown = JSON.parse(stored);
    return isValue(value) ? value : initial;
  } catch (error) {
    if (error instanceof SyntaxError) return initial;
    throw error;
  }
}

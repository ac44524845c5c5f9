import { applyMode, Mode } from '@cloudscape-design/global-styles';
import { useSyncExternalStore } from 'react';

export type Theme = 'light' | 'dark';

const storageKey = 'causeway.theme';
const listeners = new Set<() => void>();

/** Puts the chosen theme, or else the one the system prefers, on the page. Called once, before the first picture. */
export function startTheme(): void {
  applyMode(currentTheme() === 'dark' ? Mode.Dark : Mode.Light);
}

export function useTheme(): { theme: Theme; toggle: () => void } {
  const theme = useSyncExternalStore(subscribe, currentTheme);
  return { theme, toggle: () => choose(theme === 'dark' ? 'light' : 'dark') };
}

function currentTheme(): Theme {
  const chosen = localStorage.getItem(storageKey);
  if (chosen === 'dark' || chosen === 'light') return chosen;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

function choose(theme: Theme): void {
  localStorage.setItem(storageKey, theme);
  startTheme();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

import SplitPanel from '@cloudscape-design/components/split-panel';
import { createContext, type ReactNode, useContext, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { createPortal } from 'react-dom';

/** What a page shows beside itself. */
interface Shown {
  readonly title: string;
  readonly onClose: () => void;
}

interface Side {
  readonly shown: Shown | null;
  readonly show: (shown: Shown | null) => void;
  /** Where the panel's content is drawn; null until the panel is on the page. */
  readonly place: HTMLElement | null;
  readonly setPlace: (place: HTMLElement | null) => void;
  readonly size: number;
  readonly resize: (size: number) => void;
}

const widthAtFirst = 620;

export const SideContext = createContext<Side>({
  shown: null,
  show: () => undefined,
  place: null,
  setPlace: () => undefined,
  size: widthAtFirst,
  resize: () => undefined,
});

/** For the shell: the panel that stands beside the page, if the page has one. */
export function useSide(): Side {
  const [shown, show] = useState<Shown | null>(null);
  const [place, setPlace] = useState<HTMLElement | null>(null);
  const [size, resize] = useState(widthAtFirst);
  return useMemo(() => ({ shown, show, place, setPlace, size, resize }), [shown, place, size]);
}

/** For the shell: the panel itself. */
export function SidePlace({ side: { shown, setPlace } }: { side: Side }) {
  return (
    <SplitPanel header={shown?.title ?? ''} closeBehavior="hide" hidePreferencesButton>
      <div ref={setPlace} />
    </SplitPanel>
  );
}

/** Shows `children` in a panel beside the page, or below it where there is no room; of one page at most one. */
export function SidePanel({ title, onClose, children }: Shown & { children: ReactNode }) {
  const { show, place } = useContext(SideContext);
  const latest = useRef(onClose);
  useLayoutEffect(() => {
    latest.current = onClose;
  });
  useLayoutEffect(() => {
    show({ title, onClose: () => latest.current() });
    return () => show(null);
  }, [show, title]);
  return place && createPortal(children, place);
}

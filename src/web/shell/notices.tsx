import type { FlashbarProps } from '@cloudscape-design/components/flashbar';
import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from 'react';

export interface Notice {
  readonly type: 'success' | 'info' | 'warning' | 'error';
  readonly header: string;
  readonly content?: ReactNode;
}

interface Notices {
  readonly shown: readonly FlashbarProps.MessageDefinition[];
  readonly notify: (notice: Notice) => void;
}

/** More than this hides the page; the oldest goes. */
const shownMax = 4;

const NoticesContext = createContext<Notices>({ shown: [], notify: () => undefined });

export function NoticesProvider({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<readonly FlashbarProps.MessageDefinition[]>([]);
  const count = useRef(0);
  const notify = useCallback((notice: Notice) => {
    count.current += 1;
    const id = String(count.current);
    const message: FlashbarProps.MessageDefinition = {
      id,
      ...notice,
      dismissible: true,
      dismissLabel: `Dismiss: ${notice.header}`,
      onDismiss: () => setShown(now => now.filter(other => other.id !== id)),
    };
    // Good news gives way to whatever comes after it; trouble stays until somebody has read it.
    setShown(now =>
      [message, ...now.filter(other => other.type !== 'success' && other.header !== notice.header)].slice(0, shownMax),
    );
  }, []);
  const value = useMemo(() => ({ shown, notify }), [shown, notify]);
  return <NoticesContext value={value}>{children}</NoticesContext>;
}

/** Says above the page that something happened: `notify({type, header, content?})`. */
export function useNotify(): Notices['notify'] {
  return useContext(NoticesContext).notify;
}

export function useNotices(): Notices['shown'] {
  return useContext(NoticesContext).shown;
}

import { createContext, type ReactNode, useContext, useLayoutEffect } from 'react';

export interface Crumb {
  readonly text: string;
  readonly href: string;
}

export interface PageFacts {
  readonly crumbs: readonly Crumb[];
  readonly contentType: 'default' | 'table' | 'form' | 'wizard' | 'cards';
  readonly help: ReactNode;
}

export const PageContext = createContext<(facts: PageFacts) => void>(() => undefined);

interface Props extends Partial<PageFacts> {
  /** What the browser's tab says, before the product's name. */
  readonly title: string;
  readonly children: ReactNode;
}

/** One page inside the shell: its document title, breadcrumbs (the page itself comes last), layout and help. */
export function Page({ title, crumbs = [], contentType = 'default', help = null, children }: Props) {
  const tell = useContext(PageContext);
  const trail = JSON.stringify([...crumbs, { text: title, href: '' }]);
  useLayoutEffect(() => {
    tell({ crumbs: JSON.parse(trail), contentType, help });
  }, [tell, trail, contentType, help]);
  return (
    <>
      <title>{`${title} · Causeway`}</title>
      {children}
    </>
  );
}

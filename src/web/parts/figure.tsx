import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { PageLink } from './links.tsx';

/** A count that leads to what it counts. */
export function Figure({ label, count, href, what }: { label: ReactNode; count: number; href: string; what: string }) {
  const shown = count.toLocaleString('en-US');
  return (
    <SpaceBetween size="xxs">
      {label}
      <span className="causeway-nowrap">
        <PageLink href={href} ariaLabel={`${shown} ${what}`} {...(shown.length > largeCharsMax ? SMALLER : LARGE)}>
          {shown}
        </PageLink>
      </span>
    </SpaceBetween>
  );
}

/** What fits into a column of the overview; a count that breaks into two lines reads as two. */
const largeCharsMax = 6;

const LARGE = { variant: 'awsui-value-large' } as const;
const SMALLER = { variant: 'primary', fontSize: 'heading-xl' } as const;

import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { PageLink } from './links.tsx';

/** A count that leads to what it counts. */
export function Figure({
  label,
  count,
  atLeast = false,
  href,
  what,
}: {
  label: ReactNode;
  count: number;
  /** There may be more. */
  atLeast?: boolean;
  href: string;
  what: string;
}) {
  const shown = `${count.toLocaleString('en-US')}${atLeast ? '+' : ''}`;
  return (
    <SpaceBetween size="xxs">
      {label}
      <PageLink href={href} variant="awsui-value-large" ariaLabel={`${shown} ${what}`}>
        {shown}
      </PageLink>
    </SpaceBetween>
  );
}

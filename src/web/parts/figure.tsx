import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { PageLink } from './links.tsx';

/** A count that leads to what it counts. */
export function Figure({ label, count, href, what }: { label: ReactNode; count: number; href: string; what: string }) {
  return (
    <SpaceBetween size="xxs">
      {label}
      <PageLink href={href} variant="awsui-value-large" ariaLabel={`${count.toLocaleString('en-US')} ${what}`}>
        {count.toLocaleString('en-US')}
      </PageLink>
    </SpaceBetween>
  );
}

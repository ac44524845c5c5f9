import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import type { ReplyOf } from '../../../api/contract.ts';
import { MENDER_WORDS } from '../../../domain/readiness.ts';
import { accountTypeLabel } from '../../parts/hub.tsx';
import { PageLink } from '../../parts/links.tsx';
import { PATHS } from '../../paths.ts';
import { READINESS_WORDS } from './readiness-words.tsx';

type EstateReason = ReplyOf<'getReadiness'>['reasons'][number];

/** The causes that keep scopes of the estate from being fresh, those of the most scopes first. */
export function EstateReasons({ reasons }: { reasons: readonly EstateReason[] }) {
  return (
    <Table
      items={[...reasons]}
      columnDefinitions={COLUMNS}
      trackBy={({ accountType, readiness, code, actions }) => [accountType, readiness, code, ...actions].join(' ')}
      wrapLines
      resizableColumns
      enableKeyboardNavigation
      ariaLabels={{ tableLabel: 'Why scopes are not fresh' }}
      header={
        <Header
          variant="h2"
          counter={`(${reasons.length})`}
          description="Each cause once, over all connectors. A connector’s page has the change that mends it."
        >
          Why scopes are not fresh
        </Header>
      }
    />
  );
}

const COLUMNS: readonly TableProps.ColumnDefinition<EstateReason>[] = [
  {
    id: 'title',
    header: 'Cause',
    isRowHeader: true,
    cell: ({ readiness, title }) => (
      <StatusIndicator type={READINESS_WORDS[readiness].type}>
        <span className="causeway-words">{title}</span>
      </StatusIndicator>
    ),
    width: 280,
  },
  { id: 'scopes', header: 'Scopes', cell: ({ scopes }) => scopes.toLocaleString('en-US'), width: 95 },
  {
    id: 'connectors',
    header: 'Connectors',
    cell: ({ connectors, examples }) => (
      <SpaceBetween size="xxxs">
        {examples.map(({ id, name }) => (
          <PageLink key={id} href={PATHS.connectorTab(id, 'readiness')}>
            {name}
          </PageLink>
        ))}
        {connectors > examples.length && (
          <Box color="text-body-secondary">{`and ${(connectors - examples.length).toLocaleString('en-US')} more`}</Box>
        )}
      </SpaceBetween>
    ),
    width: 165,
  },
  {
    id: 'remedy',
    header: 'What to do',
    cell: ({ remedy, mender }) => (
      <>
        {remedy} <Box color="text-body-secondary">{MENDER_WORDS[mender]}</Box>
      </>
    ),
    width: 390,
  },
  { id: 'type', header: 'Account type', cell: ({ accountType }) => accountTypeLabel(accountType), width: 130 },
];

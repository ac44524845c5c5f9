import { useCollection } from '@cloudscape-design/collection-hooks';
import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import Table from '@cloudscape-design/components/table';
import { type AccountType, HubName } from '../../parts/hub.tsx';
import { PageButton, PageLink } from '../../parts/links.tsx';
import { EmptyState } from '../../parts/loaded.tsx';
import { TimeAgo } from '../../parts/time.tsx';
import { PATHS } from '../../paths.ts';
import type { HubHealth } from './health-tab.tsx';

const PAGE_SIZE = 20;

/** Connectors that have moved and whose role still admits the hub they came from. */
export function TrustRetired({
  trustRetired,
  accountType,
}: Pick<HubHealth, 'trustRetired'> & { accountType: AccountType }) {
  const { items, paginationProps } = useCollection(trustRetired, { pagination: { pageSize: PAGE_SIZE } });
  return (
    <Table
      variant="container"
      ariaLabels={{ tableLabel: 'Roles that trust a retired hub' }}
      items={items}
      trackBy="connectorId"
      wrapLines
      header={
        <Header
          variant="h2"
          counter={`(${trustRetired.length})`}
          description="These connectors have moved, and their roles still admit a hub that is none of theirs any more. Take it out of their trust policies."
          actions={<PageButton href={PATHS.trustMigration(accountType)}>Get the edits</PageButton>}
        >
          Roles that trust a retired hub
        </Header>
      }
      columnDefinitions={[
        {
          id: 'name',
          header: 'Connector',
          isRowHeader: true,
          cell: ({ connectorId, name }) => <PageLink href={PATHS.connector(connectorId)}>{name}</PageLink>,
        },
        {
          id: 'role',
          header: 'Role',
          minWidth: 220,
          cell: ({ roleArn }) => <span className="causeway-value">{roleArn}</span>,
        },
        { id: 'hub', header: 'Still trusts', minWidth: 220, cell: ({ hub }) => <HubName hub={hub} /> },
        {
          id: 'by',
          header: 'Known by',
          cell: ({ by, at }) => (
            <>
              {by === 'trust-policy' ? 'Its trust policy, read' : 'Proof: it let the hub in'} <TimeAgo at={at} />
            </>
          ),
        },
      ]}
      pagination={trustRetired.length > PAGE_SIZE && <Pagination {...paginationProps} />}
      empty={
        <EmptyState title="None is known">
          Roles whose trust policy could not be read and whose old hub was not tried since are not listed.
        </EmptyState>
      }
    />
  );
}

import { useCollection } from '@cloudscape-design/collection-hooks';
import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Pagination from '@cloudscape-design/components/pagination';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import TextFilter from '@cloudscape-design/components/text-filter';
import { useState } from 'react';
import { Facts } from '../../parts/facts.tsx';
import { CopyableId } from '../../parts/failure-alert.tsx';
import { FaultDetail } from '../../parts/fault.tsx';
import { HubName } from '../../parts/hub.tsx';
import { PageLink } from '../../parts/links.tsx';
import { TimeAgo } from '../../parts/time.tsx';
import { PATHS } from '../../paths.ts';
import { ImpactTrust } from './impact-trust.tsx';
import {
  type ConnectorImpact,
  headlineOf,
  IMPACT_OUTCOMES,
  type Impact,
  impactInWords,
  OUTCOME_ORDER,
} from './impact-words.ts';

const PAGE_SIZE = 10;

/** What a change would do to each connector: how many of each outcome, and one by one with proof, reason and policy. */
export function ImpactView({ impact }: { impact: Impact }) {
  const { totals } = impact;
  return (
    <SpaceBetween size="m">
      <Alert
        type={totals.breaks > 0 ? 'error' : totals.unknown > 0 ? 'warning' : 'success'}
        header={headlineOf(impact)}
      >
        Found out by trying, <TimeAgo at={impact.takenAt} />. Target hub afterwards:{' '}
        <HubName hub={impact.hubAfter} none="none" />.
      </Alert>
      {impact.connectors.length > 0 && <Connectors impact={impact} />}
    </SpaceBetween>
  );
}

function Connectors({ impact: { connectors, totals, hubAfter } }: { impact: Impact }) {
  const [outcome, setOutcome] = useState('all');
  const shown = OUTCOME_ORDER.flatMap(wanted => connectors.filter(connector => connector.outcome === wanted)).filter(
    connector => outcome === 'all' || connector.outcome === outcome,
  );
  const { items, filterProps, paginationProps } = useCollection(shown, {
    filtering: { fields: ['name', 'accountId', 'roleArn'] },
    pagination: { pageSize: PAGE_SIZE },
  });
  return (
    <SpaceBetween size="xs">
      <SegmentedControl
        label="Connectors to show"
        selectedId={outcome}
        onChange={event => setOutcome(event.detail.selectedId)}
        options={[
          { id: 'all', text: `All (${connectors.length})` },
          ...OUTCOME_ORDER.filter(id => totals[id] > 0).map(id => ({
            id,
            text: `${IMPACT_OUTCOMES[id].label} (${totals[id]})`,
          })),
        ]}
      />
      {connectors.length > PAGE_SIZE && (
        <SpaceBetween direction="horizontal" size="xs">
          <TextFilter
            {...filterProps}
            filteringPlaceholder="Find by name or account"
            filteringAriaLabel="Find connectors"
          />
          <Pagination {...paginationProps} ariaLabels={{ paginationLabel: 'Pages of connectors' }} />
        </SpaceBetween>
      )}
      {items.length === 0 && <Box color="text-status-inactive">No connector fits.</Box>}
      {items.map(connector => (
        <OneConnector key={connector.connectorId} impact={connector} hubAfter={hubAfter} />
      ))}
    </SpaceBetween>
  );
}

function OneConnector({ impact, hubAfter }: { impact: ConnectorImpact; hubAfter: Impact['hubAfter'] }) {
  const [open, setOpen] = useState(false);
  const { type, label } = IMPACT_OUTCOMES[impact.outcome];
  return (
    <ExpandableSection
      variant="footer"
      headerText={
        <>
          {`${impact.name}\u2002`}
          <StatusIndicator type={type}>{label}</StatusIndicator>
        </>
      }
      headerDescription={impactInWords(impact)}
      expanded={open}
      onChange={event => setOpen(event.detail.expanded)}
    >
      {open && (
        <SpaceBetween size="s">
          <Facts
            columns={1}
            facts={[{ label: 'Role ARN', value: <CopyableId text={impact.roleArn} what="role ARN" /> }]}
          />
          <Facts
            columns={3}
            facts={[
              {
                label: 'Proved',
                value: impact.provedAt ? <TimeAgo at={impact.provedAt} /> : 'Not proved: AWS has not answered',
              },
              { label: 'Hub now', value: <HubName hub={impact.hubNow} none="None" short /> },
              { label: 'Hub afterwards', value: <HubName hub={impact.hubAfter} none="None" short /> },
            ]}
          />
          {impact.fault && <FaultDetail fault={impact.fault} titled />}
          {hubAfter && <ImpactTrust impact={impact} hubAfter={hubAfter} />}
          <PageLink href={PATHS.connector(impact.connectorId)} external={false}>
            Open the connector
          </PageLink>
        </SpaceBetween>
      )}
    </ExpandableSection>
  );
}

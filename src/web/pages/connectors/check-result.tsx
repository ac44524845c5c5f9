import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import type { ReplyOf } from '../../../api/contract.ts';
import { DiagnosisView } from '../../parts/diagnosis.tsx';
import { Facts } from '../../parts/facts.tsx';
import { CopyableId } from '../../parts/failure-alert.tsx';
import { FaultAlert } from '../../parts/fault.tsx';
import { type Connector, HubName } from '../../parts/hub.tsx';
import { EmptyState } from '../../parts/loaded.tsx';
import { TimeAgo } from '../../parts/time.tsx';
import { useWhyNot } from '../../session.tsx';
import { NextTry } from './use-check.tsx';

type CheckResult = ReplyOf<'checkConnector'>;
type Probe = CheckResult['probes']['withExternalId'];

/** The last check: outcome, the three probes and what they mean. */
export function CheckResultView({
  connector: { lastCheck },
  onCheck,
  busy,
}: {
  connector: Connector;
  onCheck: () => void;
  busy: boolean;
}) {
  const whyNot = useWhyNot('operator');
  const button = (
    <Button
      onClick={onCheck}
      loading={busy}
      loadingText="Checking"
      disabled={whyNot !== null}
      disabledReason={whyNot ?? undefined}
    >
      {lastCheck ? 'Check again' : 'Check the role'}
    </Button>
  );
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="A check assumes the role three times, asks who it has become, and lists the regions."
          actions={lastCheck && button}
        >
          Last check
        </Header>
      }
    >
      {lastCheck ? (
        <Result result={lastCheck} />
      ) : (
        <EmptyState title="Not checked yet" action={button}>
          A check shows at once whether the role lets the hub in, and only the hub with the external ID.
        </EmptyState>
      )}
    </Container>
  );
}

function Result({ result }: { result: CheckResult }) {
  return (
    <SpaceBetween size="l">
      <Facts
        facts={[
          {
            label: 'Outcome',
            value:
              result.outcome === 'ok' ? (
                <StatusIndicator type={result.fault ? 'warning' : 'success'}>
                  {result.fault ? 'Passed with a warning' : 'Passed'}
                </StatusIndicator>
              ) : (
                <StatusIndicator type="error">Failed</StatusIndicator>
              ),
          },
          { label: 'Checked', value: <TimeAgo at={result.checkedAt} /> },
          { label: 'Through', value: <HubName hub={result.hub} none="No hub" /> },
          { label: 'Became', value: result.callerArn && <CopyableId text={result.callerArn} what="session ARN" /> },
        ]}
      />
      {result.fault && <FaultAlert fault={result.fault} type={result.outcome === 'ok' ? 'warning' : 'error'} />}
      {result.targetFault && <FaultAlert fault={result.targetFault} type="warning" header="The new hub was refused" />}
      {result.nextTryAt && <NextTry at={result.nextTryAt} />}
      {result.diagnosis && (
        <SpaceBetween size="xs">
          <Header variant="h3">Why</Header>
          <DiagnosisView diagnosis={result.diagnosis} />
        </SpaceBetween>
      )}
      <Probes probes={result.probes} />
    </SpaceBetween>
  );
}

const PROBES = [
  {
    key: 'withExternalId',
    label: 'With the connector’s external ID',
    wanted: 'accepted',
    why: 'The hub has to get in with it.',
  },
  {
    key: 'withoutExternalId',
    label: 'Without an external ID',
    wanted: 'refused',
    why: 'If this works, anyone who can use the hub reaches the role.',
  },
  {
    key: 'wrongExternalId',
    label: 'With a random external ID',
    wanted: 'refused',
    why: 'If this works, the external ID protects nothing.',
  },
] as const;

function Probes({ probes }: { probes: CheckResult['probes'] }) {
  return (
    <Table
      variant="embedded"
      header={<Header variant="h3">Probes</Header>}
      ariaLabels={{ tableLabel: 'Probes' }}
      items={PROBES}
      trackBy="key"
      wrapLines
      columnDefinitions={[
        { id: 'label', header: 'Assumption', cell: probe => probe.label, isRowHeader: true },
        { id: 'wanted', header: 'Should be', cell: ({ wanted }) => wanted },
        { id: 'was', header: 'Was', cell: ({ key, wanted }) => <ProbeOutcome outcome={probes[key]} wanted={wanted} /> },
        { id: 'why', header: 'Why it is asked', cell: ({ why }) => <Box color="text-body-secondary">{why}</Box> },
      ]}
    />
  );
}

function ProbeOutcome({ outcome, wanted }: { outcome: Probe; wanted: Probe }) {
  if (outcome === 'not-run') return <StatusIndicator type="stopped">Not run</StatusIndicator>;
  return (
    <StatusIndicator type={outcome === wanted ? 'success' : 'error'}>
      {outcome === 'accepted' ? 'Accepted' : 'Refused'}
    </StatusIndicator>
  );
}

import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import type { WireFault } from '../../../api/schemas.ts';
import { JsonCode } from '../../parts/code.tsx';
import { Facts } from '../../parts/facts.tsx';
import { FaultDetail } from '../../parts/fault.tsx';
import type { HubHealth } from './health-tab.tsx';

/** Whether the identity may assume the connectors' roles: as IAM computes it, and as it was when it was tried. */
export function MayAssume({ health: { roles, selfManagement } }: { health: HubHealth }) {
  const { total, simulated, simulationFault, accepted, refused, untried } = roles;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="By its own policies, as IAM computes them, and by proof: whether the role let it in when it was tried last."
        >
          May it assume the roles?
        </Header>
      }
    >
      <SpaceBetween size="m">
        <Facts
          columns={2}
          facts={[
            { label: 'By its policies', value: <Simulated roles={roles} /> },
            {
              label: 'By proof',
              value: (
                <SpaceBetween size="xxs">
                  <StatusIndicator type={accepted === total ? 'success' : 'info'}>
                    {`${accepted} of ${total} let it in`}
                  </StatusIndicator>
                  {refused > 0 && <StatusIndicator type="error">{`${refused} refused it`}</StatusIndicator>}
                  {untried > 0 && <StatusIndicator type="pending">{`${untried} not tried yet`}</StatusIndicator>}
                </SpaceBetween>
              ),
            },
          ]}
        />
        {simulationFault && <NotAsked fault={simulationFault} selfManagement={selfManagement} />}
        {simulated && simulated.denied.length > 0 && <Denied denied={simulated.denied} />}
      </SpaceBetween>
    </Container>
  );
}

function Simulated({ roles: { total, simulated } }: Pick<HubHealth, 'roles'>) {
  if (!simulated) return <StatusIndicator type="pending">Unknown</StatusIndicator>;
  const { asked, allowed, denied, unknown } = simulated;
  return (
    <SpaceBetween size="xxs">
      <StatusIndicator
        type={allowed === total ? 'success' : 'info'}
      >{`${allowed} of ${total} allowed`}</StatusIndicator>
      {denied.length > 0 && <StatusIndicator type="error">{`${denied.length} denied`}</StatusIndicator>}
      {unknown > 0 && (
        <StatusIndicator type="pending">{`${unknown} unknown: a condition decides that only a real call meets`}</StatusIndicator>
      )}
      {asked < total && <StatusIndicator type="pending">{`${total - asked} not asked about`}</StatusIndicator>}
    </SpaceBetween>
  );
}

function Denied({ denied }: { denied: readonly { roleArn: string; by: string }[] }) {
  return (
    <Table
      variant="embedded"
      header={<Header variant="h3">Roles that its policies do not let it assume</Header>}
      ariaLabels={{ tableLabel: 'Denied roles' }}
      items={denied}
      trackBy="roleArn"
      wrapLines
      columnDefinitions={[
        {
          id: 'role',
          header: 'Role',
          isRowHeader: true,
          minWidth: 220,
          cell: ({ roleArn }) => <span className="causeway-value">{roleArn}</span>,
        },
        { id: 'by', header: 'Denied by', cell: ({ by }) => by },
      ]}
    />
  );
}

/** What the identity may do besides, which a hub should not. Nothing is said to be fine that conditions decide. */
export function HealthRights({
  health: { dangerous, dangerousFault, selfManagement, findings },
}: {
  health: HubHealth;
}) {
  const isOpen = findings.some(({ code }) => code === 'more-by-conditions');
  return (
    <Container
      header={
        <Header
          variant="h2"
          {...(dangerous ? { counter: `(${dangerous.length})` } : {})}
          description="A hub needs sts:AssumeRole on its roles and nothing else: whoever gets hold of it has all of this. IAM is asked about all resources at once, so a right that is limited to single resources does not show here."
        >
          Rights it should not have
        </Header>
      }
    >
      <SpaceBetween size="m">
        {dangerous === null && <StatusIndicator type="pending">Unknown</StatusIndicator>}
        {dangerousFault && <NotAsked fault={dangerousFault} selfManagement={selfManagement} />}
        {dangerous?.length === 0 && !isOpen && <StatusIndicator type="success">IAM knows of none</StatusIndicator>}
        {isOpen && (
          <StatusIndicator type="pending">Unknown for some: conditions decide, see the findings</StatusIndicator>
        )}
        {dangerous && dangerous.length > 0 && <DangerousRights dangerous={dangerous} />}
      </SpaceBetween>
    </Container>
  );
}

function DangerousRights({ dangerous }: { dangerous: NonNullable<HubHealth['dangerous']> }) {
  return (
    <Table
      variant="embedded"
      ariaLabels={{ tableLabel: 'Rights it should not have' }}
      items={dangerous}
      trackBy={({ action, resource }) => `${action} ${resource}`}
      wrapLines
      columnDefinitions={[
        { id: 'action', header: 'Action', isRowHeader: true, cell: ({ action }) => <Box variant="code">{action}</Box> },
        { id: 'resource', header: 'On', cell: ({ resource }) => resource },
        { id: 'why', header: 'Why it matters', minWidth: 220, cell: ({ why }) => why },
        { id: 'by', header: 'Allowed by', cell: ({ by }) => by ?? 'AWS does not tell' },
      ]}
    />
  );
}

/** Not allowed to ask is unknown, never fine: what to add so that it can be known. */
function NotAsked({ fault, selfManagement }: { fault: WireFault } & Pick<HubHealth, 'selfManagement'>) {
  return (
    <SpaceBetween size="s">
      <FaultDetail fault={fault} titled />
      <ExpandableSection headerText="Permissions with which it can be known">
        <JsonCode value={selfManagement} label="permissions to add" fileName="causeway-self.json" />
      </ExpandableSection>
    </SpaceBetween>
  );
}

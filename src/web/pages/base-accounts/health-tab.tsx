import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import type { ReplyOf } from '../../../api/contract.ts';
import { Facts } from '../../parts/facts.tsx';
import { FailureAlert } from '../../parts/failure-alert.tsx';
import { FaultPopover } from '../../parts/fault.tsx';
import { EmptyState } from '../../parts/loaded.tsx';
import { TimeAgo } from '../../parts/time.tsx';
import { useRead } from '../../queries.ts';
import { useWhyNot } from '../../session.tsx';
import { identityInWords } from './credentials.tsx';
import type { BaseAccount } from './draft.ts';
import { HealthRights, MayAssume } from './health-rights.tsx';
import { HubPolicies } from './hub-policies.tsx';
import { TrustRetired } from './trust-retired.tsx';

export type HubHealth = ReplyOf<'hubHealth'>;

/** What the base account's identity may do, asked of AWS when somebody looks, and who still trusts a retired hub. */
export function HealthTab({ baseAccount }: { baseAccount: BaseAccount }) {
  const whyNot = useWhyNot('operator');
  if (whyNot !== null) return <EmptyState title="Hub health is for operators">{whyNot}</EmptyState>;
  return <Asked baseAccount={baseAccount} />;
}

function Asked({ baseAccount }: { baseAccount: BaseAccount }) {
  const read = useRead('hubHealth', { params: { id: baseAccount.id } }, { costly: true });
  if (read.isFetching) {
    return (
      <Container>
        <Box textAlign="center" padding="xl" color="text-status-inactive">
          <Spinner /> Asking AWS what the identity may do. This can take some seconds.
        </Box>
      </Container>
    );
  }
  if (!read.data) return read.error && <FailureAlert error={read.error} onRetry={read.refetch} />;
  const health = read.data;
  return (
    <SpaceBetween size="l">
      <Summary health={health} onAgain={() => void read.refetch()} />
      <MayAssume health={health} />
      <HealthRights health={health} />
      <TrustRetired trustRetired={health.trustRetired} accountType={baseAccount.accountType} />
      <Container
        header={
          <Header
            variant="h2"
            description={`To attach to the ${identityInWords(baseAccount)}. ${health.policyBecause}`}
          >
            {health.policies.length === 1 ? 'Policy it needs' : `${health.policies.length} policies it needs`}
          </Header>
        }
      >
        <HubPolicies policies={health.policies} />
      </Container>
    </SpaceBetween>
  );
}

function Summary({ health, onAgain }: { health: HubHealth; onAgain: () => void }) {
  const { proof, keyAgeDays, keyAgeFrom, findings } = health;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={
            <>
              Asked of AWS <TimeAgo at={health.checkedAt} />.
            </>
          }
          actions={
            <Button iconName="refresh" onClick={onAgain}>
              Ask again
            </Button>
          }
        >
          Hub health
        </Header>
      }
    >
      <SpaceBetween size="m">
        <Facts
          columns={3}
          facts={[
            {
              label: 'Identity',
              value: proof.fault ? (
                <FaultPopover fault={proof.fault} />
              ) : (
                <span className="causeway-value">{proof.callerArn}</span>
              ),
            },
            { label: 'Age of the key', value: keyAgeInWords(keyAgeDays, keyAgeFrom) },
            { label: 'Findings', value: findings.length },
          ]}
        />
        <Findings health={health} />
      </SpaceBetween>
    </Container>
  );
}

function keyAgeInWords(days: HubHealth['keyAgeDays'], from: HubHealth['keyAgeFrom']): string {
  if (days === null) return 'Keyless';
  const age = days < 1 ? 'Less than a day' : `${Math.floor(days)} day${Math.floor(days) === 1 ? '' : 's'}`;
  return from === 'aws'
    ? `${age}, as AWS says`
    : `${age} since it was entered here; AWS was not asked or does not tell`;
}

const SEVERITIES = { high: 'error', medium: 'warning', low: 'info' } as const;

function Findings({ health: { findings, roles, dangerous } }: { health: HubHealth }) {
  if (findings.length === 0) {
    return roles.simulated && dangerous ? (
      <Alert type="success" header="Nothing was found that should be mended" />
    ) : null;
  }
  return (
    <SpaceBetween size="xs">
      {findings.map(({ code, severity, title, detail, remedy }) => (
        <Alert key={`${code} ${detail}`} type={SEVERITIES[severity]} header={`${title} (${severity})`}>
          <SpaceBetween size="xxs">
            <div>{detail}</div>
            <div>
              <Box variant="strong">What to do: </Box>
              {remedy}
            </div>
          </SpaceBetween>
        </Alert>
      ))}
    </SpaceBetween>
  );
}

import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Tabs from '@cloudscape-design/components/tabs';
import { MENDER_WORDS } from '../../../domain/readiness.ts';
import { Code, JsonCode } from '../../parts/code.tsx';
import { Facts } from '../../parts/facts.tsx';
import { AwsAnswer } from '../../parts/fault.tsx';
import { type ConnectorReadiness, READINESS_WORDS, type Reason } from './readiness-words.tsx';

/** Why scopes are not fresh: each cause once, with what to do and who can do it. */
export function Reasons({ reasons }: { reasons: readonly Reason[] }) {
  return (
    <Container
      header={
        <Header
          variant="h2"
          counter={`(${reasons.length})`}
          description="Each cause once, with everything that it keeps from being fresh."
        >
          Why scopes are not fresh
        </Header>
      }
    >
      <SpaceBetween size="l">
        {reasons.map(reason => (
          <section key={`${reason.title} ${reason.readiness}`} aria-label={reason.title}>
            <SpaceBetween size="xxs">
              <Box variant="h3">
                <StatusIndicator type={READINESS_WORDS[reason.readiness].type}>
                  <span className="causeway-words">
                    {reason.title} ({extent(reason)})
                  </span>
                </StatusIndicator>
              </Box>
              <ReasonBody reason={reason} />
              <ExpandableSection headerText="Where, and what AWS said">
                <ReasonExtent reason={reason} />
              </ExpandableSection>
            </SpaceBetween>
          </section>
        ))}
      </SpaceBetween>
    </Container>
  );
}

function extent({ scopes, readiness, regions }: Reason): string {
  if (scopes === 0) return 'every run';
  const what = `${scopes.toLocaleString('en-US')} ${scopes === 1 ? 'scope' : 'scopes'}`;
  const where = regions.length === 1 ? (regions[0] ?? '') : `${regions.length} regions`;
  return readiness === 'fresh' ? `details in ${what}` : `${what}, ${where}`;
}

/** What a reason says, what to do and who can. */
export function ReasonBody({ reason: { detail, remedy, mender } }: { reason: Reason }) {
  return (
    <SpaceBetween size="xxs">
      <div>{detail}</div>
      <div>
        <Box variant="strong">What to do: </Box>
        {remedy}
      </div>
      <div>
        <Box variant="strong">Who can: </Box>
        {MENDER_WORDS[mender]}
      </div>
    </SpaceBetween>
  );
}

function ReasonExtent({ reason: { actions, regions, assetTypes, fault } }: { reason: Reason }) {
  return (
    <SpaceBetween size="s">
      <Facts
        columns={3}
        facts={[
          { label: 'Denied actions', value: actions.join(', ') },
          { label: 'Regions', value: regions.join(', ') },
          { label: 'Asset types', value: assetTypes.join(', ') },
        ]}
      />
      {fault?.aws && <AwsAnswer aws={fault.aws} />}
    </SpaceBetween>
  );
}

type Change = NonNullable<ConnectorReadiness['policyChange']>;

/** One change of the role's permissions policy for all denied actions, in whichever form somebody keeps the role. */
export function PolicyChangeView({ change }: { change: Change }) {
  const { denied, alsoNeeded } = change;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={`It allows ${denied.join(', ')}${alsoNeeded.length > 0 ? `, and what else the same types need: ${alsoNeeded.join(', ')}` : ''}. Then run the connector again.`}
        >
          The change of the role’s policy
        </Header>
      }
    >
      <Tabs
        ariaLabel="Forms of the change"
        tabs={[
          {
            id: 'statement',
            label: 'Statement',
            content: (
              <Way text="Add this to the statements of a permissions policy of the role.">
                <JsonCode value={change.statement} label="statement to add" fileName="statement.json" />
              </Way>
            ),
          },
          {
            id: 'cli',
            label: 'AWS CLI',
            content: (
              <Way text="Run this in a shell that is signed in to the account. It puts the whole policy in place of the one that was proposed with the role.">
                <Code text={change.awsCli} label="AWS CLI command" fileName="put-role-policy.sh" />
              </Way>
            ),
          },
          {
            id: 'cloudformation',
            label: 'CloudFormation',
            content: (
              <Way text="Update the stack of the role with this template.">
                <Code text={change.cloudFormationTemplate} label="CloudFormation template" fileName="role.json" />
              </Way>
            ),
          },
          {
            id: 'terraform',
            label: 'Terraform',
            content: (
              <Way text="Replace the role’s configuration by this, and apply it.">
                <Code text={change.terraform} label="Terraform configuration" fileName="role.tf" />
              </Way>
            ),
          },
          {
            id: 'policy',
            label: 'Whole policy',
            content: (
              <Way text="All that the role needs, as one permissions policy.">
                <JsonCode
                  value={change.permissionsPolicy}
                  label="permissions policy"
                  fileName="permissions-policy.json"
                />
              </Way>
            ),
          },
        ]}
      />
    </Container>
  );
}

function Way({ text, children }: { text: string; children: React.ReactNode }) {
  return (
    <SpaceBetween size="s">
      <Box variant="p">{text}</Box>
      {children}
    </SpaceBetween>
  );
}

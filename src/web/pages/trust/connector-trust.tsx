import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import type { ReplyOf } from '../../../api/contract.ts';
import { hubInWords } from '../../../domain/hub.ts';
import { Code } from '../../parts/code.tsx';
import { DiagnosisView } from '../../parts/diagnosis.tsx';
import { Facts } from '../../parts/facts.tsx';
import { CopyableId } from '../../parts/failure-alert.tsx';
import { FaultDetail, FaultPopover } from '../../parts/fault.tsx';
import { HubName } from '../../parts/hub.tsx';
import { PageButton } from '../../parts/links.tsx';
import { EmptyState, Loaded } from '../../parts/loaded.tsx';
import { TimeAgo } from '../../parts/time.tsx';
import { EvidenceMark, TRUST_STATE_WORDS, TrustStateMark } from '../../parts/trust-state.tsx';
import { useView } from '../../parts/view-state.ts';
import { PATHS } from '../../paths.ts';
import { useRead } from '../../queries.ts';
import { useWhyNot } from '../../session.tsx';
import { useCheck } from '../connectors/use-check.tsx';
import { TrustAnswerView } from './trust-answer.tsx';
import { editOf, FormChoice, formOf, isUnchanged, TrustChange } from './trust-change.tsx';

type ConnectorTrust = ReplyOf<'connectorTrust'>;

interface Named {
  readonly id: string;
  readonly name: string;
  readonly roleArn: string;
}

/** Whether the role of one connector trusts its target hub, why not, and the change that mends it. */
export function ConnectorTrustView({ connector }: { connector: Named }) {
  const { get } = useView();
  const form = formOf(get('form'));
  const read = useRead(
    'connectorTrust',
    { params: { id: connector.id }, query: { form } },
    { again: trust => (trust?.state === 'on-target' ? 15_000 : 5_000), keepPrevious: true },
  );
  return (
    <Loaded read={read} what="what is known of the role’s trust">
      {trust => (
        <SpaceBetween size="l">
          <State connector={connector} trust={trust} />
          {trust.diagnosis && trust.state !== 'on-target' && (
            <Container header={<Header variant="h2">Why it is refused</Header>}>
              <DiagnosisView diagnosis={trust.diagnosis} />
            </Container>
          )}
          <Change connector={connector} trust={trust} />
          <LivePolicy connector={connector} trust={trust} />
        </SpaceBetween>
      )}
    </Loaded>
  );
}

function State({ connector, trust }: { connector: Named; trust: ConnectorTrust }) {
  const whyNot = useWhyNot('operator');
  const { check, checking } = useCheck({ brief: true });
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={TRUST_STATE_WORDS[trust.state].meaning}
          actions={
            <Button
              onClick={() => check({ ...connector, currentHub: trust.currentHub })}
              loading={checking}
              loadingText="Checking"
              disabled={whyNot !== null}
              disabledReason={whyNot ?? undefined}
              ariaLabel={`Check now: ${connector.name}`}
            >
              Check now
            </Button>
          }
        >
          Trust
        </Header>
      }
    >
      <SpaceBetween size="m">
        <Facts
          columns={3}
          minColumnWidth={210}
          facts={[
            { label: 'State', value: <TrustStateMark state={trust.state} /> },
            { label: 'Reached through', value: <HubName hub={trust.currentHub} none="Not reached yet" /> },
            { label: 'Target hub', value: <HubName hub={trust.targetHub} none="None" /> },
          ]}
        />
        <Box>
          Role: <CopyableId text={connector.roleArn} what="role ARN" />
        </Box>
        <Evidence evidence={trust.evidence} />
      </SpaceBetween>
    </Container>
  );
}

/** Which hubs were ever tried, and what the role answered last. */
function Evidence({ evidence }: { evidence: ConnectorTrust['evidence'] }) {
  return (
    <Table
      variant="embedded"
      header={<Header variant="h3">What was tried</Header>}
      ariaLabels={{ tableLabel: 'What was tried' }}
      items={evidence}
      trackBy={({ hub }) => hubInWords(hub)}
      empty={<EmptyState title="Nothing was tried yet">A check or the first run tries the target hub.</EmptyState>}
      wrapLines
      columnDefinitions={[
        { id: 'hub', header: 'Hub', cell: ({ hub }) => <HubName hub={hub} short />, isRowHeader: true, minWidth: 120 },
        {
          id: 'answer',
          header: 'Answer',
          minWidth: 110,
          cell: ({ outcome, at }) => (
            <>
              <EvidenceMark outcome={outcome} />
              <Box color="text-body-secondary" fontSize="body-s">
                <TimeAgo at={at} />
              </Box>
            </>
          ),
        },
        {
          id: 'fault',
          header: 'Reason',
          minWidth: 180,
          cell: ({ fault, outcome }) =>
            fault ? <FaultPopover fault={fault} type={outcome === 'refused' ? 'error' : 'warning'} /> : '–',
        },
      ]}
    />
  );
}

function Change({ connector, trust }: { connector: Named; trust: ConnectorTrust }) {
  const { get, setBeside } = useView();
  const { targetHub, advice, policy } = trust;
  if (!targetHub) return <NoTarget />;
  if (!advice) return null;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="The smallest edit that admits the target hub; the other statements stay as they are."
          actions={<PageButton href={PATHS.trustPolicyOf(connector.id)}>Try another policy</PageButton>}
        >
          The change
        </Header>
      }
    >
      <SpaceBetween size="m">
        {!policy.known && (
          <Alert type="info" header="Worked out from the policy that was proposed for the role">
            The role’s own policy is not known here. If somebody has changed it since, do not replace it: use “Try
            another policy” with the policy as it is in AWS.
          </Alert>
        )}
        <FormChoice
          form={formOf(get('form')) ?? 'account'}
          onForm={form => setBeside({ form: form === 'account' ? '' : form })}
        />
        <TrustChange
          advice={advice}
          hub={hubInWords(targetHub)}
          edit={editOf(get('edit'))}
          onEdit={edit => setBeside({ edit: edit === 'overlap' ? '' : edit })}
          assumed={!policy.known}
          fileName={`trust-policy-${connector.name.replace(/[^\w.-]+/g, '-')}.json`}
        />
        {trust.state === 'on-target' && advice.kind === 'edits' && !isUnchanged(advice.final) && (
          <Box>
            The role still admits the hub that the connector had before. “In the end” takes that out; until then the
            connector could go back.
          </Box>
        )}
        <Box color="text-body-secondary">
          Put it into AWS (IAM, Roles, the role, Trust relationships, Edit), then choose “Check now”: the connector
          moves at once, or says why not.
        </Box>
      </SpaceBetween>
    </Container>
  );
}

function NoTarget() {
  return (
    <Alert
      type="error"
      header="There is no hub that the role could trust"
      action={<PageButton href={PATHS.createBaseAccount}>Create a base account</PageButton>}
    >
      This account type has neither a base account nor a platform account.
    </Alert>
  );
}

/** The role’s policy as IAM gave it, and what it does with the target hub; or why it could not be read. */
function LivePolicy({
  connector,
  trust: { policy, analysis, targetHub },
}: {
  connector: Named;
  trust: ConnectorTrust;
}) {
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={
            policy.known && (
              <>
                As IAM gave it <TimeAgo at={policy.readAt} />.
              </>
            )
          }
        >
          Trust policy in AWS
        </Header>
      }
    >
      {policy.known ? (
        <SpaceBetween size="m">
          {analysis && targetHub && <TrustAnswerView answer={analysis} who={hubInWords(targetHub)} />}
          <ExpandableSection headerText="The policy as it is">
            <Code text={indented(policy.text)} label="trust policy in AWS" />
          </ExpandableSection>
        </SpaceBetween>
      ) : (
        <NotRead connector={connector} policy={policy} />
      )}
    </Container>
  );
}

function NotRead({
  connector,
  policy,
}: {
  connector: Named;
  policy: Extract<ConnectorTrust['policy'], { known: false }>;
}) {
  if (policy.fault) {
    return (
      <Alert type="info" header="It could not be read">
        <SpaceBetween size="xs">
          <FaultDetail fault={policy.fault} titled />
          {policy.triedAt && (
            <div>
              Tried <TimeAgo at={policy.triedAt} />.
            </div>
          )}
        </SpaceBetween>
      </Alert>
    );
  }
  return (
    <EmptyState
      title="Not read yet"
      action={<PageButton href={PATHS.trustPolicyOf(connector.id)}>Paste the policy instead</PageButton>}
    >
      A check reads it once the role lets a hub in and allows iam:GetRole on itself.
    </EmptyState>
  );
}

/** IAM answers without line breaks; what is no JSON stays as it came. */
export function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

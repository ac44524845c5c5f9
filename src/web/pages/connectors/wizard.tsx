import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Wizard, { type WizardProps } from '@cloudscape-design/components/wizard';
import { useEffect, useState } from 'react';
import { useNavigate } from 'react-router';
import { CallFailed } from '../../api.ts';
import { Facts } from '../../parts/facts.tsx';
import { FailureAlert } from '../../parts/failure-alert.tsx';
import { accountTypeLabel } from '../../parts/hub.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Tags } from '../../parts/tags.tsx';
import { tagsOfRows } from '../../parts/tags-editor.tsx';
import { CRUMBS, PATHS } from '../../paths.ts';
import { useChange, useRead } from '../../queries.ts';
import { useNotify } from '../../shell/notices.tsx';
import { Page } from '../../shell/page.tsx';
import { appsInWords } from './connectors-table.tsx';
import { bodyOf, type Draft, type DraftField, EMPTY_DRAFT, regionsOf, wrongIn } from './draft.ts';
import { ExternalIdField, type FieldsProps, GeneralFields, ReadingFields, RoleArnField, TagFields } from './fields.tsx';
import { WizardHelp } from './help.tsx';
import { RoleSetupView } from './role-setup-view.tsx';

/** The fields of each step before the review. */
const STEPS: readonly (readonly DraftField[])[] = [
  ['name', 'description', 'accountType', 'apps'],
  ['roleArn', 'externalId'],
  ['regions', 'pollingMinutes'],
  ['tags', 'assetTags'],
];

export function CreateConnectorWizard() {
  const [draft, setDraft] = useState(EMPTY_DRAFT);
  const [step, setStep] = useState(0);
  const [judged, setJudged] = useState<ReadonlySet<number>>(new Set());
  const navigate = useNavigate();
  const notify = useNotify();
  const create = useChange('createConnector');
  const refused = create.error instanceof CallFailed ? create.error : null;

  const wrong = (field: DraftField) => {
    const own = judged.has(stepOf(field)) ? wrongIn(draft, field) : undefined;
    return own ?? refused?.onField(field);
  };
  const fields: FieldsProps = { draft, wrong, change: change => setDraft(before => ({ ...before, ...change })) };
  const go = (wanted: number) => {
    const stuck = wanted > step && STEPS[step]?.some(field => wrongIn(draft, field) !== undefined);
    setJudged(before => new Set([...before, step]));
    if (!stuck) setStep(wanted);
  };
  const submit = () =>
    create.mutate(
      { body: bodyOf(draft) },
      {
        onSuccess: connector => {
          notify({
            type: 'success',
            header: `Connector “${connector.name}” was created`,
            content: 'Its first run is queued.',
          });
          void navigate(PATHS.connector(connector.id));
        },
        onError: error => {
          const bad =
            error instanceof CallFailed ? STEPS.findIndex(all => all.some(field => error.onField(field))) : -1;
          if (bad >= 0) setStep(bad);
        },
      },
    );
  return (
    <Page
      title="Create connector"
      crumbs={[CRUMBS.configuration, { text: 'Connectors', href: PATHS.awsConnectors }]}
      contentType="wizard"
      help={HELP}
    >
      <Wizard
        activeStepIndex={step}
        onNavigate={event => go(event.detail.requestedStepIndex)}
        onCancel={() => void navigate(PATHS.connectors)}
        onSubmit={submit}
        isLoadingNextStep={create.isPending}
        submitButtonText="Create connector"
        i18nStrings={WORDS}
        steps={stepsOf(fields, refused, setStep)}
      />
    </Page>
  );
}

const HELP = <WizardHelp />;

function stepOf(field: DraftField): number {
  return STEPS.findIndex(fields => fields.includes(field));
}

function stepsOf(fields: FieldsProps, refused: CallFailed | null, edit: (step: number) => void): WizardProps.Step[] {
  const failure = refused && <FailureAlert error={refused} />;
  const boxed = (title: string, content: React.ReactNode) => (
    <SpaceBetween size="l">
      {failure}
      <Container header={<Header variant="h2">{title}</Header>}>{content}</Container>
    </SpaceBetween>
  );
  return [
    {
      title: 'Name and account type',
      description: 'Which account is connected, and where its resources are shown.',
      content: boxed('Connector', <GeneralFields {...fields} />),
    },
    {
      title: 'Role',
      description: 'Create this role in the account that is to be read, then paste its ARN.',
      content: <RoleStep {...fields} failure={failure} />,
    },
    {
      title: 'Regions and polling',
      description: 'Where and how often the account is read.',
      content: boxed('Reading', <ReadingFields {...fields} />),
    },
    {
      title: 'Tags',
      description: 'Optional labels for the connector and for what it discovers.',
      content: boxed('Tags', <TagFields {...fields} />),
      isOptional: true,
    },
    {
      title: 'Review and create',
      content: <Review draft={fields.draft} failure={failure} edit={edit} />,
    },
  ];
}

/** Shows the role to create. The external ID comes with the first answer and stays through every later change. */
function RoleStep({ failure, ...fields }: FieldsProps & { failure: React.ReactNode }) {
  const { draft, change, wrong } = fields;
  const asked = wrongIn(draft, 'externalId') === undefined ? draft.externalId : '';
  const setup = useRead(
    'roleSetup',
    { query: { accountType: draft.accountType, ...(asked === '' ? {} : { externalId: asked }) } },
    { keepPrevious: true },
  );
  const generated = setup.data?.externalId;
  useEffect(() => {
    if (draft.externalId === '' && generated) change({ externalId: generated });
  }, [draft.externalId, generated, change]);
  return (
    <SpaceBetween size="l">
      {failure}
      <Container
        header={
          <Header variant="h2" description="It trusts one account and one external ID, and may only read.">
            1. Create the role in the account
          </Header>
        }
      >
        <Loaded read={setup} what="the role’s template">
          {reply => <RoleSetupView setup={reply} />}
        </Loaded>
      </Container>
      <Container header={<Header variant="h2">2. Tell Causeway which role it is</Header>}>
        <SpaceBetween size="l">
          <RoleArnField {...fields} roleName={setup.data?.roleName} />
          <ExternalIdField draft={draft} change={change} wrong={wrong} />
        </SpaceBetween>
      </Container>
    </SpaceBetween>
  );
}

function Review({ draft, failure, edit }: { draft: Draft; failure: React.ReactNode; edit: (step: number) => void }) {
  const section = (step: number, title: string, content: React.ReactNode) => (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <Button onClick={() => edit(step)} ariaLabel={`Edit ${title}`}>
              Edit
            </Button>
          }
        >
          {title}
        </Header>
      }
    >
      {content}
    </Container>
  );
  return (
    <SpaceBetween size="l">
      {failure}
      {section(
        0,
        'Connector',
        <Facts
          facts={[
            { label: 'Name', value: draft.name },
            { label: 'Account type', value: accountTypeLabel(draft.accountType) },
            { label: 'Apps', value: appsInWords(draft.apps) },
            { label: 'Description', value: draft.description },
          ]}
        />,
      )}
      {section(
        1,
        'Role',
        <Facts
          columns={1}
          facts={[
            { label: 'Role ARN', value: <Box variant="code">{draft.roleArn}</Box> },
            { label: 'External ID', value: <Box variant="code">{draft.externalId}</Box> },
          ]}
        />,
      )}
      {section(
        2,
        'Reading',
        <Facts
          columns={2}
          facts={[
            {
              label: 'Regions',
              value: draft.everyRegion ? 'All regions that the account has enabled' : regionsOf(draft).join(', '),
            },
            { label: 'Polling frequency', value: `Every ${draft.pollingMinutes} minutes` },
          ]}
        />,
      )}
      {section(
        3,
        'Tags',
        <Facts
          columns={2}
          facts={[
            { label: 'Connector tags', value: <Tags tags={tagsOfRows(draft.tags)} none="None" /> },
            { label: 'Asset tags', value: <Tags tags={tagsOfRows(draft.assetTags)} none="None" /> },
          ]}
        />,
      )}
    </SpaceBetween>
  );
}

const WORDS: WizardProps.I18nStrings = {
  stepNumberLabel: stepNumber => `Step ${stepNumber}`,
  collapsedStepsLabel: (stepNumber, stepsCount) => `Step ${stepNumber} of ${stepsCount}`,
  navigationAriaLabel: 'Steps',
  cancelButton: 'Cancel',
  previousButton: 'Previous',
  nextButton: 'Next',
  optional: 'optional',
};

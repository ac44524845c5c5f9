import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Form from '@cloudscape-design/components/form';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { CallFailed } from '../../api.ts';
import { FailureAlert } from '../../parts/failure-alert.tsx';
import { useFocusOnWrong } from '../../parts/focus-on-wrong.ts';
import type { Connector } from '../../parts/hub.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { CRUMBS, PATHS } from '../../paths.ts';
import { useChange, useRead } from '../../queries.ts';
import { useWhyNot } from '../../session.tsx';
import { useNotify } from '../../shell/notices.tsx';
import { Page } from '../../shell/page.tsx';
import { bodyOf, type DraftField, draftOf, wrongIn } from './draft.ts';
import { ExternalIdField, type FieldsProps, GeneralFields, ReadingFields, RoleArnField, TagFields } from './fields.tsx';

export function EditConnector() {
  const { id = '' } = useParams();
  const read = useRead('getConnector', { params: { id } });
  return (
    <Page
      title="Edit connector"
      contentType="form"
      crumbs={[
        CRUMBS.cloudView,
        { text: 'Connectors', href: PATHS.connectors },
        { text: read.data?.name ?? 'Connector', href: PATHS.connector(id) },
      ]}
    >
      <Loaded read={read} what="the connector" heading="Edit connector">
        {connector => <EditForm key={connector.id} connector={connector} />}
      </Loaded>
    </Page>
  );
}

const FIELDS: readonly DraftField[] = [
  'name',
  'roleArn',
  'externalId',
  'regions',
  'pollingMinutes',
  'tags',
  'assetTags',
];

function EditForm({ connector }: { connector: Connector }) {
  const [draft, setDraft] = useState(() => draftOf(connector));
  const [tries, setTries] = useState(0);
  const navigate = useNavigate();
  const notify = useNotify();
  const save = useChange('changeConnector');
  const whyNot = useWhyNot('operator');
  const refused = save.error instanceof CallFailed ? save.error : null;
  const form = useFocusOnWrong(tries, refused);
  const fields: FieldsProps = {
    draft,
    change: change => setDraft(before => ({ ...before, ...change })),
    wrong: field => (tries > 0 ? wrongIn(draft, field) : undefined) ?? refused?.onField(field),
  };
  const leave = () => void navigate(PATHS.connector(connector.id));
  const submit = () => {
    setTries(before => before + 1);
    if (FIELDS.some(field => wrongIn(draft, field))) return;
    const { accountType: _, ...body } = bodyOf(draft);
    save.mutate(
      { params: { id: connector.id }, body },
      {
        onSuccess: () => {
          notify({ type: 'success', header: `“${draft.name}” was saved` });
          leave();
        },
      },
    );
  };
  return (
    <form
      ref={form}
      onSubmit={event => {
        event.preventDefault();
        submit();
      }}
    >
      <Form
        header={<Header variant="h1">Edit {connector.name}</Header>}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" formAction="none" onClick={leave}>
              Cancel
            </Button>
            <Button
              variant="primary"
              loading={save.isPending}
              loadingText="Saving"
              disabled={whyNot !== null}
              disabledReason={whyNot ?? undefined}
            >
              Save
            </Button>
          </SpaceBetween>
        }
      >
        <SpaceBetween size="l">
          <Container header={<Header variant="h2">Connector</Header>}>
            <GeneralFields {...fields} fixedType />
          </Container>
          <Container header={<Header variant="h2">Role</Header>}>
            <SpaceBetween size="l">
              <RoleArnField {...fields} />
              <ExternalIdField {...fields} />
            </SpaceBetween>
          </Container>
          <Container header={<Header variant="h2">Reading</Header>}>
            <ReadingFields {...fields} />
          </Container>
          <Container header={<Header variant="h2">Tags</Header>}>
            <TagFields {...fields} />
          </Container>
          {refused && <FailureAlert error={refused} />}
        </SpaceBetween>
      </Form>
    </form>
  );
}

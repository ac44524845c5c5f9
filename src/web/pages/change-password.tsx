import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Form from '@cloudscape-design/components/form';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { LIMITS } from '../../domain/limits.ts';
import { CallFailed } from '../api.ts';
import { FailureAlert } from '../parts/failure-alert.tsx';
import { useChange } from '../queries.ts';
import { useNotify } from '../shell/notices.tsx';
import { Page } from '../shell/page.tsx';

export function ChangePassword() {
  const [currentPassword, setCurrent] = useState('');
  const [newPassword, setNew] = useState('');
  const navigate = useNavigate();
  const notify = useNotify();
  const change = useChange('changeOwnPassword');
  const wrong = (field: string) => (change.error instanceof CallFailed ? change.error.onField(field) : undefined);
  const submit = () =>
    change.mutate(
      { body: { currentPassword, newPassword } },
      {
        onSuccess: () => {
          notify({ type: 'success', header: 'Your password was changed', content: 'Your other sessions have ended.' });
          void navigate('/');
        },
      },
    );
  return (
    <Page title="Change password" contentType="form">
      <form
        onSubmit={event => {
          event.preventDefault();
          submit();
        }}
      >
        <Form
          header={<Header variant="h1">Change password</Header>}
          actions={
            <Button variant="primary" loading={change.isPending} loadingText="Saving">
              Change password
            </Button>
          }
        >
          <Container>
            <SpaceBetween size="m">
              {change.error && <FailureAlert error={change.error} />}
              <FormField label="Current password" errorText={wrong('currentPassword')}>
                <Input
                  type="password"
                  value={currentPassword}
                  onChange={event => setCurrent(event.detail.value)}
                  autoComplete="current-password"
                />
              </FormField>
              <FormField
                label="New password"
                constraintText={`At least ${LIMITS.passwordCharsMin} characters.`}
                errorText={wrong('newPassword')}
              >
                <Input
                  type="password"
                  value={newPassword}
                  onChange={event => setNew(event.detail.value)}
                  autoComplete="new-password"
                />
              </FormField>
            </SpaceBetween>
          </Container>
        </Form>
      </form>
    </Page>
  );
}

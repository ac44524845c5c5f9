import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Form from '@cloudscape-design/components/form';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import logo from '../logo.svg';
import { FailureAlert } from '../parts/failure-alert.tsx';
import { useChange } from '../queries.ts';

export function SignIn() {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [tried, setTried] = useState(false);
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const signIn = useChange('signIn');
  const submit = () => {
    setTried(true);
    if (username === '' || password === '') return;
    signIn.mutate(
      { body: { username, password } },
      {
        onSuccess: session => {
          queryClient.clear();
          queryClient.setQueryData(['getSession', {}], session);
          void navigate(placeInside(search.get('next')), { replace: true });
        },
      },
    );
  };
  return (
    <main className="causeway-sign-in">
      <title>Sign in · Causeway</title>
      <SpaceBetween size="l">
        <Box textAlign="center">
          <img src={logo} alt="" width="48" height="48" />
          <Box variant="h1" padding={{ top: 's' }}>
            Causeway
          </Box>
          <Box color="text-body-secondary">Many AWS accounts, one truthful inventory, through a hub that you own</Box>
        </Box>
        <form
          onSubmit={event => {
            event.preventDefault();
            submit();
          }}
        >
          <Container header={<Header variant="h2">Sign in</Header>}>
            <Form
              actions={
                <Button variant="primary" loading={signIn.isPending} loadingText="Signing in" formAction="submit">
                  Sign in
                </Button>
              }
            >
              <SpaceBetween size="m">
                {signIn.error && <FailureAlert error={signIn.error} />}
                <FormField label="User name" errorText={tried && username === '' && 'Enter your user name.'}>
                  <Input
                    value={username}
                    onChange={event => setUsername(event.detail.value)}
                    autoComplete="username"
                    autoFocus
                  />
                </FormField>
                <FormField label="Password" errorText={tried && password === '' && 'Enter your password.'}>
                  <Input
                    type="password"
                    value={password}
                    onChange={event => setPassword(event.detail.value)}
                    autoComplete="current-password"
                  />
                </FormField>
              </SpaceBetween>
            </Form>
          </Container>
        </form>
        <Box textAlign="center" fontSize="body-s" color="text-body-secondary">
          The password of “admin” was set or printed when the server first started.
        </Box>
      </SpaceBetween>
    </main>
  );
}

/** Only a place of this application: a link must not lead a person who signs in to another site. */
function placeInside(next: string | null): string {
  const place = next === null ? null : URL.parse(next, location.origin);
  return place?.origin === location.origin ? `${place.pathname}${place.search}` : '/';
}

import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { Facts } from '../../parts/facts.tsx';
import { CopyableId } from '../../parts/failure-alert.tsx';
import { PageButton } from '../../parts/links.tsx';
import { TimeAgo } from '../../parts/time.tsx';
import { PATHS } from '../../paths.ts';
import { useWhyNot } from '../../session.tsx';
import { CallerArn, Proof } from './credentials.tsx';
import { KEYLESS_MEANS, KIND_WORDS } from './credentials-kinds.ts';
import type { BaseAccount } from './draft.ts';
import { EarlierTable } from './earlier-table.tsx';
import { KeyRotation } from './key-rotation.tsx';

/** What Causeway acts as in the base account, what it acted as before, and the rotation of its key. */
export function CredentialsTab({
  baseAccount,
  open,
}: {
  baseAccount: BaseAccount;
  open: (dialog: 'roll-back' | 'destroy-earlier' | 'rotate', baseAccount: BaseAccount) => void;
}) {
  return (
    <SpaceBetween size="l">
      <Current baseAccount={baseAccount} />
      {baseAccount.credentialsKind === 'access-key' && (
        <KeyRotation baseAccount={baseAccount} onStart={() => open('rotate', baseAccount)} />
      )}
      <EarlierTable
        earlier={baseAccount.earlier}
        header={
          <Header
            variant="h2"
            counter={`(${baseAccount.earlier.length})`}
            description="Credentials that were replaced and are kept for connectors that still need them, or to go back."
            actions={
              <EarlierActions
                baseAccount={baseAccount}
                onRollBack={() => open('roll-back', baseAccount)}
                onDestroy={() => open('destroy-earlier', baseAccount)}
              />
            }
          >
            Earlier credentials
          </Header>
        }
      />
    </SpaceBetween>
  );
}

function Current({ baseAccount }: { baseAccount: BaseAccount }) {
  const { id, credentialsKind, accessKeyIdEnding, identityRoleArn, tokenFile, keyCreatedAt } = baseAccount;
  const whyNot = useWhyNot('administrator');
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <PageButton
              href={PATHS.editBaseAccount(id)}
              disabled={whyNot !== null}
              disabledReason={whyNot ?? undefined}
            >
              Replace
            </PageButton>
          }
        >
          Credentials in use
        </Header>
      }
    >
      <SpaceBetween size="m">
        <Facts
          facts={[
            { label: 'Kind', value: KIND_WORDS[credentialsKind].label },
            ...(accessKeyIdEnding === null ? [] : [{ label: 'Access key ID ends in', value: `…${accessKeyIdEnding}` }]),
            { label: 'In use here since', value: <TimeAgo at={keyCreatedAt} /> },
            { label: 'Proof', value: <Proof baseAccount={baseAccount} /> },
          ]}
        />
        <Facts
          columns={1}
          facts={[
            { label: 'AWS knows them as', value: <CallerArn baseAccount={baseAccount} /> },
            ...(identityRoleArn === null
              ? []
              : [{ label: 'Role', value: <CopyableId text={identityRoleArn} what="role ARN" /> }]),
            ...(tokenFile === null ? [] : [{ label: 'Token file', value: tokenFile }]),
          ]}
        />
        {credentialsKind !== 'access-key' && (
          <Alert type="info" header="Keyless: chained sessions of one hour">
            {KEYLESS_MEANS}
          </Alert>
        )}
      </SpaceBetween>
    </Container>
  );
}

function EarlierActions({
  baseAccount: { earlier },
  onRollBack,
  onDestroy,
}: {
  baseAccount: BaseAccount;
  onRollBack: () => void;
  onDestroy: () => void;
}) {
  const notAdministrator = useWhyNot('administrator');
  const whyNot = notAdministrator ?? (earlier.length === 0 ? 'There are no earlier credentials.' : null);
  const disabled = { disabled: whyNot !== null, disabledReason: whyNot ?? undefined };
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button onClick={onRollBack} {...disabled}>
        Roll back
      </Button>
      <Button onClick={onDestroy} {...disabled}>
        Destroy earlier credentials
      </Button>
    </SpaceBetween>
  );
}

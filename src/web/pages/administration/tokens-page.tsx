import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Modal from '@cloudscape-design/components/modal';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';
import type { ReplyOf } from '../../../api/contract.ts';
import { ROLES, type Role, roleSuffices } from '../../../domain/role.ts';
import { CallFailed } from '../../api.ts';
import { Code } from '../../parts/code.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { EmptyState } from '../../parts/loaded.tsx';
import { Menu } from '../../parts/menu.tsx';
import { type Column, PagedTable, useTableSettings } from '../../parts/paged-table.tsx';
import { TimeAgo } from '../../parts/time.tsx';
import { usePager } from '../../parts/view-state.ts';
import { CRUMBS } from '../../paths.ts';
import { useChange, useRead } from '../../queries.ts';
import { useSession } from '../../session.tsx';
import { Page } from '../../shell/page.tsx';
import { Confirm } from './confirm.tsx';
import { RoleChoice, roleLabel } from './role-choice.tsx';

type Token = ReplyOf<'listTokens'>['items'][number];

export function TokensPage() {
  const settings = useTableSettings('tokens');
  const pager = usePager();
  const { user } = useSession();
  const isAdministrator = user.role === 'administrator';
  const read = useRead(
    'listTokens',
    { query: { limit: settings.pageSize, cursor: pager.cursor } },
    { keepPrevious: true },
  );
  const [creating, setCreating] = useState(false);
  const [deleting, setDeleting] = useState<Token | null>(null);
  const create = (
    <Button variant="primary" onClick={() => setCreating(true)}>
      Create API token
    </Button>
  );
  return (
    <Page title="API tokens" crumbs={isAdministrator ? [CRUMBS.administration] : []} contentType="table">
      <PagedTable
        id="tokens"
        what="API tokens"
        title="API tokens"
        description="For machines and the command line: sent as “Authorization: Bearer …”. A token never does more than the user who made it, and goes with that user."
        read={read}
        settings={settings}
        pager={pager}
        columns={[...COLUMNS, actionsColumn(setDeleting)]}
        trackBy={token => token.id}
        actions={create}
        empty={
          <EmptyState title="No API tokens">
            A token lets a program or the command line use the API for you, with your role or a lesser one.
          </EmptyState>
        }
      />
      {creating && <CreateToken onClose={() => setCreating(false)} />}
      {deleting && <DeleteToken token={deleting} onClose={() => setDeleting(null)} />}
    </Page>
  );
}

const LIVES = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'One year' },
  { value: '', label: 'No end' },
] as const;

const dayMs = 86_400_000;

function CreateToken({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const { user } = useSession();
  const [role, setRole] = useState<Role>('reader');
  const [days, setDays] = useState<string>('90');
  const create = useChange('createToken');
  const wrong = (field: string) => (create.error instanceof CallFailed ? create.error.onField(field) : undefined);
  const submit = () =>
    create.mutate({
      body: {
        name,
        role,
        ...(days === '' ? {} : { expiresAt: new Date(Date.now() + Number(days) * dayMs).toISOString() }),
      },
    });
  if (create.data) return <NewToken name={name} token={create.data.token} onClose={onClose} />;
  return (
    <Dialog
      header="Create API token"
      action={{ text: 'Create', loadingText: 'Creating', pending: create.isPending, run: submit }}
      error={create.error}
      onClose={onClose}
    >
      <FormField label="Name" description="What it is for." errorText={wrong('name')}>
        <Input value={name} placeholder="Such as nightly report" onChange={event => setName(event.detail.value)} />
      </FormField>
      <RoleChoice
        roles={ROLES.filter(offered => roleSuffices(user.role, offered))}
        role={role}
        onChange={setRole}
        errorText={wrong('role')}
      />
      <FormField label="Valid for" errorText={wrong('expiresAt')}>
        <Select
          selectedOption={LIVES.find(({ value }) => value === days) ?? null}
          options={LIVES}
          onChange={event => setDays(event.detail.selectedOption.value ?? '')}
        />
      </FormField>
    </Dialog>
  );
}

function NewToken({ name, token, onClose }: { name: string; token: string; onClose: () => void }) {
  return (
    <Modal
      visible
      header={`API token “${name}”`}
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <Button variant="primary" onClick={onClose}>
            I have copied it
          </Button>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Alert type="warning">Copy the token now. It is shown this once and is not stored in a readable form.</Alert>
        <Code text={token} label="API token" />
      </SpaceBetween>
    </Modal>
  );
}

function DeleteToken({ token, onClose }: { token: Token; onClose: () => void }) {
  const remove = useChange('deleteToken');
  return (
    <Confirm
      header={`Delete API token “${token.name}”?`}
      change={remove}
      request={{ params: { id: token.id } }}
      done={`API token “${token.name}” was deleted`}
      onClose={onClose}
    >
      Whatever uses it is refused from now on.
    </Confirm>
  );
}

const COLUMNS: readonly Column<Token>[] = [
  { id: 'name', header: 'Name', cell: ({ name }) => name, isRowHeader: true, width: 260 },
  { id: 'role', header: 'Role', cell: ({ role }) => roleLabel(role), width: 150 },
  { id: 'createdBy', header: 'Created by', cell: ({ createdBy }) => createdBy, width: 150 },
  { id: 'createdAt', header: 'Created', cell: ({ createdAt }) => <TimeAgo at={createdAt} />, width: 150 },
  {
    id: 'lastUsedAt',
    header: 'Last used',
    cell: ({ lastUsedAt }) => <TimeAgo at={lastUsedAt} never="Never" />,
    width: 150,
  },
  { id: 'expiresAt', header: 'Valid until', cell: ({ expiresAt }) => <Expiry at={expiresAt} />, width: 180 },
];

function Expiry({ at }: { at: string | null }) {
  if (at === null) return 'No end';
  if (new Date(at).getTime() > Date.now()) return <TimeAgo at={at} />;
  return (
    <StatusIndicator type="stopped">
      Expired <TimeAgo at={at} />
    </StatusIndicator>
  );
}

function actionsColumn(remove: (token: Token) => void): Column<Token> {
  return {
    id: 'actions',
    header: 'Actions',
    cell: token => (
      <Menu label={`Actions for ${token.name}`} items={[{ text: 'Delete', onClick: () => remove(token) }]} />
    ),
    width: 100,
  };
}

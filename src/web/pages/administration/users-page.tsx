import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';
import type { ReplyOf } from '../../../api/contract.ts';
import { LIMITS } from '../../../domain/limits.ts';
import type { Role } from '../../../domain/role.ts';
import { CallFailed } from '../../api.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { failureInWords, problemOf } from '../../parts/failure-alert.tsx';
import { EmptyState } from '../../parts/loaded.tsx';
import { Menu, type MenuItem } from '../../parts/menu.tsx';
import { type Column, PagedTable, useTableSettings } from '../../parts/paged-table.tsx';
import { TimeAgo } from '../../parts/time.tsx';
import { usePager } from '../../parts/view-state.ts';
import { CRUMBS } from '../../paths.ts';
import { useChange, useRead } from '../../queries.ts';
import { useSession, useWhyNot } from '../../session.tsx';
import { useNotify } from '../../shell/notices.tsx';
import { Page } from '../../shell/page.tsx';
import { Confirm } from './confirm.tsx';
import { RoleChoice, roleLabel } from './role-choice.tsx';

type User = ReplyOf<'createUser'>;
type Shown = { readonly kind: 'create' } | { readonly kind: 'edit' | 'delete'; readonly user: User };

export function UsersPage() {
  const settings = useTableSettings('users');
  const pager = usePager();
  const whyNot = useWhyNot('administrator');
  const read = useRead(
    'listUsers',
    { query: { limit: settings.pageSize, cursor: pager.cursor } },
    { keepPrevious: true },
  );
  const [dialog, setDialog] = useState<Shown | null>(null);
  const menu = useUserMenu(setDialog);
  return (
    <Page title="Users" crumbs={[CRUMBS.administration]} contentType="table">
      <PagedTable
        id="users"
        what="users"
        title="Users"
        read={read}
        settings={settings}
        pager={pager}
        columns={[...COLUMNS, actionsColumn(menu)]}
        trackBy={user => user.id}
        actions={
          <Button
            variant="primary"
            onClick={() => setDialog({ kind: 'create' })}
            disabled={whyNot !== null}
            disabledReason={whyNot ?? undefined}
          >
            Create user
          </Button>
        }
        empty={<EmptyState title="No users" />}
      />
      {dialog?.kind === 'create' && <UserDialog onClose={() => setDialog(null)} />}
      {dialog?.kind === 'edit' && <UserDialog user={dialog.user} onClose={() => setDialog(null)} />}
      {dialog?.kind === 'delete' && <DeleteUser user={dialog.user} onClose={() => setDialog(null)} />}
    </Page>
  );
}

function useUserMenu(open: (dialog: Shown) => void): (user: User) => readonly MenuItem[] {
  const { user: self } = useSession();
  const notify = useNotify();
  const change = useChange('changeUser');
  return user => {
    const ownWords = user.id === self.id ? 'You cannot do this to yourself.' : null;
    const setDisabled = (disabled: boolean) =>
      change.mutate(
        { params: { id: user.id }, body: { disabled } },
        {
          onSuccess: () =>
            notify({ type: 'success', header: `${user.username} is ${disabled ? 'disabled' : 'enabled'}` }),
          onError: error => notify({ type: 'error', header: problemOf(error).title, content: failureInWords(error) }),
        },
      );
    return [
      { text: 'Change role or password', onClick: () => open({ kind: 'edit', user }) },
      { text: user.disabled ? 'Enable' : 'Disable', onClick: () => setDisabled(!user.disabled), whyNot: ownWords },
      { text: 'Delete', onClick: () => open({ kind: 'delete', user }), whyNot: ownWords },
    ];
  };
}

function UserDialog({ user, onClose }: { user?: User; onClose: () => void }) {
  const [username, setUsername] = useState(user?.username ?? '');
  const [password, setPassword] = useState('');
  const [role, setRole] = useState<Role>(user?.role ?? 'reader');
  const notify = useNotify();
  const create = useChange('createUser');
  const change = useChange('changeUser');
  const failure = user ? change.error : create.error;
  const wrong = (field: string) => (failure instanceof CallFailed ? failure.onField(field) : undefined);
  const done = {
    onSuccess: () => {
      notify({ type: 'success', header: user ? `${username} was changed` : `${username} was created` });
      onClose();
    },
  };
  const submit = () =>
    user
      ? change.mutate({ params: { id: user.id }, body: { role, ...(password === '' ? {} : { password }) } }, done)
      : create.mutate({ body: { username, password, role } }, done);
  return (
    <Dialog
      header={user ? `Change ${user.username}` : 'Create user'}
      action={{
        text: user ? 'Save' : 'Create user',
        loadingText: 'Saving',
        pending: create.isPending || change.isPending,
        run: submit,
      }}
      error={failure}
      onClose={onClose}
    >
      {!user && (
        <FormField label="User name" errorText={wrong('username')}>
          <Input value={username} onChange={event => setUsername(event.detail.value)} autoComplete="off" />
        </FormField>
      )}
      <FormField
        label={user ? 'New password' : 'Password'}
        description={user ? 'Leave it empty to keep the one there is.' : undefined}
        constraintText={`At least ${LIMITS.passwordCharsMin} characters.`}
        errorText={wrong('password')}
      >
        <Input
          type="password"
          value={password}
          onChange={event => setPassword(event.detail.value)}
          autoComplete="new-password"
        />
      </FormField>
      <RoleChoice role={role} onChange={setRole} errorText={wrong('role')} />
    </Dialog>
  );
}

function DeleteUser({ user, onClose }: { user: User; onClose: () => void }) {
  const remove = useChange('deleteUser');
  return (
    <Confirm
      header={`Delete user ${user.username}?`}
      change={remove}
      request={{ params: { id: user.id } }}
      done={`${user.username} was deleted`}
      onClose={onClose}
    >
      {user.username} is signed out everywhere. What the audit log says about them stays.
    </Confirm>
  );
}

const COLUMNS: readonly Column<User>[] = [
  { id: 'username', header: 'User name', cell: ({ username }) => username, isRowHeader: true, width: 260 },
  { id: 'role', header: 'Role', cell: ({ role }) => roleLabel(role), width: 160 },
  {
    id: 'state',
    header: 'State',
    cell: ({ disabled }) =>
      disabled ? <StatusIndicator type="stopped">Disabled</StatusIndicator> : <StatusIndicator>Active</StatusIndicator>,
    width: 140,
  },
  { id: 'createdAt', header: 'Created', cell: ({ createdAt }) => <TimeAgo at={createdAt} />, width: 160 },
];

function actionsColumn(menu: (user: User) => readonly MenuItem[]): Column<User> {
  return {
    id: 'actions',
    header: 'Actions',
    cell: user => <Menu label={`Actions for ${user.username}`} items={menu(user)} />,
    width: 100,
  };
}

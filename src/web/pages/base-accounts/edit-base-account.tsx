import { useNavigate, useParams } from 'react-router';
import type { RequestOf } from '../../../api/contract.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { CRUMBS, PATHS } from '../../paths.ts';
import { useChange, useRead } from '../../queries.ts';
import { useNotify } from '../../shell/notices.tsx';
import { Page } from '../../shell/page.tsx';
import { BaseAccountForm } from './base-account-form.tsx';
import type { BaseAccount } from './base-accounts-table.tsx';
import { wrongAccountId } from './create-base-account.tsx';
import type { BaseAccountDraft, DraftField } from './fields.tsx';
import { BaseAccountHelp } from './help.tsx';

export function EditBaseAccount() {
  const { id = '' } = useParams();
  const read = useRead('getBaseAccount', { params: { id } });
  return (
    <Page
      title="Edit base account"
      contentType="form"
      crumbs={[CRUMBS.configuration, { text: 'Configure Base Account', href: PATHS.baseAccounts }]}
      help={HELP}
    >
      <Loaded read={read} what="the base account" heading="Edit base account">
        {baseAccount => <EditForm key={baseAccount.id} baseAccount={baseAccount} />}
      </Loaded>
    </Page>
  );
}

const HELP = <BaseAccountHelp />;

function EditForm({ baseAccount }: { baseAccount: BaseAccount }) {
  const navigate = useNavigate();
  const notify = useNotify();
  const save = useChange('changeBaseAccount');
  return (
    <BaseAccountForm
      title={`Edit ${baseAccount.title}`}
      submitText="Save"
      editing
      accountTypes={() => undefined}
      initial={draftOf(baseAccount)}
      wrongIn={(draft, field) => wrongIn(draft, field, baseAccount)}
      pending={save.isPending}
      error={save.error}
      onCancel={() => void navigate(PATHS.baseAccounts)}
      onSubmit={(draft, saveUnverified) =>
        save.mutate(
          { params: { id: baseAccount.id }, body: changeOf(draft, saveUnverified) },
          {
            onSuccess: ({ title }) => {
              notify({ type: 'success', header: `Base account “${title}” was saved` });
              void navigate(PATHS.baseAccounts);
            },
          },
        )
      }
    />
  );
}

function draftOf({ title, accountType, accountId, useInAssetView, cutover }: BaseAccount): BaseAccountDraft {
  return { title, accountType, accountId, useInAssetView, cutover, accessKeyId: '', secretAccessKey: '' };
}

/** The account type is left out, because it stays; the key is left out when it was left empty. */
function changeOf(draft: BaseAccountDraft, saveUnverified: boolean): RequestOf<'changeBaseAccount'>['body'] {
  const { title, accountId, accessKeyId, secretAccessKey, useInAssetView, cutover } = draft;
  return {
    title: title.trim(),
    accountId,
    useInAssetView,
    cutover,
    ...(accessKeyId === '' ? {} : { accessKeyId }),
    ...(secretAccessKey === '' ? {} : { secretAccessKey }),
    ...(saveUnverified ? { saveUnverified } : {}),
  };
}

function wrongIn(draft: BaseAccountDraft, field: DraftField, before: BaseAccount): string | undefined {
  const newAccount = draft.accountId !== before.accountId;
  if (field === 'title') return draft.title.trim() === '' ? 'Give the base account a title.' : undefined;
  if (field === 'accountId') return wrongAccountId(draft.accountId);
  if (field === 'accessKeyId' && newAccount && draft.accessKeyId === '') {
    return 'The new account needs an access key of its own.';
  }
  if (field === 'secretAccessKey' && draft.secretAccessKey === '' && (newAccount || draft.accessKeyId !== '')) {
    return 'Enter the secret that belongs to the access key ID.';
  }
  return undefined;
}

import { useNavigate, useParams } from 'react-router';
import { Loaded } from '../../parts/loaded.tsx';
import { CRUMBS, PATHS } from '../../paths.ts';
import { useChange, useRead } from '../../queries.ts';
import { useNotify } from '../../shell/notices.tsx';
import { Page } from '../../shell/page.tsx';
import { BaseAccountForm } from './base-account-form.tsx';
import { type BaseAccount, changeOf, draftOf } from './draft.ts';
import { BaseAccountHelp } from './help.tsx';

export function EditBaseAccount() {
  const { id = '' } = useParams();
  const read = useRead('getBaseAccount', { params: { id } });
  const crumbs = [CRUMBS.configuration, CRUMBS.baseAccounts];
  return (
    <Page
      title="Edit base account"
      contentType="form"
      crumbs={read.data ? [...crumbs, { text: read.data.title, href: PATHS.baseAccount(id) }] : crumbs}
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
  const preview = useChange('previewBaseAccountChange');
  const params = { id: baseAccount.id };
  return (
    <BaseAccountForm
      title={`Edit ${baseAccount.title}`}
      submitText="Save"
      before={baseAccount}
      accountTypes={() => undefined}
      initial={draftOf(baseAccount)}
      save={save}
      preview={preview}
      onCancel={() => void navigate(PATHS.baseAccounts)}
      onPreview={draft => preview.mutate({ params, body: changeOf(draft, baseAccount) })}
      onSubmit={(draft, saveUnverified) =>
        save.mutate(
          { params, body: { ...changeOf(draft, baseAccount), ...(saveUnverified ? { saveUnverified } : {}) } },
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

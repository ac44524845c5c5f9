import { useNavigate } from 'react-router';
import { parseAccountId } from '../../../domain/account-id.ts';
import { PARTITIONS } from '../../../domain/partition.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { CRUMBS, PATHS } from '../../paths.ts';
import { useChange, useRead } from '../../queries.ts';
import { useNotify } from '../../shell/notices.tsx';
import { Page } from '../../shell/page.tsx';
import { BaseAccountForm } from './base-account-form.tsx';
import type { BaseAccount } from './base-accounts-table.tsx';
import type { BaseAccountDraft, DraftField } from './fields.tsx';
import { BaseAccountHelp } from './help.tsx';

export function CreateBaseAccount() {
  const existing = useRead('listBaseAccounts', { query: { limit: 100 } });
  return (
    <Page
      title="Create base account"
      contentType="form"
      crumbs={[CRUMBS.configuration, { text: 'Configure Base Account', href: PATHS.baseAccounts }]}
      help={HELP}
    >
      <Loaded read={existing} what="the base accounts" heading="Create base account">
        {({ items }) => <CreateForm existing={items} />}
      </Loaded>
    </Page>
  );
}

const HELP = <BaseAccountHelp />;

function CreateForm({ existing }: { existing: readonly BaseAccount[] }) {
  const navigate = useNavigate();
  const notify = useNotify();
  const create = useChange('createBaseAccount');
  const takenBy = (accountType: string) => existing.find(other => other.accountType === accountType)?.title;
  const free = PARTITIONS.find(({ accountType }) => takenBy(accountType) === undefined);
  return (
    <BaseAccountForm
      title="Create base account"
      submitText="Create"
      editing={false}
      accountTypes={takenBy}
      initial={{ ...EMPTY, accountType: free?.accountType ?? 'global' }}
      wrongIn={wrongIn}
      pending={create.isPending}
      error={create.error}
      onCancel={() => void navigate(PATHS.baseAccounts)}
      onSubmit={(draft, saveUnverified) =>
        create.mutate(
          { body: { ...draft, title: draft.title.trim(), saveUnverified } },
          {
            onSuccess: ({ title, connectors }) => {
              notify({
                type: 'success',
                header: `Base account “${title}” was created`,
                content:
                  connectors.total === 0
                    ? 'Connectors of its account type will use it.'
                    : 'Edit the trust policy of each role so that it trusts the base account; its connectors then move by themselves.',
              });
              void navigate(PATHS.baseAccounts);
            },
          },
        )
      }
    />
  );
}

const EMPTY: BaseAccountDraft = {
  title: '',
  accountType: 'global',
  accountId: '',
  accessKeyId: '',
  secretAccessKey: '',
  useInAssetView: false,
  cutover: 'safe',
};

function wrongIn(draft: BaseAccountDraft, field: DraftField): string | undefined {
  if (field === 'title') return draft.title.trim() === '' ? 'Give the base account a title.' : undefined;
  if (field === 'accessKeyId') return draft.accessKeyId === '' ? 'Enter the access key ID.' : undefined;
  if (field === 'secretAccessKey') return draft.secretAccessKey === '' ? 'Enter the secret access key.' : undefined;
  return field === 'accountId' ? wrongAccountId(draft.accountId) : undefined;
}

export function wrongAccountId(accountId: string): string | undefined {
  if (accountId === '') return 'Enter the account ID.';
  const parsed = parseAccountId(accountId);
  return parsed.ok ? undefined : parsed.fault.detail;
}

import { useNavigate } from 'react-router';
import { PARTITIONS } from '../../../domain/partition.ts';
import { PageLink } from '../../parts/links.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { CRUMBS, PATHS } from '../../paths.ts';
import { useChange, useRead } from '../../queries.ts';
import { useNotify } from '../../shell/notices.tsx';
import { Page } from '../../shell/page.tsx';
import { BaseAccountForm } from './base-account-form.tsx';
import { type BaseAccount, emptyDraft, inputOf } from './draft.ts';
import { BaseAccountHelp } from './help.tsx';

export function CreateBaseAccount() {
  const existing = useRead('listBaseAccounts', { query: { limit: 100 } });
  return (
    <Page
      title="Create base account"
      contentType="form"
      crumbs={[CRUMBS.configuration, CRUMBS.baseAccounts]}
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
  const preview = useChange('previewBaseAccount');
  const takenBy = (accountType: string) => existing.find(other => other.accountType === accountType)?.title;
  const free = PARTITIONS.find(({ accountType }) => takenBy(accountType) === undefined);
  return (
    <BaseAccountForm
      title="Create base account"
      submitText="Create"
      before={null}
      accountTypes={takenBy}
      initial={emptyDraft(free?.accountType ?? 'global')}
      save={create}
      preview={preview}
      onCancel={() => void navigate(PATHS.baseAccounts)}
      onPreview={draft => preview.mutate({ body: inputOf(draft) })}
      onSubmit={(draft, saveUnverified) =>
        create.mutate(
          { body: { ...inputOf(draft), saveUnverified } },
          {
            onSuccess: ({ title, accountType, connectors }) => {
              notify({
                type: 'success',
                header: `Base account “${title}” was created`,
                content:
                  connectors.total === 0 ? (
                    'Connectors of its account type will use it.'
                  ) : (
                    <>
                      Connectors whose roles trust it move by themselves, the others go on as they are.{' '}
                      <PageLink href={PATHS.trustMigration(accountType)} color="inverted">
                        Trust migration
                      </PageLink>{' '}
                      shows them, and what to change in their roles.
                    </>
                  ),
              });
              void navigate(PATHS.baseAccounts);
            },
          },
        )
      }
    />
  );
}

import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import { useNavigate, useParams } from 'react-router';
import { Facts } from '../../parts/facts.tsx';
import { CopyableId } from '../../parts/failure-alert.tsx';
import { FaultAlert } from '../../parts/fault.tsx';
import { accountTypeLabel } from '../../parts/hub.tsx';
import { PageLink } from '../../parts/links.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Menu } from '../../parts/menu.tsx';
import { TimeAgo } from '../../parts/time.tsx';
import { useView } from '../../parts/view-state.ts';
import { CRUMBS, PATHS } from '../../paths.ts';
import { useRead } from '../../queries.ts';
import { useWhyNot } from '../../session.tsx';
import { Page } from '../../shell/page.tsx';
import { useBaseAccountActions } from './base-account-actions.tsx';
import { ConnectorsTab } from './connectors-tab.tsx';
import { CredentialsInShort, Proof } from './credentials.tsx';
import { KIND_WORDS } from './credentials-kinds.ts';
import { CredentialsTab } from './credentials-tab.tsx';
import type { BaseAccount } from './draft.ts';
import { HealthTab } from './health-tab.tsx';
import { BaseAccountHelp } from './help.tsx';

/** One base account: facts, its connectors and how far they are, its health as a hub, and its credentials. */
export function BaseAccountPage() {
  const { id = '' } = useParams();
  const read = useRead(
    'getBaseAccount',
    { params: { id } },
    { again: baseAccount => (baseAccount?.rotation?.state === 'running' ? 1_000 : 10_000) },
  );
  return (
    <Page title={read.data?.title ?? 'Base account'} crumbs={[CRUMBS.configuration, CRUMBS.baseAccounts]} help={HELP}>
      <Loaded read={read} what="the base account" heading="Base account">
        {baseAccount => <BaseAccountView baseAccount={baseAccount} />}
      </Loaded>
    </Page>
  );
}

const HELP = <BaseAccountHelp />;

function BaseAccountView({ baseAccount }: { baseAccount: BaseAccount }) {
  const { get, set } = useView();
  const navigate = useNavigate();
  const notOperator = useWhyNot('operator');
  const actions = useBaseAccountActions({ onDeleted: () => void navigate(PATHS.baseAccounts) });
  const tab = get('tab') || 'connectors';
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        description={`Base account of ${accountTypeLabel(baseAccount.accountType)}`}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button
              onClick={() => actions.check(baseAccount)}
              loading={actions.checking}
              loadingText="Checking"
              disabled={notOperator !== null}
              disabledReason={notOperator ?? undefined}
            >
              Check now
            </Button>
            <Menu
              variant="normal"
              text="Actions"
              label={`Actions for ${baseAccount.title}`}
              items={actions.menu(baseAccount).filter(({ text }) => text !== 'Open' && text !== 'Check now')}
            />
          </SpaceBetween>
        }
      >
        {baseAccount.title}
      </Header>
      <Banner baseAccount={baseAccount} tab={tab} />
      <KeyFacts baseAccount={baseAccount} />
      <Tabs
        ariaLabel="About the base account"
        activeTabId={tab}
        onChange={event => set({ tab: event.detail.activeTabId === 'connectors' ? '' : event.detail.activeTabId })}
        tabs={[
          { id: 'connectors', label: 'Connectors', content: <ConnectorsTab baseAccount={baseAccount} /> },
          {
            id: 'health',
            label: 'Hub health',
            // Only when somebody looks: AWS is asked for it.
            content: tab === 'health' && <HealthTab baseAccount={baseAccount} />,
          },
          {
            id: 'credentials',
            label: 'Credentials',
            content: <CredentialsTab baseAccount={baseAccount} open={actions.open} />,
          },
        ]}
      />
      {actions.dialog}
    </SpaceBetween>
  );
}

/** What somebody has to do something about. */
function Banner({ baseAccount: { id, proof, rotation }, tab }: { baseAccount: BaseAccount; tab: string }) {
  return (
    <>
      {proof?.fault && <FaultAlert fault={proof.fault} header={`The credentials do not work: ${proof.fault.title}`} />}
      {rotation?.state === 'blocked' && tab !== 'credentials' && (
        <Alert type="warning" header="The key rotation is blocked">
          It waits for somebody to decide; the connectors run on meanwhile.{' '}
          <PageLink href={PATHS.baseAccountTab(id, 'credentials')}>See why and decide</PageLink>
        </Alert>
      )}
    </>
  );
}

function KeyFacts({ baseAccount }: { baseAccount: BaseAccount }) {
  const { accountType, accountId, credentialsKind, useInAssetView, cutover, connectors, createdAt } = baseAccount;
  return (
    <Container header={<Header variant="h2">Overview</Header>}>
      <Facts
        facts={[
          { label: 'Account ID', value: <CopyableId text={accountId} what="account ID" /> },
          { label: 'Account type', value: accountTypeLabel(accountType) },
          { label: KIND_WORDS[credentialsKind].label, value: <CredentialsInShort baseAccount={baseAccount} /> },
          { label: 'Proof', value: <Proof baseAccount={baseAccount} /> },
          { label: 'Connectors on it', value: `${connectors.onThisHub} of ${connectors.total}` },
          { label: 'AssetView', value: useInAssetView ? 'Used' : 'Not used' },
          { label: 'Cutover', value: cutover === 'safe' ? 'Safe' : 'Immediate' },
          { label: 'Created', value: <TimeAgo at={createdAt} /> },
        ]}
      />
    </Container>
  );
}

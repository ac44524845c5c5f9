import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import { useLocation, useNavigate, useParams } from 'react-router';
import { isAccountType } from '../../../domain/partition.ts';
import { accountTypeLabel } from '../../parts/hub.tsx';
import { CRUMBS, PATHS } from '../../paths.ts';
import { Page } from '../../shell/page.tsx';
import { ConnectorsTable } from '../connectors/connectors-table.tsx';
import { TrustMigrationHelp } from '../trust/help.tsx';
import { TrustMigration } from '../trust/trust-migration.tsx';
import { BaseAccountsTable } from './base-accounts-table.tsx';
import { BaseAccountHelp } from './help.tsx';

/** Configuration > Amazon Web Services: connectors, the base accounts they are reached through, and their moves there. */
export function AwsConfiguration() {
  const { pathname } = useLocation();
  const { accountType = '' } = useParams();
  const navigate = useNavigate();
  const active = activeTab(pathname);
  const { title, help } = TABS[active];
  const crumbs = [...CRUMBS_HERE, ...(active === 'connectors' ? [] : [CRUMBS.configuration])];
  return (
    <Page
      title={isAccountType(accountType) ? accountTypeLabel(accountType) : title}
      crumbs={isAccountType(accountType) ? [...crumbs, { text: title, href: PATHS.trustMigrations }] : crumbs}
      help={help}
    >
      <SpaceBetween size="m">
        <Header variant="h1" description="Which accounts are connected, and through which of your own accounts.">
          Amazon Web Services
        </Header>
        <Tabs
          ariaLabel="Amazon Web Services"
          activeTabId={active}
          onChange={event => void navigate(event.detail.activeTabHref ?? PATHS.awsConnectors)}
          tabs={[
            {
              id: 'connectors',
              label: 'Connectors',
              href: PATHS.awsConnectors,
              content: active === 'connectors' && <ConnectorsTable variant="container" />,
            },
            {
              id: 'base-accounts',
              label: 'Configure Base Account',
              href: PATHS.baseAccounts,
              content: active === 'base-accounts' && <BaseAccountsTable />,
            },
            {
              id: 'trust-migration',
              label: 'Trust migration',
              href: PATHS.trustMigrations,
              content: active === 'trust-migration' && <TrustMigration />,
            },
          ]}
        />
      </SpaceBetween>
    </Page>
  );
}

const CRUMBS_HERE = [{ text: 'Configuration', href: PATHS.awsConnectors }];

const TABS = {
  connectors: { title: 'Amazon Web Services', help: <BaseAccountHelp /> },
  'base-accounts': { title: 'Configure Base Account', help: <BaseAccountHelp /> },
  'trust-migration': { title: 'Trust migration', help: <TrustMigrationHelp /> },
} as const;

function activeTab(pathname: string): keyof typeof TABS {
  if (pathname === PATHS.baseAccounts) return 'base-accounts';
  return pathname.startsWith(PATHS.trustMigrations) ? 'trust-migration' : 'connectors';
}

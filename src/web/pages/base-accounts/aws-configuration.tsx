import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import { useLocation, useNavigate } from 'react-router';
import { PATHS } from '../../paths.ts';
import { Page } from '../../shell/page.tsx';
import { ConnectorsTable } from '../connectors/connectors-table.tsx';
import { BaseAccountsTable } from './base-accounts-table.tsx';
import { BaseAccountHelp } from './help.tsx';

const CRUMBS_HERE = [{ text: 'Configuration', href: PATHS.awsConnectors }];

/** Configuration > Amazon Web Services: connectors, and the base accounts they are reached through. */
export function AwsConfiguration() {
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const active = pathname === PATHS.baseAccounts ? 'base-accounts' : 'connectors';
  return (
    <Page
      title={active === 'connectors' ? 'Amazon Web Services' : 'Configure Base Account'}
      crumbs={
        active === 'connectors'
          ? CRUMBS_HERE
          : [...CRUMBS_HERE, { text: 'Amazon Web Services', href: PATHS.awsConnectors }]
      }
      help={HELP}
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
          ]}
        />
      </SpaceBetween>
    </Page>
  );
}

const HELP = <BaseAccountHelp />;

import Box from '@cloudscape-design/components/box';
import Spinner from '@cloudscape-design/components/spinner';
import type { ComponentType } from 'react';
import { createBrowserRouter, type RouteObject, replace } from 'react-router';
import { Failed } from './pages/failed.tsx';
import { PATHS } from './paths.ts';

/** Where somebody signs in who wanted to go to `wanted` (path and search). */
export function signInPath(wanted: string): string {
  return wanted === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(wanted)}`;
}

/** Every page of the application. Each is loaded when it is first shown. */
export function createRouter() {
  return createBrowserRouter([
    {
      HydrateFallback: Waiting,
      ErrorBoundary: Failed,
      children: [
        { path: '/sign-in', lazy: page(async () => (await import('./pages/sign-in.tsx')).SignIn) },
        {
          lazy: page(async () => (await import('./shell/signed-in.tsx')).SignedIn),
          children: [
            { index: true, loader: () => replace(PATHS.overview) },
            { path: '/configuration/aws', loader: () => replace(PATHS.awsConnectors) },
            { ErrorBoundary: Failed, children: PAGES },
          ],
        },
      ],
    },
  ]);
}

const PAGES: RouteObject[] = [
  { path: PATHS.overview, lazy: page(async () => (await import('./pages/overview.tsx')).Overview) },
  {
    path: PATHS.connectors,
    lazy: page(async () => (await import('./pages/connectors/connectors-page.tsx')).ConnectorsPage),
  },
  {
    path: PATHS.connector(':id'),
    lazy: page(async () => (await import('./pages/connectors/connector-page.tsx')).ConnectorPage),
  },
  {
    path: PATHS.editConnector(':id'),
    lazy: page(async () => (await import('./pages/connectors/edit-connector.tsx')).EditConnector),
  },
  {
    path: PATHS.run(':id', ':runId'),
    lazy: page(async () => (await import('./pages/connectors/run-page.tsx')).RunPage),
  },
  {
    path: PATHS.createConnector,
    lazy: page(async () => (await import('./pages/connectors/wizard.tsx')).CreateConnectorWizard),
  },
  {
    path: PATHS.resources,
    lazy: page(async () => (await import('./pages/assets/resources-page.tsx')).ResourcesPage),
  },
  { path: PATHS.runs, lazy: page(async () => (await import('./pages/runs/runs-page.tsx')).RunsPage) },
  {
    path: PATHS.readiness,
    lazy: page(async () => (await import('./pages/readiness/readiness-page.tsx')).ReadinessPage),
  },
  {
    path: PATHS.instances,
    lazy: page(async () => (await import('./pages/assets/instances-page.tsx')).InstancesPage),
  },
  { path: PATHS.assets, lazy: page(async () => (await import('./pages/assets/assets-page.tsx')).AssetsPage) },
  { path: PATHS.asset(':id'), lazy: page(async () => (await import('./pages/assets/asset-page.tsx')).AssetPage) },
  {
    path: PATHS.assetViewConnectors,
    lazy: page(async () => (await import('./pages/connectors/asset-view-connectors.tsx')).AssetViewConnectors),
  },
  { path: PATHS.awsConnectors, lazy: awsConfiguration() },
  { path: PATHS.baseAccounts, lazy: awsConfiguration() },
  { path: PATHS.trustMigrations, lazy: awsConfiguration() },
  { path: PATHS.trustMigration(':accountType'), lazy: awsConfiguration() },
  {
    path: PATHS.trustPolicy,
    lazy: page(async () => (await import('./pages/trust/trust-policy-page.tsx')).TrustPolicyPage),
  },
  {
    path: PATHS.createBaseAccount,
    lazy: page(async () => (await import('./pages/base-accounts/create-base-account.tsx')).CreateBaseAccount),
  },
  {
    path: PATHS.baseAccount(':id'),
    lazy: page(async () => (await import('./pages/base-accounts/base-account-page.tsx')).BaseAccountPage),
  },
  {
    path: PATHS.editBaseAccount(':id'),
    lazy: page(async () => (await import('./pages/base-accounts/edit-base-account.tsx')).EditBaseAccount),
  },
  { path: PATHS.alerts, lazy: page(async () => (await import('./pages/alerts/alerts-page.tsx')).AlertsPage) },
  { path: PATHS.alert(':id'), lazy: page(async () => (await import('./pages/alerts/alert-page.tsx')).AlertPage) },
  {
    path: PATHS.alertChannels,
    lazy: page(async () => (await import('./pages/alerts/channels-page.tsx')).AlertChannelsPage),
  },
  { path: PATHS.users, lazy: page(async () => (await import('./pages/administration/users-page.tsx')).UsersPage) },
  { path: PATHS.tokens, lazy: page(async () => (await import('./pages/administration/tokens-page.tsx')).TokensPage) },
  { path: PATHS.audit, lazy: page(async () => (await import('./pages/administration/audit-page.tsx')).AuditPage) },
  { path: PATHS.password, lazy: page(async () => (await import('./pages/change-password.tsx')).ChangePassword) },
  { path: '*', lazy: page(async () => (await import('./pages/not-found.tsx')).NotFound) },
];

function awsConfiguration() {
  return page(async () => (await import('./pages/base-accounts/aws-configuration.tsx')).AwsConfiguration);
}

function page(load: () => Promise<ComponentType>) {
  return async () => ({ Component: await load() });
}

function Waiting() {
  return (
    <Box textAlign="center" padding="xxxl">
      <Spinner size="large" />
    </Box>
  );
}

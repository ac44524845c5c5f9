/** The addresses of pages, so that no page spells another one's. */
export const PATHS = {
  overview: '/cloudview/overview',
  connectors: '/cloudview/connectors',
  connector: (id: string) => `/cloudview/connectors/${id}`,
  /** The tab itself is brought into view: what stands above it can be long. */
  connectorTab: (id: string, tab: string) => `/cloudview/connectors/${id}?tab=${tab}#tab`,
  editConnector: (id: string) => `/cloudview/connectors/${id}/edit`,
  run: (connectorId: string, runId: string) => `/cloudview/connectors/${connectorId}/runs/${runId}`,
  createConnector: '/configuration/aws/connectors/create',
  resources: '/cloudview/resources',
  instances: '/assetview/instances',
  assets: '/assetview/assets',
  assetViewConnectors: '/assetview/connectors',
  asset: (id: string) => `/assetview/assets/${id}`,
  awsConnectors: '/configuration/aws/connectors',
  baseAccounts: '/configuration/aws/base-accounts',
  createBaseAccount: '/configuration/aws/base-accounts/create',
  baseAccount: (id: string) => `/configuration/aws/base-accounts/${id}`,
  baseAccountTab: (id: string, tab: string) => `/configuration/aws/base-accounts/${id}?tab=${tab}`,
  editBaseAccount: (id: string) => `/configuration/aws/base-accounts/${id}/edit`,
  trustMigrations: '/configuration/aws/trust-migrations',
  trustMigration: (accountType: string) => `/configuration/aws/trust-migrations/${accountType}`,
  trustPolicy: '/tools/trust-policy',
  trustPolicyOf: (connectorId: string) => `/tools/trust-policy?connector=${connectorId}`,
  users: '/administration/users',
  tokens: '/administration/tokens',
  audit: '/administration/audit',
  password: '/password',
} as const;

export const CRUMBS = {
  cloudView: { text: 'CloudView', href: PATHS.overview },
  assetView: { text: 'AssetView', href: PATHS.instances },
  configuration: { text: 'Amazon Web Services', href: PATHS.awsConnectors },
  baseAccounts: { text: 'Configure Base Account', href: PATHS.baseAccounts },
  tools: { text: 'Tools', href: PATHS.trustPolicy },
  administration: { text: 'Administration', href: PATHS.users },
} as const;

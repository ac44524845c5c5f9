import { z } from 'zod';
import type { Role } from '../domain/role.ts';
import * as s from './schemas.ts';

/**
 * Every route of the REST API, in one table: server, OpenAPI document, permissions, CLI and web client are all made from
 * it. A handler without a row cannot be registered and a row without a handler stops the server at start, so nothing is
 * reachable that is not listed here with who may reach it.
 *
 * Paths are below /api/v1. `access` is the least role that may call: reader < operator < administrator. `public` needs no
 * sign-in; `session` is for any user who signed in with a password, and not for tokens.
 */
export const ROUTES = {
  getOpenApi: {
    method: 'GET',
    path: '/openapi.json',
    access: 'public',
    summary: 'This API as an OpenAPI 3.1 document',
    status: 200,
    reply: z.record(z.string(), z.unknown()),
  },

  // — session —
  signIn: {
    method: 'POST',
    path: '/session',
    access: 'public',
    summary: 'Sign in',
    body: s.signIn,
    status: 200,
    reply: s.session,
  },
  getSession: {
    method: 'GET',
    path: '/session',
    access: 'session',
    summary: 'Who is signed in',
    status: 200,
    reply: s.session,
  },
  signOut: { method: 'DELETE', path: '/session', access: 'session', summary: 'Sign out', status: 204 },
  changeOwnPassword: {
    method: 'POST',
    path: '/session/password',
    access: 'session',
    summary: 'Change one’s own password; ends one’s other sessions',
    body: s.ownPasswordChange,
    status: 204,
  },

  // — people —
  listUsers: {
    method: 'GET',
    path: '/users',
    access: 'administrator',
    summary: 'List users',
    query: s.page,
    status: 200,
    reply: s.listOf(s.user),
  },
  createUser: {
    method: 'POST',
    path: '/users',
    access: 'administrator',
    summary: 'Create a user',
    body: s.userInput,
    status: 201,
    reply: s.user,
  },
  changeUser: {
    method: 'PATCH',
    path: '/users/:id',
    access: 'administrator',
    summary: 'Change a user',
    params: s.byId,
    body: s.userChange,
    status: 200,
    reply: s.user,
  },
  deleteUser: {
    method: 'DELETE',
    path: '/users/:id',
    access: 'administrator',
    summary: 'Delete a user',
    params: s.byId,
    status: 204,
  },
  listTokens: {
    method: 'GET',
    path: '/tokens',
    access: 'reader',
    summary: 'List one’s own API tokens; for administrators everybody’s',
    query: s.page,
    status: 200,
    reply: s.listOf(s.apiToken),
  },
  createToken: {
    method: 'POST',
    path: '/tokens',
    access: 'reader',
    summary: 'Create an API token, with at most one’s own role',
    body: s.apiTokenInput,
    status: 201,
    reply: s.newApiToken,
  },
  deleteToken: {
    method: 'DELETE',
    path: '/tokens/:id',
    access: 'reader',
    summary: 'Delete an API token of one’s own; for administrators anybody’s',
    params: s.byId,
    status: 204,
  },
  listAudit: {
    method: 'GET',
    path: '/audit',
    access: 'administrator',
    summary: 'Read the audit log, newest first',
    query: s.page,
    status: 200,
    reply: s.listOf(s.auditEntry),
  },
  verifyAudit: {
    method: 'POST',
    path: '/audit/verify',
    access: 'administrator',
    summary: 'Verify the audit log’s hash chain',
    status: 200,
    reply: s.auditVerdict,
  },

  // — hubs —
  listPlatformAccounts: {
    method: 'GET',
    path: '/platform-accounts',
    access: 'reader',
    summary: 'List the platform account of each account type',
    status: 200,
    reply: z.object({ items: z.array(s.platformAccount) }),
  },
  listBaseAccounts: {
    method: 'GET',
    path: '/base-accounts',
    access: 'reader',
    summary: 'List base accounts',
    query: s.page,
    status: 200,
    reply: s.listOf(s.baseAccount),
  },
  createBaseAccount: {
    method: 'POST',
    path: '/base-accounts',
    access: 'administrator',
    summary: 'Create a base account',
    body: s.baseAccountInput,
    status: 201,
    reply: s.baseAccount,
  },
  getBaseAccount: {
    method: 'GET',
    path: '/base-accounts/:id',
    access: 'reader',
    summary: 'Read a base account',
    params: s.byId,
    status: 200,
    reply: s.baseAccount,
  },
  changeBaseAccount: {
    method: 'PATCH',
    path: '/base-accounts/:id',
    access: 'administrator',
    summary: 'Change a base account',
    params: s.byId,
    body: s.baseAccountChange,
    status: 200,
    reply: s.baseAccount,
  },
  deleteBaseAccount: {
    method: 'DELETE',
    path: '/base-accounts/:id',
    access: 'administrator',
    summary:
      'Delete a base account; its connectors go back to the platform account. Refused while some would stop working, unless their number is confirmed',
    params: s.byId,
    query: z.strictObject({ confirmBreaking: z.coerce.number().int().min(0).optional() }),
    status: 204,
  },
  previewBaseAccount: {
    method: 'POST',
    path: '/base-accounts/preview',
    access: 'administrator',
    summary: 'What creating a base account would do to each connector; nothing is saved',
    body: s.baseAccountInput,
    status: 200,
    reply: s.impact,
  },
  impactOfBaseAccount: {
    method: 'GET',
    path: '/base-accounts/:id/impact',
    access: 'operator',
    summary: 'What deleting, rolling back or cutting over would do to each connector, proved by trying it now',
    params: s.byId,
    query: z.strictObject({ change: s.impactChange.exclude(['edit']) }),
    status: 200,
    reply: s.impact,
  },
  previewBaseAccountChange: {
    method: 'POST',
    path: '/base-accounts/:id/impact',
    access: 'administrator',
    summary: 'What a change of a base account’s ID or keys would do to each connector; nothing is saved',
    params: s.byId,
    body: s.baseAccountChange,
    status: 200,
    reply: s.impact,
  },
  rollBackBaseAccount: {
    method: 'POST',
    path: '/base-accounts/:id/roll-back',
    access: 'administrator',
    summary: 'Make the credentials before the current ones the base account’s again, while they are kept',
    params: s.byId,
    status: 200,
    reply: s.baseAccount,
  },
  forgetEarlierCredentials: {
    method: 'DELETE',
    path: '/base-accounts/:id/earlier',
    access: 'administrator',
    summary: 'Destroy replaced credentials now; connectors that still run through them stop working',
    params: s.byId,
    query: z.strictObject({ confirmBreaking: z.coerce.number().int().min(0).optional() }),
    status: 200,
    reply: s.baseAccount,
  },
  hubHealth: {
    method: 'GET',
    path: '/base-accounts/:id/health',
    access: 'operator',
    summary: 'What the base account’s identity may do, asked of AWS now, and who still trusts a retired hub',
    params: s.byId,
    status: 200,
    reply: s.hubHealth,
  },
  startKeyRotation: {
    method: 'POST',
    path: '/base-accounts/:id/rotation',
    access: 'administrator',
    summary: 'Replace the access key by a new one that Causeway makes itself',
    params: s.byId,
    status: 201,
    reply: s.keyRotation,
  },
  getKeyRotation: {
    method: 'GET',
    path: '/base-accounts/:id/rotation',
    access: 'reader',
    summary: 'Read the latest key rotation',
    params: s.byId,
    status: 200,
    reply: s.keyRotation,
  },
  decideKeyRotation: {
    method: 'POST',
    path: '/base-accounts/:id/rotation/decision',
    access: 'administrator',
    summary: 'Retry or abandon a blocked key rotation, or delete the unknown key that blocks it',
    params: s.byId,
    body: s.rotationDecision,
    status: 200,
    reply: s.keyRotation,
  },
  checkBaseAccount: {
    method: 'POST',
    path: '/base-accounts/:id/check',
    access: 'operator',
    summary: 'Prove a base account’s credentials now',
    params: s.byId,
    status: 200,
    reply: s.identityProof,
  },
  hubPolicy: {
    method: 'GET',
    path: '/base-accounts/:id/policy',
    access: 'reader',
    summary: 'The least policies that the base account’s identity needs',
    params: s.byId,
    status: 200,
    reply: s.hubPolicies,
  },

  // — connectors —
  listConnectors: {
    method: 'GET',
    path: '/connectors',
    access: 'reader',
    summary: 'List connectors',
    status: 200,
    reply: s.listOf(s.connector),
    query: s.page.extend({
      accountType: s.accountType.optional(),
      state: s.connectorState.optional(),
      search: z.string().max(255).optional(),
    }),
  },
  createConnector: {
    method: 'POST',
    path: '/connectors',
    access: 'operator',
    summary: 'Create a connector',
    body: s.connectorInput,
    status: 201,
    reply: s.connector,
  },
  roleSetup: {
    method: 'GET',
    path: '/role-setup',
    access: 'operator',
    summary: 'The role to create for a connector of an account type, before the connector exists',
    query: s.roleSetupQuery,
    status: 200,
    reply: s.roleSetup,
  },
  getConnector: {
    method: 'GET',
    path: '/connectors/:id',
    access: 'reader',
    summary: 'Read a connector',
    params: s.byId,
    status: 200,
    reply: s.connector,
  },
  changeConnector: {
    method: 'PATCH',
    path: '/connectors/:id',
    access: 'operator',
    summary: 'Change a connector',
    params: s.byId,
    body: s.connectorChange,
    status: 200,
    reply: s.connector,
  },
  deleteConnector: {
    method: 'DELETE',
    path: '/connectors/:id',
    access: 'operator',
    summary: 'Delete a connector and keep its assets as detached or delete them too',
    params: s.byId,
    status: 204,
    query: z.strictObject({ assets: z.enum(['detach', 'delete']) }),
  },
  checkConnector: {
    method: 'POST',
    path: '/connectors/:id/check',
    access: 'operator',
    summary: 'Check a connector now',
    params: s.byId,
    status: 200,
    reply: s.checkResult,
  },
  connectorRoleSetup: {
    method: 'GET',
    path: '/connectors/:id/role-setup',
    access: 'reader',
    summary: 'The role this connector expects',
    params: s.byId,
    status: 200,
    reply: s.roleSetup,
  },
  connectorReadiness: {
    method: 'GET',
    path: '/connectors/:id/readiness',
    access: 'reader',
    summary:
      'How fresh each scope of a connector is, why those that are not are not, and the policy change that mends it',
    params: s.byId,
    status: 200,
    reply: s.connectorReadiness,
  },
  addToAssetView: {
    method: 'PUT',
    path: '/connectors/:id/asset-view',
    access: 'operator',
    summary: 'Make a connector’s assets available in AssetView',
    params: s.byId,
    status: 200,
    reply: s.connector,
  },
  removeFromAssetView: {
    method: 'DELETE',
    path: '/connectors/:id/asset-view',
    access: 'operator',
    summary: 'Remove a connector from AssetView; "Use in AssetView" will not put it back',
    params: s.byId,
    status: 200,
    reply: s.connector,
  },

  // — trust —
  evaluateTrust: {
    method: 'POST',
    path: '/trust/evaluate',
    access: 'reader',
    summary: 'Whether a principal may assume a role by a trust policy, and what is weak in the policy',
    body: s.trustQuestion,
    status: 200,
    reply: s.trustAnswer,
  },

  adviseTrust: {
    method: 'POST',
    path: '/trust/advise',
    access: 'reader',
    summary: 'The smallest edit of a trust policy that admits a hub',
    body: s.trustAdviceQuestion,
    status: 200,
    reply: s.trustAdvice,
  },
  connectorTrust: {
    method: 'GET',
    path: '/connectors/:id/trust',
    access: 'reader',
    summary: 'Whether the role of a connector trusts its target hub, why not, and the change that mends it',
    params: s.byId,
    query: z.strictObject({ form: s.trustForm.optional() }),
    status: 200,
    reply: s.connectorTrust,
  },
  listTrustMigrations: {
    method: 'GET',
    path: '/trust-migrations',
    access: 'reader',
    summary: 'How far the connectors of each account type have moved to their target hub',
    status: 200,
    reply: z.object({ items: z.array(s.trustMigration) }),
  },
  getTrustMigration: {
    method: 'GET',
    path: '/trust-migrations/:accountType',
    access: 'reader',
    summary: 'How far the connectors of one account type have moved to their target hub',
    params: s.byAccountType,
    status: 200,
    reply: s.trustMigration,
  },
  listMigrationConnectors: {
    method: 'GET',
    path: '/trust-migrations/:accountType/connectors',
    access: 'reader',
    summary: 'List the connectors of an account type by how they stand to their target hub',
    params: s.byAccountType,
    query: s.page.extend({ state: s.trustState.optional(), search: z.string().max(255).optional() }),
    status: 200,
    reply: s.listOf(s.migrationConnector),
  },
  trustEdits: {
    method: 'GET',
    path: '/trust-migrations/:accountType/edits',
    access: 'reader',
    summary: 'Files that change the trust policies of the roles, to be run or deployed in AWS',
    params: s.byAccountType,
    query: s.editsQuery,
    status: 200,
    reply: s.trustEdits,
  },
  startRecheck: {
    method: 'POST',
    path: '/trust-migrations/:accountType/recheck',
    access: 'operator',
    summary: 'Check every connector of an account type now',
    params: s.byAccountType,
    status: 201,
    reply: s.recheck,
  },
  getRecheck: {
    method: 'GET',
    path: '/rechecks/:id',
    access: 'reader',
    summary: 'Read how far a re-check is',
    params: s.byId,
    status: 200,
    reply: s.recheck,
  },
  cancelRecheck: {
    method: 'POST',
    path: '/rechecks/:id/cancel',
    access: 'operator',
    summary: 'Stop a re-check',
    params: s.byId,
    status: 200,
    reply: s.recheck,
  },

  // — readiness —
  getReadiness: {
    method: 'GET',
    path: '/readiness',
    access: 'reader',
    summary:
      'How fresh the scopes of all enabled connectors are, by region and asset type, and the causes why they are not',
    query: s.readinessQuery,
    status: 200,
    reply: s.readinessOfMany,
  },
  listNotFresh: {
    method: 'GET',
    path: '/readiness/connectors',
    access: 'reader',
    summary: 'List the connectors whose scope at one region and asset type is not fresh',
    query: s.placeQuery,
    status: 200,
    reply: s.listOf(s.notFresh),
  },

  // — runs —
  startRun: {
    method: 'POST',
    path: '/connectors/:id/runs',
    access: 'operator',
    summary: 'Run a connector now',
    params: s.byId,
    status: 201,
    reply: s.run,
  },
  listRuns: {
    method: 'GET',
    path: '/connectors/:id/runs',
    access: 'reader',
    summary: 'List a connector’s runs, newest first',
    params: s.byId,
    query: s.page,
    status: 200,
    reply: s.listOf(s.run),
  },
  listAllRuns: {
    method: 'GET',
    path: '/runs',
    access: 'reader',
    summary: 'List the runs of all connectors, newest first',
    query: s.allRunsQuery,
    status: 200,
    reply: s.listOf(s.runOfAny),
  },
  getRun: {
    method: 'GET',
    path: '/runs/:id',
    access: 'reader',
    summary: 'Read a run with its scopes',
    params: s.byId,
    status: 200,
    reply: s.runWithScopes,
  },

  // — alerts —
  listAlerts: {
    method: 'GET',
    path: '/alerts',
    access: 'reader',
    summary: 'List alerts, newest first: one for each cause why connectors have not been complete for too long',
    query: s.page.extend({ state: s.alertState.optional() }),
    status: 200,
    reply: s.listOf(s.alert),
  },
  getAlert: {
    method: 'GET',
    path: '/alerts/:id',
    access: 'reader',
    summary: 'Read an alert',
    params: s.byId,
    status: 200,
    reply: s.alert,
  },
  listAlertConnectors: {
    method: 'GET',
    path: '/alerts/:id/connectors',
    access: 'reader',
    summary: 'List the connectors that fail for the cause of an alert now, by name',
    params: s.byId,
    query: s.page,
    status: 200,
    reply: s.listOf(s.alertConnector),
  },
  listAlertChannels: {
    method: 'GET',
    path: '/alert-channels',
    access: 'administrator',
    summary: 'List the channels through which alerts are told',
    query: s.page,
    status: 200,
    reply: s.listOf(s.alertChannel),
  },
  createAlertChannel: {
    method: 'POST',
    path: '/alert-channels',
    access: 'administrator',
    summary: 'Create an alert channel: a webhook, or e-mail through a mail server',
    body: s.alertChannelInput,
    status: 201,
    reply: s.alertChannel,
  },
  getAlertChannel: {
    method: 'GET',
    path: '/alert-channels/:id',
    access: 'administrator',
    summary: 'Read an alert channel',
    params: s.byId,
    status: 200,
    reply: s.alertChannel,
  },
  changeAlertChannel: {
    method: 'PATCH',
    path: '/alert-channels/:id',
    access: 'administrator',
    summary: 'Change an alert channel; a secret that is not given stays',
    params: s.byId,
    body: s.alertChannelChange,
    status: 200,
    reply: s.alertChannel,
  },
  deleteAlertChannel: {
    method: 'DELETE',
    path: '/alert-channels/:id',
    access: 'administrator',
    summary: 'Delete an alert channel',
    params: s.byId,
    status: 204,
  },
  testAlertChannel: {
    method: 'POST',
    path: '/alert-channels/:id/test',
    access: 'administrator',
    summary: 'Send a test message through an alert channel now',
    params: s.byId,
    status: 200,
    reply: s.alertChannelTest,
  },
  listAlertDeliveries: {
    method: 'GET',
    path: '/alert-channels/:id/deliveries',
    access: 'administrator',
    summary: 'List the messages of an alert channel, newest first, and how their delivery went',
    params: s.byId,
    query: s.page,
    status: 200,
    reply: s.listOf(s.alertDelivery),
  },

  // — assets —
  listAssetTypes: {
    method: 'GET',
    path: '/asset-types',
    access: 'reader',
    summary: 'List asset types with their searchable properties',
    status: 200,
    reply: z.object({ items: z.array(s.assetTypeInfo) }),
  },
  listAssets: {
    method: 'GET',
    path: '/assets',
    access: 'reader',
    summary: 'Search assets',
    query: s.assetQuery,
    status: 200,
    reply: s.assetPage,
  },
  countAssets: {
    method: 'GET',
    path: '/assets/counts',
    access: 'reader',
    summary: 'Count assets by a property',
    query: s.assetCountsQuery,
    status: 200,
    reply: s.assetCounts,
  },
  getAsset: {
    method: 'GET',
    path: '/assets/:id',
    access: 'reader',
    summary: 'Read an asset',
    params: s.byId,
    status: 200,
    reply: s.asset,
  },
  assetHistory: {
    method: 'GET',
    path: '/assets/:id/history',
    access: 'reader',
    summary: 'What changed on an asset, newest first',
    params: s.byId,
    query: s.page,
    status: 200,
    reply: s.listOf(s.assetChange),
  },
} as const satisfies Record<string, Route>;

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: `/${string}`;
  readonly access: Access;
  readonly summary: string;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly status: 200 | 201 | 204;
  readonly reply?: z.ZodType;
}

export type Access = 'public' | 'session' | Role;
export type RouteName = keyof typeof ROUTES;

export const ROUTE_NAMES = Object.keys(ROUTES).filter((name): name is RouteName => name in ROUTES);
export const API_PREFIX = '/api/v1';

type PartOf<Name extends RouteName, Part extends 'params' | 'query' | 'body'> =
  (typeof ROUTES)[Name] extends Record<Part, infer Schema extends z.ZodType> ? Schema : never;

/** What a caller of a route sends: params, query and body, each only where the route has it. */
export type RequestOf<Name extends RouteName> = {
  [Part in 'params' | 'query' | 'body' as PartOf<Name, Part> extends never ? never : Part]: z.input<PartOf<Name, Part>>;
};

/** What a handler receives: the same, parsed and with defaults filled in. */
export type InputOf<Name extends RouteName> = {
  [Part in 'params' | 'query' | 'body' as PartOf<Name, Part> extends never ? never : Part]: z.output<
    PartOf<Name, Part>
  >;
};

export type ReplyOf<Name extends RouteName> = (typeof ROUTES)[Name] extends { reply: infer Schema extends z.ZodType }
  ? z.output<Schema>
  : undefined;

import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import path from 'node:path';
import { z } from 'zod';
import { fault } from './domain/faults.ts';
import { LIMITS } from './domain/limits.ts';
import { ACCOUNT_TYPES, type AccountType } from './domain/partition.ts';
import { failed, ok, type Result } from './domain/result.ts';
import { parseRoleArn } from './domain/role-arn.ts';

/** The environment, read once. Nobody else touches process.env. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** Names by which browsers may reach this server, beyond the loopback names; guards against DNS rebinding. */
  readonly allowedHosts: readonly string[];
  /** Addresses or networks of reverse proxies whose X-Forwarded-* headers are believed; none unless named. */
  readonly trustedProxies: readonly string[];
  readonly dataDir: string;
  /** Absent: the embedded PostgreSQL in the data directory. */
  readonly databaseUrl?: string;
  /** Where the master keys come from; `create` makes one on the first start. */
  readonly masterKey:
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'file'; readonly path: string; readonly create: boolean };
  readonly adminPassword?: string;
  readonly platformAccounts: PlatformAccounts;
  readonly awsEndpoints: AwsEndpoints;
  readonly awsMachine: AwsMachine;
  /** How much of each of an account's quotas at AWS its runs may take, in per cent. */
  readonly awsQuotaSharePercent: number;
  /** In which of a connector's runs a region and type is read again that is proved empty; 1: in all. */
  readonly emptyScopesEvery: number;
  readonly logLevel: string;
  /** Addresses and networks that alerts may be sent to although they belong to this machine; none unless named. */
  readonly alertNetworks: readonly string[];
  /** How long runs that are over, and the history of assets, are kept, in days; 0: for ever. */
  readonly retention: { readonly runDays: number; readonly historyDays: number };
}

/** The identity the deployment runs as, per account type; only what is named here is ever used. */
export type PlatformAccounts = Partial<Record<AccountType, PlatformAccount>>;

export type PlatformAccount = z.infer<typeof platformAccountShape>;

/** `all` from AWS_ENDPOINT_URL; `byService` from AWS_ENDPOINT_URL_<SERVICE>, keyed by the lower-case service name such as `sts`. */
export interface AwsEndpoints {
  readonly all?: string;
  readonly byService: Readonly<Record<string, string>>;
}

/**
 * Where AWS's runtimes let a machine's own role be asked for; only hubs that name it do. Whether it can be used is judged
 * then: these variables are not Causeway's, and must not keep it from starting.
 */
export interface AwsMachine {
  readonly metadataEndpoint?: string;
  readonly containerRelativeUri?: string;
  readonly containerFullUri?: string;
  readonly containerToken?: string;
  readonly containerTokenFile?: string;
}

const platformAccountShape = z.strictObject({
  accountId: z.string().regex(/^\d{12}$/, 'an account ID has exactly twelve digits'),
  credentials: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('access-key'),
      accessKeyId: z.string().min(16),
      secretAccessKey: z.string().min(1),
    }),
    z.strictObject({ kind: z.literal('instance-profile') }),
    z.strictObject({ kind: z.literal('container-role') }),
    z.strictObject({
      kind: z.literal('web-identity'),
      roleArn: z.string().refine(text => parseRoleArn(text).ok, 'it is not the ARN of an IAM role'),
      tokenFile: z.string().refine(path.isAbsolute, 'it is not an absolute path'),
    }),
    z.strictObject({ kind: z.literal('default-chain') }),
  ]),
});
const platformAccountsShape = z.partialRecord(z.enum(ACCOUNT_TYPES), platformAccountShape);

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads every setting; the first that cannot be used is a fault that names its variable. */
export function readConfig(env: Environment = process.env): Result<Config> {
  const port = readPort(env.PORT);
  if (!port.ok) return port;
  const platformAccounts = readPlatformAccounts(env.CAUSEWAY_PLATFORM_ACCOUNTS);
  if (!platformAccounts.ok) return platformAccounts;
  const awsEndpoints = readAwsEndpoints(env);
  if (!awsEndpoints.ok) return awsEndpoints;
  const dataDir = path.resolve(env.CAUSEWAY_DATA_DIR || './.causeway');
  const databaseUrl = readDatabaseUrl(env.DATABASE_URL);
  if (!databaseUrl.ok) return databaseUrl;
  const masterKey = readMasterKey(env, { dataDir, embedded: databaseUrl.value === undefined });
  if (!masterKey.ok) return masterKey;
  const trustedProxies = readNetworks('CAUSEWAY_TRUSTED_PROXIES', env.CAUSEWAY_TRUSTED_PROXIES);
  if (!trustedProxies.ok) return trustedProxies;
  const share = readWhole(env.CAUSEWAY_AWS_QUOTA_SHARE, QUOTA_SHARE);
  if (!share.ok) return share;
  const alertNetworks = readNetworks('CAUSEWAY_ALERT_NETWORKS', env.CAUSEWAY_ALERT_NETWORKS);
  if (!alertNetworks.ok) return alertNetworks;
  const emptyScopesEvery = readWhole(env.CAUSEWAY_EMPTY_SCOPES_EVERY, EMPTY_SCOPES_EVERY);
  if (!emptyScopesEvery.ok) return emptyScopesEvery;
  const logLevel = readLogLevel(env.CAUSEWAY_LOG_LEVEL);
  if (!logLevel.ok) return logLevel;
  const runDays = readDays(env.CAUSEWAY_RUN_DAYS, { variable: 'CAUSEWAY_RUN_DAYS', otherwise: 30 });
  if (!runDays.ok) return runDays;
  const historyDays = readDays(env.CAUSEWAY_HISTORY_DAYS, { variable: 'CAUSEWAY_HISTORY_DAYS', otherwise: 365 });
  if (!historyDays.ok) return historyDays;
  return ok(
    Object.freeze({
      host: env.HOST || '127.0.0.1',
      port: port.value,
      allowedHosts: readList(env.CAUSEWAY_ALLOWED_HOSTS),
      trustedProxies: trustedProxies.value,
      dataDir,
      ...(databaseUrl.value === undefined ? {} : { databaseUrl: databaseUrl.value }),
      masterKey: masterKey.value,
      ...(env.CAUSEWAY_ADMIN_PASSWORD ? { adminPassword: env.CAUSEWAY_ADMIN_PASSWORD } : {}),
      platformAccounts: platformAccounts.value,
      awsEndpoints: awsEndpoints.value,
      awsMachine: readAwsMachine(env),
      awsQuotaSharePercent: share.value,
      emptyScopesEvery: emptyScopesEvery.value,
      logLevel: logLevel.value,
      alertNetworks: alertNetworks.value,
      retention: { runDays: runDays.value, historyDays: historyDays.value },
    }),
  );
}

function readList(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map(word => word.trim())
    .filter(word => word !== '');
}

function readPort(text: string | undefined): Result<number> {
  if (!text) return ok(8080);
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return ok(port);
  return invalid('PORT', `PORT is "${text}"; it must be a whole number from 0 to 65535.`);
}

/** The value is not told: it holds a password. */
function readDatabaseUrl(text: string | undefined): Result<string | undefined> {
  if (!text) return ok(undefined);
  // Without a host, as for a Unix socket, a user is followed by nothing; the driver reads that and URL does not.
  const withHost = text.replace('@/', '@localhost/');
  if (/^postgres(ql)?:\/\//.test(text) && URL.canParse(withHost)) return ok(text);
  return invalid('DATABASE_URL', 'DATABASE_URL is not a URL such as postgresql://user:password@host:5432/database.');
}

function readNetworks(variable: string, text: string | undefined): Result<readonly string[]> {
  const words = readList(text);
  const wrong = words.find(word => !isAddressOrNetwork(word));
  if (wrong === undefined) return ok(words);
  return invalid(variable, `${variable} has "${wrong}"; it must be an address or a network such as 10.0.0.0/8.`);
}

function isAddressOrNetwork(word: string): boolean {
  const [address = '', prefix, ...more] = word.split('/');
  const bits = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
  if (prefix === undefined || more.length > 0) return bits > 0 && more.length === 0;
  return /^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= bits;
}

const QUOTA_SHARE = { variable: 'CAUSEWAY_AWS_QUOTA_SHARE', usual: LIMITS.awsQuotaSharePercentDefault, most: 100 };
const EMPTY_SCOPES_EVERY = {
  variable: 'CAUSEWAY_EMPTY_SCOPES_EVERY',
  usual: LIMITS.emptyScopesEveryDefault,
  most: LIMITS.emptyScopesEveryMax,
};

function readWhole(
  text: string | undefined,
  { variable, usual, most }: { variable: string; usual: number; most: number },
): Result<number> {
  if (!text) return ok(usual);
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= most) return ok(number);
  return invalid(variable, `${variable} is "${text}"; it must be a whole number from 1 to ${most}, such as ${usual}.`);
}

function readLogLevel(text: string | undefined): Result<string> {
  if (!text) return ok('info');
  if (LOG_LEVELS.includes(text)) return ok(text);
  const variable = 'CAUSEWAY_LOG_LEVEL';
  return invalid(variable, `${variable} is "${text}"; it must be one of ${LOG_LEVELS.join(', ')}.`);
}

function readDays(
  text: string | undefined,
  { variable, otherwise }: { variable: string; otherwise: number },
): Result<number> {
  if (!text) return ok(otherwise);
  const most = LIMITS.retentionDaysMax;
  if (/^\d{1,6}$/.test(text) && Number(text) <= most) return ok(Number(text));
  return invalid(
    variable,
    `${variable} is "${text}"; it must be a whole number of days from 1 to ${most}, or 0 for ever.`,
  );
}

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'];

function readMasterKey(
  env: Environment,
  { dataDir, embedded }: { dataDir: string; embedded: boolean },
): Result<Config['masterKey']> {
  if (env.CAUSEWAY_MASTER_KEY && env.CAUSEWAY_MASTER_KEY_FILE) {
    return invalid('CAUSEWAY_MASTER_KEY', 'Both CAUSEWAY_MASTER_KEY and CAUSEWAY_MASTER_KEY_FILE are set; keep one.');
  }
  if (env.CAUSEWAY_MASTER_KEY) return ok({ kind: 'text', text: env.CAUSEWAY_MASTER_KEY });
  if (env.CAUSEWAY_MASTER_KEY_FILE)
    return ok({ kind: 'file', path: path.resolve(env.CAUSEWAY_MASTER_KEY_FILE), create: false });
  // With a database of one's own, several machines must share the key, so making one up on each would lose secrets.
  if (embedded) return ok({ kind: 'file', path: path.join(dataDir, 'master-key'), create: true });
  return invalid(
    'CAUSEWAY_MASTER_KEY',
    'With DATABASE_URL, the master key that seals secrets must be given: set CAUSEWAY_MASTER_KEY or CAUSEWAY_MASTER_KEY_FILE, the same for every process. Make one with: openssl rand -base64 32',
  );
}

function readPlatformAccounts(file: string | undefined): Result<PlatformAccounts> {
  if (!file) return ok({});
  const variable = 'CAUSEWAY_PLATFORM_ACCOUNTS';
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return invalid(
      variable,
      `The file ${file} cannot be read (${error instanceof Error ? error.message : 'unknown error'}).`,
    );
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's message would quote the file, and the file holds secrets.
    return invalid(variable, `The file ${file} is not valid JSON.`);
  }
  const parsed = platformAccountsShape.safeParse(json);
  if (parsed.success) return ok(parsed.data);
  const issue = parsed.error.issues[0];
  return invalid(variable, `In ${file}, at "${issue?.path.join('.') ?? ''}": ${issue?.message ?? 'not valid'}.`);
}

function readAwsEndpoints(env: Environment): Result<AwsEndpoints> {
  if (env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === 'true') return ok({ byService: {} });
  const prefix = 'AWS_ENDPOINT_URL_';
  const byService: Record<string, string> = {};
  for (const [variable, value] of Object.entries(env)) {
    if (!value || !variable.startsWith('AWS_ENDPOINT_URL')) continue;
    if (!URL.canParse(value) || !/^https?:/.test(value))
      return invalid(variable, `${variable} is "${value}"; it must be an http or https URL.`);
    if (variable.startsWith(prefix)) byService[variable.slice(prefix.length).toLowerCase()] = value;
  }
  return ok({ ...(env.AWS_ENDPOINT_URL ? { all: env.AWS_ENDPOINT_URL } : {}), byService });
}

function readAwsMachine(env: Environment): AwsMachine {
  return {
    ...(env.AWS_EC2_METADATA_SERVICE_ENDPOINT ? { metadataEndpoint: env.AWS_EC2_METADATA_SERVICE_ENDPOINT } : {}),
    ...(env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI
      ? { containerRelativeUri: env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI }
      : {}),
    ...(env.AWS_CONTAINER_CREDENTIALS_FULL_URI ? { containerFullUri: env.AWS_CONTAINER_CREDENTIALS_FULL_URI } : {}),
    ...(env.AWS_CONTAINER_AUTHORIZATION_TOKEN ? { containerToken: env.AWS_CONTAINER_AUTHORIZATION_TOKEN } : {}),
    ...(env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE
      ? { containerTokenFile: env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE }
      : {}),
  };
}

function invalid(variable: string, detail: string) {
  return failed(fault('invalid-setting', detail, { subject: variable }));
}

import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { CREDENTIALS_KINDS, type CredentialsKind } from '../domain/credentials.ts';
import { ACCOUNT_TYPES, type AccountType } from '../domain/partition.ts';
import type { Io } from './io.ts';
import { type Outcome, usage } from './outcome.ts';
import { type CommonOptions, readSecret } from './run-command.ts';

export interface CreateOptions extends FieldOptions {
  readonly title: string;
  readonly accountType: AccountType;
  readonly accountId: string;
}

export interface EditOptions extends FieldOptions {
  readonly title?: string;
  readonly accountId?: string;
  readonly replaced?: 'overlap' | 'immediate';
}

interface FieldOptions extends CommonOptions {
  readonly credentialsKind?: CredentialsKind;
  readonly accessKeyId?: string;
  readonly secretStdin?: boolean;
  readonly secretFile?: string;
  readonly identityRoleArn?: string;
  readonly tokenFile?: string;
  readonly useInAssetView?: boolean;
  readonly cutover?: 'safe' | 'immediate';
  readonly saveUnverified?: boolean;
  readonly preview?: boolean;
}

export function withCreateFields(command: Command): Command {
  return withFields(
    command
      .requiredOption('--title <text>', 'what people call it')
      .addOption(
        new Option('--account-type <type>', 'Global, US GovCloud or China')
          .choices(ACCOUNT_TYPES)
          .makeOptionMandatory(),
      )
      .requiredOption('--account-id <id>', 'twelve digits')
      .option('--access-key-id <id>', 'of an IAM user in that account'),
  );
}

export function withEditFields(command: Command): Command {
  const fields = command
    .option('--title <text>', 'what people call it')
    .option('--account-id <id>', 'twelve digits; needs credentials of that account')
    .option('--access-key-id <id>', 'needs its secret access key');
  return withFields(fields)
    .option('--no-use-in-asset-view', 'stop adding its connectors to AssetView; those added stay')
    .addOption(
      new Option(
        '--replaced <way>',
        'what becomes of replaced credentials: "overlap" keeps them for connectors that the new ones do not reach yet; "immediate" destroys them, as when they leaked',
      ).choices(['overlap', 'immediate']),
    );
}

function withFields(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--credentials-kind <kind>',
        'what Causeway acts as: an IAM user’s access key, or the role of its own instance, container or web identity',
      ).choices(CREDENTIALS_KINDS),
    )
    .option('--secret-stdin', 'read the secret access key from standard input')
    .option('--secret-file <file>', 'read the secret access key from a file')
    .option('--identity-role-arn <arn>', 'of a web identity: the role that its token is exchanged for')
    .option('--token-file <file>', 'of a web identity: where the server finds the token')
    .option('--use-in-asset-view', 'make the connectors that use it available in AssetView too')
    .addOption(
      new Option(
        '--cutover <way>',
        'whether a connector may use its earlier hub while its role does not trust this one',
      ).choices(['safe', 'immediate']),
    )
    .option('--save-unverified', 'save although AWS does not accept the credentials')
    .option('--preview', 'save nothing; try each connector now and tell what would happen to it');
}

export async function createBody(io: Io, options: CreateOptions) {
  const { title, accountType, accountId, accessKeyId, credentialsKind = 'access-key' } = options;
  const isKey = credentialsKind === 'access-key';
  if (isKey && accessKeyId === undefined) {
    return usage('The access key ID is missing.', 'Add --access-key-id, or another --credentials-kind.');
  }
  const secret = isKey ? await secretOf(io, options) : undefined;
  if (secret && !secret.ok) return secret;
  const body = { title, accountType, accountId, credentialsKind, ...credentialsOf(options), ...settingsOf(options) };
  return { ok: true, value: { ...body, ...(secret ? { secretAccessKey: secret.value } : {}) } } as const;
}

export async function editBody(io: Io, options: EditOptions) {
  const { title, accountId, accessKeyId, credentialsKind, secretFile, secretStdin, replaced } = options;
  const givesKey = [accessKeyId, secretFile, secretStdin].some(given => given !== undefined);
  const movesKey = accountId !== undefined && credentialsKind === undefined && options.identityRoleArn === undefined;
  const needsSecret = givesKey || movesKey || credentialsKind === 'access-key';
  const secret = needsSecret ? await secretOf(io, options) : undefined;
  if (secret && !secret.ok) return secret;
  const body = {
    ...(title === undefined ? {} : { title }),
    ...(accountId === undefined ? {} : { accountId }),
    ...(credentialsKind === undefined ? {} : { credentialsKind }),
    ...credentialsOf(options),
    ...(secret ? { secretAccessKey: secret.value } : {}),
    ...settingsOf(options),
    ...(replaced === undefined ? {} : { replaced }),
  };
  if (Object.keys(body).length === 0)
    return usage('Nothing to change was given.', 'Add what is to change; see --help.');
  return { ok: true, value: body } as const;
}

function credentialsOf({ accessKeyId, identityRoleArn, tokenFile }: FieldOptions) {
  return {
    ...(accessKeyId === undefined ? {} : { accessKeyId }),
    ...(identityRoleArn === undefined ? {} : { identityRoleArn }),
    ...(tokenFile === undefined ? {} : { tokenFile }),
  };
}

function settingsOf({ useInAssetView, cutover, saveUnverified }: FieldOptions) {
  return {
    ...(useInAssetView === undefined ? {} : { useInAssetView }),
    ...(cutover === undefined ? {} : { cutover }),
    ...(saveUnverified === undefined ? {} : { saveUnverified }),
  };
}

async function secretOf(io: Io, { secretFile, secretStdin }: FieldOptions): Promise<Outcome<string>> {
  if (secretFile === undefined) {
    return readSecret(io, { fromStdin: secretStdin === true, question: 'Secret access key', flag: '--secret-stdin' });
  }
  try {
    return { ok: true, value: (await readFile(secretFile, 'utf8')).trim() };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return usage(`${secretFile} cannot be read (${error.code}).`, 'Check --secret-file.');
  }
}

import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import type { ReplyOf } from '../api/contract.ts';
import { ACCOUNT_TYPES, type AccountType } from '../domain/partition.ts';
import { addImpactCommands } from './base-account-impact.ts';
import type { Io } from './io.ts';
import { answer, EXIT, type Outcome, refuse, usage } from './outcome.ts';
import { type CommonOptions, leaf, readSecret, run, type Session } from './run-command.ts';
import { facts, table, time } from './text.ts';

type BaseAccount = ReplyOf<'getBaseAccount'>;

export function addBaseAccountCommands(program: Command, io: Io): void {
  const group = program.command('base-accounts').description('your hub accounts, at most one per account type');

  leaf(group, 'list', 'list base accounts').action((options: CommonOptions) =>
    run(io, options, async ({ client }) => {
      const page = await client.call('listBaseAccounts', { query: {} });
      return page.ok ? answer(baseAccountTable(page.value.items), page.value) : page;
    }),
  );
  leaf(group, 'show <base-account>', 'show one, named by id, title, account ID or account type').action(
    (named: string, options: CommonOptions) =>
      run(io, options, async session => {
        const found = await findBaseAccount(session, named);
        return found.ok ? answer(baseAccountText(found.value), found.value) : found;
      }),
  );
  const created = leaf(group, 'create', 'create the base account of an account type')
    .requiredOption('--title <text>', 'what people call it')
    .addOption(
      new Option('--account-type <type>', 'Global, US GovCloud or China').choices(ACCOUNT_TYPES).makeOptionMandatory(),
    )
    .requiredOption('--account-id <id>', 'twelve digits')
    .requiredOption('--access-key-id <id>', 'of an IAM user in that account');
  withSecretAndSettings(created).action((options: CreateOptions) =>
    run(io, options, session => create(session, options)),
  );

  const edited = leaf(group, 'edit <base-account>', 'change one; what is not given stays as it is')
    .option('--title <text>', 'what people call it')
    .option('--account-id <id>', 'twelve digits; needs a key of that account')
    .option('--access-key-id <id>', 'needs its secret access key');
  withSecretAndSettings(edited)
    .option('--no-use-in-asset-view', 'stop adding its connectors to AssetView; those added stay')
    .action((named: string, options: EditOptions) => run(io, options, session => edit(session, named, options)));

  leaf(group, 'check <base-account>', 'prove its credentials now').action((named: string, options: CommonOptions) =>
    run(io, options, session => check(session, named)),
  );
  leaf(group, 'policy <base-account>', 'print the least policy that its IAM user needs').action(
    (named: string, options: CommonOptions) =>
      run(io, options, async session => {
        const found = await findBaseAccount(session, named);
        if (!found.ok) return found;
        const reply = await session.client.call('hubPolicy', { params: { id: found.value.id } });
        return reply.ok ? answer(policiesText(reply.value), reply.value) : reply;
      }),
  );
  addImpactCommands(group, io);
}

function withSecretAndSettings(command: Command): Command {
  return command
    .option('--secret-stdin', 'read the secret access key from standard input')
    .option('--secret-file <file>', 'read the secret access key from a file')
    .option('--use-in-asset-view', 'make the connectors that use it available in AssetView too')
    .addOption(
      new Option(
        '--cutover <way>',
        'whether a connector may use its earlier hub while its role does not trust this one',
      ).choices(['safe', 'immediate']),
    )
    .option('--save-unverified', 'save although AWS does not accept the credentials');
}

interface SecretOptions extends CommonOptions {
  readonly secretStdin?: boolean;
  readonly secretFile?: string;
  readonly useInAssetView?: boolean;
  readonly cutover?: 'safe' | 'immediate';
  readonly saveUnverified?: boolean;
}

interface CreateOptions extends SecretOptions {
  readonly title: string;
  readonly accountType: AccountType;
  readonly accountId: string;
  readonly accessKeyId: string;
}

interface EditOptions extends SecretOptions {
  readonly title?: string;
  readonly accountId?: string;
  readonly accessKeyId?: string;
}

async function create({ client, io }: Session, options: CreateOptions): Promise<Outcome> {
  const secret = await secretOf(io, options);
  if (!secret.ok) return secret;
  const { title, accountType, accountId, accessKeyId } = options;
  const body = { title, accountType, accountId, accessKeyId, secretAccessKey: secret.value, ...settingsOf(options) };
  const created = await client.call('createBaseAccount', { body });
  return created.ok ? answer(baseAccountText(created.value), created.value) : created;
}

async function edit(session: Session, named: string, options: EditOptions): Promise<Outcome> {
  const found = await findBaseAccount(session, named);
  if (!found.ok) return found;
  const { title, accountId, accessKeyId } = options;
  const newKey = [accountId, accessKeyId, options.secretFile, options.secretStdin].some(given => given !== undefined);
  const secret = newKey ? await secretOf(session.io, options) : undefined;
  if (secret && !secret.ok) return secret;
  const body = {
    ...(title === undefined ? {} : { title }),
    ...(accountId === undefined ? {} : { accountId }),
    ...(accessKeyId === undefined ? {} : { accessKeyId }),
    ...(secret ? { secretAccessKey: secret.value } : {}),
    ...settingsOf(options),
  };
  if (Object.keys(body).length === 0)
    return usage('Nothing to change was given.', 'Add what is to change; see --help.');
  const changed = await session.client.call('changeBaseAccount', { params: { id: found.value.id }, body });
  return changed.ok ? answer(baseAccountText(changed.value), changed.value) : changed;
}

function settingsOf({ useInAssetView, cutover, saveUnverified }: SecretOptions) {
  return {
    ...(useInAssetView === undefined ? {} : { useInAssetView }),
    ...(cutover === undefined ? {} : { cutover }),
    ...(saveUnverified === undefined ? {} : { saveUnverified }),
  };
}

async function secretOf(io: Io, { secretFile, secretStdin }: SecretOptions): Promise<Outcome<string>> {
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

async function check(session: Session, named: string): Promise<Outcome> {
  const found = await findBaseAccount(session, named);
  if (!found.ok) return found;
  const proof = await session.client.call('checkBaseAccount', { params: { id: found.value.id } });
  if (!proof.ok) return proof;
  const { outcome, callerArn, checkedAt, fault } = proof.value;
  const text = facts([
    ['Outcome', outcome],
    ['Checked', time(checkedAt)],
    ['Caller', callerArn],
    ['Fault', fault && `${fault.title}: ${fault.detail}`],
    ['What to do', fault?.remedy ?? null],
  ]);
  return answer(text, proof.value, outcome === 'ok' ? EXIT.ok : EXIT.failure);
}

export async function findBaseAccount({ client }: Session, named: string): Promise<Outcome<BaseAccount>> {
  const page = await client.call('listBaseAccounts', { query: {} });
  if (!page.ok) return page;
  const wanted = named.toLowerCase();
  const found = page.value.items.find(({ id, title, accountId, accountType }) =>
    [id, title.toLowerCase(), accountId, accountType].includes(wanted),
  );
  if (found) return { ok: true, value: found };
  return refuse({
    exitCode: EXIT.notFound,
    title: 'Not found',
    detail: `There is no base account "${named}".`,
    remedy: 'See "causeway base-accounts list".',
  });
}

function baseAccountTable(accounts: readonly BaseAccount[]): string {
  const headings = ['title', 'account type', 'account', 'key', 'proof', 'connectors', 'moving'];
  const rows = accounts.map(({ title, accountType, accountId, accessKeyIdEnding, proof, connectors }) => {
    return [
      title,
      accountType,
      accountId,
      `…${accessKeyIdEnding}`,
      proof?.outcome ?? null,
      connectors.total,
      connectors.moving,
    ];
  });
  return table(headings, rows);
}

/** Only the policy when it is one, so that it can be piped into a file. */
function policiesText({ policies, because }: ReplyOf<'hubPolicy'>): string {
  const texts = policies.map(policy => JSON.stringify(policy, null, 2));
  return texts.length === 1 ? texts.join() : [because, ...texts].join('\n\n');
}

function baseAccountText(account: BaseAccount): string {
  const { proof, connectors } = account;
  return facts([
    ['Id', account.id],
    ['Title', account.title],
    ['Account type', account.accountType],
    ['Account', account.accountId],
    ['Access key', `…${account.accessKeyIdEnding}, since ${time(account.keyCreatedAt)}`],
    ['Proof', proof && `${proof.outcome}, ${time(proof.checkedAt)}${proof.callerArn ? `, as ${proof.callerArn}` : ''}`],
    ...(proof?.fault ? [['Fault', `${proof.fault.title}: ${proof.fault.detail}`] as const] : []),
    ['Use in AssetView', account.useInAssetView ? 'yes' : 'no'],
    ['Cutover', account.cutover],
    ['Connectors', `${connectors.total}, of these ${connectors.onThisHub} on this hub and ${connectors.moving} moving`],
    ['Created', time(account.createdAt)],
    ['Changed', time(account.updatedAt)],
  ]);
}

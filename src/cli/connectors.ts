import { type Command, Option } from 'commander';
import type { ReplyOf } from '../api/contract.ts';
import { CONNECTOR_STATES } from '../domain/connector-state.ts';
import { ACCOUNT_TYPES, type AccountType } from '../domain/partition.ts';
import { checkText, connectorCountsText, connectorTable, connectorText, roleSetupText } from './connector-text.ts';
import { withConnector } from './find-connector.ts';
import type { Io } from './io.ts';
import { answer, EXIT, type Outcome, usage } from './outcome.ts';
import { painter } from './paint.ts';
import { addReadinessCommands } from './readiness.ts';
import {
  type CommonOptions,
  confirmed,
  leaf,
  type PageOptions,
  paged,
  pageQuery,
  run,
  type Session,
} from './run-command.ts';
import { runText, watchRun } from './runs.ts';
import { more } from './text.ts';

type Connector = ReplyOf<'getConnector'>;

export function addConnectorCommands(program: Command, io: Io): void {
  const group = program.command('connectors').description('the roles through which member accounts are read');
  addReading(group, io);
  addChanging(group, io);
  addActing(group, io);
  addReadinessCommands(group, io);
}

function addReading(group: Command, io: Io): void {
  paged(leaf(group, 'list', 'list connectors'))
    .addOption(new Option('--account-type <type>', 'only of this account type').choices(ACCOUNT_TYPES))
    .addOption(new Option('--state <state>', 'only in this state').choices(STATES))
    .option('--search <text>', 'only with this text in name, role ARN or description')
    .action((options: ListOptions) =>
      run(io, options, async ({ client }) => {
        const { accountType, state, search } = options;
        const query = { ...pageQuery(options), accountType, state, search };
        const page = await client.call('listConnectors', { query });
        return page.ok ? answer(connectorTable(page.value.items) + more(page.value.nextCursor), page.value) : page;
      }),
    );
  leaf(group, 'counts', 'count connectors by state').action((options: CommonOptions) =>
    run(io, options, async ({ client }) => {
      const counted = await client.call('countConnectors', {});
      return counted.ok ? answer(connectorCountsText(counted.value), counted.value) : counted;
    }),
  );
  leaf(group, 'show <connector>', 'show one, named by id, name or role ARN').action(
    (named: string, options: CommonOptions) =>
      run(io, options, session =>
        withConnector(session, named, async (_, found) => answer(connectorText(found), found)),
      ),
  );
  leaf(group, 'role [connector]', 'print the role that a connector expects, or that a new one would')
    .addOption(new Option('--account-type <type>', 'of a connector that does not exist yet').choices(ACCOUNT_TYPES))
    .option('--external-id <id>', 'of a connector that does not exist yet')
    .option('--role-name <name>', 'of a connector that does not exist yet')
    .addOption(new Option('--format <format>', 'print only this').choices(Object.keys(ROLE_FORMATS)))
    .action((named: string | undefined, options: RoleOptions) =>
      run(io, options, session => printRole(session, named, options)),
    );
}

function addChanging(group: Command, io: Io): void {
  const created = leaf(group, 'create', 'create a connector; its role may be made before or after')
    .requiredOption('--name <text>', 'what people call it')
    .addOption(new Option('--account-type <type>').choices(ACCOUNT_TYPES).makeOptionMandatory())
    .requiredOption('--role-arn <arn>', 'the role in the member account')
    .option('--disabled', 'do not run it yet');
  withFields(created).action((options: CreateOptions) => run(io, options, session => create(session, options)));

  const edited = leaf(group, 'edit <connector>', 'change one; what is not given stays as it is')
    .option('--name <text>', 'what people call it')
    .option('--role-arn <arn>', 'the role in the member account')
    .option('--all-regions', 'read every region that the account has enabled')
    .option('--enable', 'run it')
    .option('--disable', 'do not run it');
  withFields(edited).action((named: string, options: EditOptions) =>
    run(io, options, session => withConnector(session, named, (_, found) => edit(session, found, options))),
  );

  leaf(group, 'delete <connector>', 'delete one')
    .addOption(
      new Option('--assets <fate>', 'what becomes of the assets that no other connector sees')
        .choices(['detach', 'delete'])
        .makeOptionMandatory(),
    )
    .option('--yes', 'do not ask')
    .action((named: string, options: DeleteOptions) =>
      run(io, options, session => withConnector(session, named, (_, found) => remove(session, found, options))),
    );
}

function addActing(group: Command, io: Io): void {
  leaf(group, 'check <connector>', 'try now: assume the role, with and without its external ID').action(
    (named: string, options: CommonOptions) => run(io, options, session => withConnector(session, named, check)),
  );
  leaf(group, 'run <connector>', 'run one now')
    .option('--wait', 'wait until it has finished')
    .action((named: string, options: CommonOptions & { wait?: boolean }) =>
      run(io, options, session => withConnector(session, named, (_, found) => start(session, found, options.wait))),
    );
  leaf(group, 'add-to-asset-view <connector>', 'make its assets available in AssetView').action(
    (named: string, options: CommonOptions) =>
      run(io, options, session => withConnector(session, named, moveInAssetView('addToAssetView'))),
  );
  leaf(
    group,
    'remove-from-asset-view <connector>',
    'remove it from AssetView; a base account will not put it back',
  ).action((named: string, options: CommonOptions) =>
    run(io, options, session => withConnector(session, named, moveInAssetView('removeFromAssetView'))),
  );
}

function withFields(command: Command): Command {
  return command
    .option('--description <text>')
    .option('--external-id <id>', 'generated for a new connector when it is left out')
    .option('--regions <regions...>', 'read only these regions')
    .option('--polling-minutes <number>', 'how often it is run')
    .addOption(new Option('--apps <apps...>', 'where its assets are shown').choices(['cloud-view', 'asset-view']))
    .option('--tags <tags...>', 'its tags, each KEY=VALUE')
    .option('--asset-tags <tags...>', 'tags to put on the assets that it discovers, each KEY=VALUE');
}

interface ListOptions extends PageOptions {
  readonly accountType?: AccountType;
  readonly state?: Connector['state'] | 'needs-attention';
  readonly search?: string;
}

interface FieldOptions extends CommonOptions {
  readonly description?: string;
  readonly externalId?: string;
  readonly regions?: string[];
  readonly pollingMinutes?: string;
  readonly apps?: Connector['apps'];
  readonly tags?: string[];
  readonly assetTags?: string[];
}

interface CreateOptions extends FieldOptions {
  readonly name: string;
  readonly accountType: AccountType;
  readonly roleArn: string;
  readonly disabled?: boolean;
}

interface EditOptions extends FieldOptions {
  readonly name?: string;
  readonly roleArn?: string;
  readonly allRegions?: boolean;
  readonly enable?: boolean;
  readonly disable?: boolean;
}

interface DeleteOptions extends CommonOptions {
  readonly assets: 'detach' | 'delete';
  readonly yes?: boolean;
}

interface RoleOptions extends CommonOptions {
  readonly accountType?: AccountType;
  readonly externalId?: string;
  readonly roleName?: string;
  readonly format?: string;
}

async function create({ client }: Session, options: CreateOptions): Promise<Outcome> {
  const fields = fieldsOf(options);
  if (!fields.ok) return fields;
  const { name, accountType, roleArn, disabled } = options;
  const body = { ...fields.value, name, accountType, roleArn, enabled: !disabled };
  const created = await client.call('createConnector', { body });
  return created.ok ? answer(connectorText(created.value), created.value) : created;
}

async function edit({ client }: Session, { id }: Connector, options: EditOptions): Promise<Outcome> {
  const fields = fieldsOf(options);
  if (!fields.ok) return fields;
  const { name, roleArn, allRegions, enable, disable } = options;
  if (enable && disable) return usage('--enable and --disable are both given.', 'Give one of them.');
  const body = {
    ...fields.value,
    ...(name === undefined ? {} : { name }),
    ...(roleArn === undefined ? {} : { roleArn }),
    ...(allRegions ? { regions: null } : {}),
    ...(enable || disable ? { enabled: enable === true } : {}),
  };
  if (Object.keys(body).length === 0)
    return usage('Nothing to change was given.', 'Add what is to change; see --help.');
  const changed = await client.call('changeConnector', { params: { id }, body });
  return changed.ok ? answer(connectorText(changed.value), changed.value) : changed;
}

function fieldsOf({ description, externalId, regions, pollingMinutes, apps, ...options }: FieldOptions) {
  const tags = tagsOf(options.tags);
  const assetTags = tagsOf(options.assetTags);
  if (!tags.ok) return tags;
  if (!assetTags.ok) return assetTags;
  const value = {
    ...(description === undefined ? {} : { description }),
    ...(externalId === undefined ? {} : { externalId }),
    ...(regions === undefined ? {} : { regions }),
    ...(pollingMinutes === undefined ? {} : { pollingMinutes: Number(pollingMinutes) }),
    ...(apps === undefined ? {} : { apps }),
    ...(tags.value === undefined ? {} : { tags: tags.value }),
    ...(assetTags.value === undefined ? {} : { assetTags: assetTags.value }),
  };
  return { ok: true, value } as const;
}

function tagsOf(written: readonly string[] | undefined): Outcome<Record<string, string> | undefined> {
  const wrong = written?.find(tag => !tag.includes('=', 1));
  if (wrong !== undefined) return usage(`"${wrong}" is not KEY=VALUE.`, 'Write each tag as KEY=VALUE.');
  const pairs = written?.map(tag => [tag.slice(0, tag.indexOf('=', 1)), tag.slice(tag.indexOf('=', 1) + 1)]);
  return { ok: true, value: pairs && Object.fromEntries(pairs) };
}

async function remove(
  { client, io }: Session,
  { id, name, assets }: Connector,
  options: DeleteOptions,
): Promise<Outcome> {
  const fate = options.assets === 'detach' ? 'kept as detached' : 'deleted';
  const question = `Delete connector ${name}? It sees ${assets} assets; those that no other connector sees are ${fate}.`;
  const yesGiven = await confirmed(io, { yes: options.yes === true, question });
  if (!yesGiven.ok) return yesGiven;
  const deleted = await client.call('deleteConnector', { params: { id }, query: { assets: options.assets } });
  return deleted.ok ? answer(`Deleted connector ${name}.`, { deleted: id }) : deleted;
}

async function check({ client, io }: Session, { id }: Connector): Promise<Outcome> {
  const checked = await client.call('checkConnector', { params: { id } });
  if (!checked.ok) return checked;
  return answer(
    checkText(checked.value, painter(io)),
    checked.value,
    checked.value.outcome === 'ok' ? EXIT.ok : EXIT.failure,
  );
}

async function start(session: Session, { id }: Connector, wait = false): Promise<Outcome> {
  const started = await session.client.call('startRun', { params: { id } });
  if (!started.ok) return started;
  return wait ? watchRun(session, started.value.id) : answer(runText(started.value), started.value);
}

function moveInAssetView(route: 'addToAssetView' | 'removeFromAssetView') {
  return async ({ client }: Session, { id }: Connector): Promise<Outcome> => {
    const changed = await client.call(route, { params: { id } });
    return changed.ok ? answer(connectorText(changed.value), changed.value) : changed;
  };
}

async function printRole(session: Session, named: string | undefined, options: RoleOptions): Promise<Outcome> {
  const { accountType, externalId, roleName, format } = options;
  if ((named === undefined) === (accountType === undefined)) {
    return usage('It is not clear which role is meant.', 'Name a connector, or give --account-type for a new one.');
  }
  if (named !== undefined) {
    return withConnector(session, named, async ({ client }, { id }) =>
      roleAnswer(await client.call('connectorRoleSetup', { params: { id } }), format),
    );
  }
  if (accountType === undefined) throw new Error('either a connector or an account type was given');
  const query = { accountType, externalId, roleName };
  return roleAnswer(await session.client.call('roleSetup', { query }), format);
}

function roleAnswer(setup: Outcome<ReplyOf<'roleSetup'>>, format: string | undefined): Outcome {
  if (!setup.ok) return setup;
  const print = ROLE_FORMATS[format ?? ''] ?? roleSetupText;
  return answer(print(setup.value), setup.value);
}

const ROLE_FORMATS: Readonly<Record<string, (setup: ReplyOf<'roleSetup'>) => string>> = {
  'trust-policy': setup => JSON.stringify(setup.trustPolicy, null, 2),
  'permissions-policy': setup => JSON.stringify(setup.permissionsPolicy, null, 2),
  cloudformation: setup => setup.cloudFormationTemplate,
  terraform: setup => setup.terraform,
  'aws-cli': setup => setup.awsCli,
};

const STATES = ['needs-attention', ...CONNECTOR_STATES] as const;

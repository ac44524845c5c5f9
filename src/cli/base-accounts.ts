import type { Command } from 'commander';
import type { ReplyOf } from '../api/contract.ts';
import {
  type CreateOptions,
  createBody,
  type EditOptions,
  editBody,
  withCreateFields,
  withEditFields,
} from './base-account-input.ts';
import { addBaseAccountMoves, impactAnswer } from './base-account-moves.ts';
import { baseAccountTable, baseAccountText, proofText } from './base-account-text.ts';
import { type BaseAccount, withBaseAccount } from './find-base-account.ts';
import { healthText, isSick } from './hub-health.ts';
import type { Io } from './io.ts';
import { addKeyRotation } from './key-rotation.ts';
import { answer, EXIT, type Outcome } from './outcome.ts';
import { painter } from './paint.ts';
import { type CommonOptions, leaf, run, type Session } from './run-command.ts';

export function addBaseAccountCommands(program: Command, io: Io): void {
  const group = program
    .command('base-accounts')
    .description('your hub accounts, at most one per account type')
    .addHelpText(
      'after',
      `
A base account makes an AWS account of yours the principal that your roles trust. No working connector fails because of
it: each moves when its role lets the new hub in. In this order:
  create … --preview      who would move, and who is not let in yet
  create …                from now on it is the target of its connectors
  trust status, trust edits, trust recheck   the roles, and how far they are
  health                  what its identity may do, and whether that is too much`,
    );
  addReading(group, io);
  addChanging(group, io);
  addBaseAccountMoves(group, io);
  addKeyRotation(group, io);
}

function addReading(group: Command, io: Io): void {
  leaf(group, 'list', 'list base accounts').action((options: CommonOptions) =>
    run(io, options, async ({ client }) => {
      const page = await client.call('listBaseAccounts', { query: {} });
      return page.ok ? answer(baseAccountTable(page.value.items), page.value) : page;
    }),
  );
  leaf(group, 'show <base-account>', 'show one, named by id, title, account ID or account type').action(
    (named: string, options: CommonOptions) =>
      run(io, options, session =>
        withBaseAccount(session, named, async (_, found) => answer(baseAccountText(found), found)),
      ),
  );
  leaf(group, 'check <base-account>', 'prove its credentials now').action((named: string, options: CommonOptions) =>
    run(io, options, session => withBaseAccount(session, named, check)),
  );
  leaf(group, 'health <base-account>', 'ask AWS what its identity may do; ends with 1 if that is serious').action(
    (named: string, options: CommonOptions) => run(io, options, session => withBaseAccount(session, named, health)),
  );
  leaf(group, 'policy <base-account>', 'print the least policy that its identity needs')
    .option('--self-management', 'print what lets it see its own rights and key, and replace that key')
    .addHelpText(
      'after',
      '\nWhere IAM’s limit of 6,144 characters does not let one policy name all roles, it is a pattern of their names, or\nseveral policies; then it says which and why.',
    )
    .action((named: string, options: CommonOptions & { selfManagement?: boolean }) =>
      run(io, options, session =>
        withBaseAccount(session, named, async ({ client }, { id }) => {
          const reply = await client.call('hubPolicy', { params: { id } });
          return reply.ok ? policyAnswer(reply.value, options.selfManagement) : reply;
        }),
      ),
    );
}

function addChanging(group: Command, io: Io): void {
  withCreateFields(leaf(group, 'create', 'create the base account of an account type')).action(
    (options: CreateOptions) => run(io, options, session => create(session, options)),
  );
  withEditFields(leaf(group, 'edit <base-account>', 'change one; what is not given stays as it is')).action(
    (named: string, options: EditOptions) =>
      run(io, options, session => withBaseAccount(session, named, (_, found) => edit(session, found, options))),
  );
}

async function create({ client, io }: Session, options: CreateOptions): Promise<Outcome> {
  const body = await createBody(io, options);
  if (!body.ok) return body;
  if (options.preview) return impactAnswer(io, await client.call('previewBaseAccount', { body: body.value }));
  const created = await client.call('createBaseAccount', { body: body.value });
  return created.ok ? answer(baseAccountText(created.value), created.value) : created;
}

async function edit({ client, io }: Session, { id }: BaseAccount, options: EditOptions): Promise<Outcome> {
  const body = await editBody(io, options);
  if (!body.ok) return body;
  const request = { params: { id }, body: body.value };
  if (options.preview) return impactAnswer(io, await client.call('previewBaseAccountChange', request));
  const changed = await client.call('changeBaseAccount', request);
  return changed.ok ? answer(baseAccountText(changed.value), changed.value) : changed;
}

async function check({ client }: Session, { id }: BaseAccount): Promise<Outcome> {
  const proof = await client.call('checkBaseAccount', { params: { id } });
  if (!proof.ok) return proof;
  return answer(proofText(proof.value), proof.value, proof.value.outcome === 'ok' ? EXIT.ok : EXIT.failure);
}

async function health({ client, io }: Session, { id }: BaseAccount): Promise<Outcome> {
  const found = await client.call('hubHealth', { params: { id } });
  if (!found.ok) return found;
  return answer(healthText(found.value, painter(io)), found.value, isSick(found.value) ? EXIT.failure : EXIT.ok);
}

/** Only the policy when it is one, so that it can be piped into a file. */
function policyAnswer(reply: ReplyOf<'hubPolicy'>, selfManagement = false): Outcome {
  const { policies, because } = reply;
  if (selfManagement) return answer(JSON.stringify(reply.selfManagement, null, 2), reply);
  const texts = policies.map(policy => JSON.stringify(policy, null, 2));
  return answer(texts.length === 1 ? texts.join() : [because, ...texts].join('\n\n'), reply);
}

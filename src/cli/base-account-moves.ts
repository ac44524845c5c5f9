import { type Command, Option } from 'commander';
import type { ReplyOf } from '../api/contract.ts';
import { baseAccountText } from './base-account-text.ts';
import { type BaseAccount, withBaseAccount } from './find-base-account.ts';
import { type Impact, impactText, rolesToEdit } from './impact-text.ts';
import type { Io } from './io.ts';
import { answer, EXIT, type Outcome, refuse, usage } from './outcome.ts';
import { painter } from './paint.ts';
import { type CommonOptions, confirmed, leaf, run, type Session } from './run-command.ts';
import { count, table } from './text.ts';

/** What moves connectors between hubs besides an edit: each is shown before it is done. */
export function addBaseAccountMoves(group: Command, io: Io): void {
  leaf(group, 'impact <base-account>', 'what a change would do to each connector, proved by trying it now')
    .addOption(
      new Option('--change <change>', 'what is planned; create: the move that is under way')
        .choices(CHANGES)
        .default('delete'),
    )
    .option('--policies', 'print the trust policy that each role needs which would stop working')
    .addHelpText(
      'after',
      '\nNothing is changed. For a new base account, or another account ID or key: "create --preview" and "edit --preview".',
    )
    .action((named: string, options: ImpactOptions) =>
      run(io, options, session =>
        withBaseAccount(session, named, async ({ client }, { id }) => {
          const { change } = options;
          const impact = await client.call('impactOfBaseAccount', { params: { id }, query: { change } });
          return impactAnswer(io, impact, options.policies);
        }),
      ),
    );
  leaf(group, 'delete <base-account>', 'delete one; its connectors go back to the platform account')
    .option('--yes', 'do not ask, if no connector would stop working')
    .option('--confirm-breaking <number>', 'how many connectors may stop working; has to be the number that is found')
    .addHelpText(
      'after',
      '\nFirst each connector is tried through the platform account. When some would stop working, their number has to be\ntyped, or given with --confirm-breaking in a script; "impact --change delete --policies" tells how to prevent it.',
    )
    .action((named: string, options: BreakingOptions) =>
      run(io, options, session => withBaseAccount(session, named, (_, found) => remove(session, found, options))),
    );
  leaf(group, 'roll-back <base-account>', 'make the credentials before the current ones its credentials again')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nPossible while they are kept: "show" lists them. See "impact --change roll-back" first.')
    .action((named: string, options: CommonOptions & { yes?: boolean }) =>
      run(io, options, session => withBaseAccount(session, named, (_, found) => rollBack(session, found, options))),
    );
  leaf(group, 'forget-earlier <base-account>', 'destroy replaced credentials now, such as ones that leaked')
    .option('--yes', 'do not ask, if no connector runs through them')
    .option('--confirm-breaking <number>', 'how many connectors may stop working; has to be the number that is found')
    .action((named: string, options: BreakingOptions) =>
      run(io, options, session => withBaseAccount(session, named, (_, found) => forget(session, found, options))),
    );
}

/** An impact for people and programs. */
export function impactAnswer(io: Io, impact: Outcome<Impact>, policies = false): Outcome {
  if (!impact.ok) return impact;
  return answer(impactText(impact.value, { paint: painter(io), policies }), impact.value);
}

const CHANGES = ['create', 'delete', 'roll-back', 'immediate-cutover'] as const;

interface ImpactOptions extends CommonOptions {
  readonly change: (typeof CHANGES)[number];
  readonly policies?: boolean;
}

interface BreakingOptions extends CommonOptions {
  readonly yes?: boolean;
  readonly confirmBreaking?: string;
}

/** Afterwards says which roles somebody has to edit. */
async function remove({ client, io }: Session, account: BaseAccount, options: BreakingOptions): Promise<Outcome> {
  const { id, title, accountId } = account;
  const impact = await client.call('impactOfBaseAccount', { params: { id }, query: { change: 'delete' } });
  if (!impact.ok) return impact;
  if (io.interactive) io.writeError(`${impactText(impact.value, { paint: painter(io), policies: false })}\n\n`);
  const question = `Delete base account ${title} (${accountId})?`;
  const breaks = impact.value.connectors.filter(({ mayBreak }) => mayBreak).length;
  const certain = breaks === impact.value.totals.breaks;
  const confirmation = await confirmedBreaking(io, { breaks, certain, question, options });
  if (!confirmation.ok) return confirmation;
  const deleted = await client.call('deleteBaseAccount', { params: { id }, query: confirmation.value });
  if (!deleted.ok) return deleted;
  const roles = rolesToEdit(impact.value).map(({ connectorId, name, roleArn, outcome, trustPolicy }) => {
    return { connectorId, name, roleArn, outcome, trustPolicy };
  });
  const todo =
    roles.length === 0
      ? '\nNo role has to be edited.'
      : `\n\nThese roles must now trust ${hubAfter(impact.value)}; "causeway trust show CONNECTOR" prints the change for each:\n${table(
          ['connector', 'role', 'works'],
          roles.map(role => [role.name, role.roleArn, WORKS[role.outcome]]),
        )}`;
  return answer(`Deleted base account ${title}.${todo}`, { deleted: id, rolesToEdit: roles });
}

const WORKS = { breaks: 'no', unknown: 'not known', moves: 'yes', stays: 'as before' } as const;

function hubAfter({ hubAfter: hub }: Impact): string {
  return hub ? `the platform account ${hub.accountId}` : 'another hub, which has to be set up first';
}

async function rollBack(
  { client, io }: Session,
  { id, title, earlier }: BaseAccount,
  { yes = false }: { yes?: boolean },
): Promise<Outcome> {
  const to = earlier[0] ? ` to account ${earlier[0].accountId}` : '';
  const confirmation = await confirmed(io, { yes, question: `Roll base account ${title} back${to}?` });
  if (!confirmation.ok) return confirmation;
  return accountAnswer(await client.call('rollBackBaseAccount', { params: { id } }));
}

async function forget({ client, io }: Session, account: BaseAccount, options: BreakingOptions): Promise<Outcome> {
  const { id, title, earlier } = account;
  const breaks = earlier.reduce((sum, { connectors }) => sum + connectors, 0);
  const question = `Destroy the replaced credentials of ${title}? There is no roll-back afterwards.`;
  const confirmation = await confirmedBreaking(io, { breaks, question, options });
  if (!confirmation.ok) return confirmation;
  return accountAnswer(await client.call('forgetEarlierCredentials', { params: { id }, query: confirmation.value }));
}

function accountAnswer(account: Outcome<ReplyOf<'getBaseAccount'>>): Outcome {
  return account.ok ? answer(baseAccountText(account.value), account.value) : account;
}

/**
 * Asks before something that may stop connectors from working: then for their number, so that nobody confirms it without
 * having read it. Not `certain`: AWS did not answer for all of them. What a script gives is the server's to judge, which counts anew.
 */
async function confirmedBreaking(
  io: Io,
  {
    breaks,
    certain = true,
    question,
    options: { yes = false, confirmBreaking },
  }: { breaks: number; certain?: boolean; question: string; options: BreakingOptions },
): Promise<Outcome<{ confirmBreaking?: number }>> {
  if (confirmBreaking !== undefined) {
    return /^\d{1,9}$/.test(confirmBreaking)
      ? { ok: true, value: { confirmBreaking: Number(confirmBreaking) } }
      : usage(`--confirm-breaking is "${confirmBreaking}".`, 'Give a number.');
  }
  // With --yes alone the server refuses what would break, and says what to do.
  if (breaks === 0 || yes) {
    const confirmation = await confirmed(io, { yes, question });
    return confirmation.ok ? { ok: true, value: {} } : confirmation;
  }
  if (!io.interactive) {
    return refuse({
      exitCode: EXIT.usage,
      title: 'This has to be confirmed',
      detail: `${count(breaks, 'connector')} that ${breaks === 1 ? 'works' : 'work'} now would${certain ? '' : ' or might'} stop working.`,
      remedy: `Edit their roles first, or add --confirm-breaking ${breaks}.`,
    });
  }
  const typed = await io.askText(
    `${question} ${count(breaks, 'connector')} will${certain ? '' : ' or may'} stop working. Type this number to go on`,
  );
  return typed?.trim() === String(breaks)
    ? { ok: true, value: { confirmBreaking: breaks } }
    : usage('It was not confirmed.', 'Nothing was changed.');
}

import { type Command, Option } from 'commander';
import type { ReplyOf } from '../api/contract.ts';
import { findBaseAccount } from './base-accounts.ts';
import type { Io } from './io.ts';
import { answer, type Outcome, usage } from './outcome.ts';
import { type CommonOptions, confirmed, leaf, run, type Session } from './run-command.ts';
import { facts, hubText, table, time } from './text.ts';

type Impact = ReplyOf<'impactOfBaseAccount'>;
type Change = Exclude<Impact['change'], 'edit'>;

const CHANGES = ['create', 'delete', 'roll-back', 'immediate-cutover'] as const satisfies readonly Change[];

/** Commands about what a change of a base account does to its connectors. */
export function addImpactCommands(group: Command, io: Io): void {
  leaf(group, 'impact <base-account>', 'try what a change would do to each connector; nothing is changed')
    .addOption(
      new Option('--change <change>', 'what is planned; create: the move that is under way')
        .choices(CHANGES)
        .default('delete'),
    )
    .action((named: string, options: CommonOptions & { change: Change }) =>
      run(io, options, async session => {
        const impact = await impactOf(session, { named, change: options.change });
        return impact.ok ? answer(impactText(impact.value.impact), impact.value.impact) : impact;
      }),
    );
  leaf(group, 'roll-back <base-account>', 'make the credentials before the present ones its own again')
    .option('--yes', 'do not ask')
    .action((named: string, options: CommonOptions & { yes?: boolean }) =>
      run(io, options, session => rollBack(session, named, options.yes === true)),
    );
  leaf(group, 'delete <base-account>', 'delete one; its connectors go back to the platform account')
    .option('--yes', 'do not ask')
    .option('--confirm-breaking <number>', 'delete it although exactly so many connectors would stop working')
    .action((named: string, options: DeleteOptions) => run(io, options, session => remove(session, named, options)));
}

interface DeleteOptions extends CommonOptions {
  readonly yes?: boolean;
  readonly confirmBreaking?: string;
}

interface Found {
  readonly id: string;
  readonly title: string;
  readonly accountId: string;
  readonly impact: Impact;
}

async function impactOf(
  session: Session,
  { named, change }: { named: string; change: Change },
): Promise<Outcome<Found>> {
  const found = await findBaseAccount(session, named);
  if (!found.ok) return found;
  const { id, title, accountId } = found.value;
  const impact = await session.client.call('impactOfBaseAccount', { params: { id }, query: { change } });
  return impact.ok ? { ok: true, value: { id, title, accountId, impact: impact.value } } : impact;
}

async function rollBack(session: Session, named: string, yes: boolean): Promise<Outcome> {
  const found = await findBaseAccount(session, named);
  if (!found.ok) return found;
  const { id, title, accountId } = found.value;
  const question = `Make the credentials that ${title} had before account ${accountId}’s present ones its own again?`;
  const yesGiven = await confirmed(session.io, { yes, question });
  if (!yesGiven.ok) return yesGiven;
  const rolledBack = await session.client.call('rollBackBaseAccount', { params: { id } });
  if (!rolledBack.ok) return rolledBack;
  const { accountId: to, connectors } = rolledBack.value;
  const text = `Base account ${title} has account ${to} again; ${connectors.moving} connectors go back to it at their next run.`;
  return answer(text, rolledBack.value);
}

/** Tries first what it would break, and says afterwards which roles somebody has to edit: nothing in AWS changes by itself. */
async function remove(session: Session, named: string, options: DeleteOptions): Promise<Outcome> {
  const { client, io } = session;
  const found = await impactOf(session, { named, change: 'delete' });
  if (!found.ok) return found;
  const { id, title, accountId, impact } = found.value;
  const number = await confirmedNumber(io, { ...options, title, accountId, impact });
  if (!number.ok) return number;
  const confirmBreaking = number.value;
  const query = confirmBreaking === undefined ? {} : { confirmBreaking };
  const deleted = await client.call('deleteBaseAccount', { params: { id }, query });
  if (!deleted.ok) return deleted;
  const roles = impact.connectors
    .filter(({ fault }) => fault !== undefined)
    .map(({ connectorId, name, roleArn, trustPolicy }) => ({ connectorId, name, roleArn, trustPolicy }));
  const todo =
    roles.length === 0
      ? ''
      : `\n\nThese roles must now trust the platform account; "causeway connectors role NAME" prints each policy:\n${table(
          ['connector', 'role'],
          roles.map(role => [role.name, role.roleArn]),
        )}`;
  return answer(`Deleted base account ${title}.${todo}`, { deleted: id, rolesToEdit: roles });
}

/** The number that somebody typed or gave with the command; undefined when nothing would break. */
async function confirmedNumber(
  io: Io,
  {
    title,
    accountId,
    impact,
    yes = false,
    confirmBreaking,
  }: DeleteOptions & Pick<Found, 'title' | 'accountId' | 'impact'>,
): Promise<Outcome<number | undefined>> {
  if (confirmBreaking !== undefined && !/^\d{1,9}$/.test(confirmBreaking)) {
    return usage(`"${confirmBreaking}" is not a number of connectors.`, 'Check --confirm-breaking.');
  }
  const given = confirmBreaking === undefined ? undefined : Number(confirmBreaking);
  const { breaks } = impact.totals;
  const question = `Delete base account ${title} (${accountId})?`;
  if (breaks === 0 || yes || given !== undefined) {
    const yesGiven = await confirmed(io, { yes: yes || given !== undefined, question });
    return yesGiven.ok ? { ok: true, value: given } : yesGiven;
  }
  const told = `${question} ${breaks} connectors that work now would stop working.`;
  if (!io.interactive) return usage(`This needs a confirmation: ${told}`, `Add --confirm-breaking ${breaks}.`);
  io.writeError(`${impactText(impact)}\n`);
  const typed = await io.askText(`${told} Type their number to go on`);
  return typed?.trim() === String(breaks)
    ? { ok: true, value: breaks }
    : usage('It was not confirmed.', 'Nothing was changed.');
}

function impactText({ hubAfter, takenAt, totals, connectors }: Impact): string {
  const summary = facts([
    ['Hub after it', hubText(hubAfter)],
    ['Tried', time(takenAt)],
    ['Move', totals.moves],
    ['Stay', totals.stays],
    ['Break', totals.breaks],
    ['Unknown', totals.unknown],
  ]);
  if (connectors.length === 0) return summary;
  const rows = connectors.map(({ name, outcome, hubNow, hubAfter: after, fault }) => [
    name,
    outcome,
    hubText(hubNow),
    hubText(after),
    fault?.title ?? null,
  ]);
  return `${summary}\n\n${table(['connector', 'outcome', 'hub now', 'hub after', 'fault'], rows)}`;
}

import { type Command, Option } from 'commander';
import type { ReplyOf } from '../api/contract.ts';
import { factsOfAccountType } from '../domain/partition.ts';
import type { Io } from './io.ts';
import { answer, EXIT, type Outcome } from './outcome.ts';
import { type CommonOptions, leaf, type PageOptions, paged, pageQuery, run, type Session } from './run-command.ts';
import { count, facts, hubText, more, table, time } from './text.ts';

type Alert = ReplyOf<'getAlert'>;
type AlertConnectors = ReplyOf<'listAlertConnectors'>;

export function addAlertCommands(program: Command, io: Io): void {
  const group = program
    .command('alerts')
    .description('causes why connectors have not been complete for some polling intervals');
  paged(leaf(group, 'list', 'list alerts; ends with 1 if any is open'))
    .addOption(new Option('--state <state>', 'only these').choices(['open', 'resolved']))
    .action((options: PageOptions & { state?: 'open' | 'resolved' }) =>
      run(io, options, async ({ client }) => {
        const { state } = options;
        const page = await client.call('listAlerts', { query: { ...pageQuery(options), ...(state ? { state } : {}) } });
        if (!page.ok) return page;
        const { items, nextCursor, evaluatedAt } = page.value;
        const isOpen = items.some(alert => alert.state === 'open');
        return answer(
          `${alertTable(items)}${more(nextCursor)}\n\n${lookedText(evaluatedAt)}`,
          page.value,
          isOpen ? EXIT.failure : EXIT.ok,
        );
      }),
    );
  paged(leaf(group, 'show <alert>', 'show one, named by its id, with the connectors that it concerns')).action(
    (id: string, options: PageOptions) => run(io, options, session => show(session, id, options)),
  );
}

async function show({ client }: Session, id: string, options: CommonOptions & PageOptions): Promise<Outcome> {
  const alert = await client.call('getAlert', { params: { id } });
  if (!alert.ok) return alert;
  const connectors = await client.call('listAlertConnectors', { params: { id }, query: pageQuery(options) });
  if (!connectors.ok) return connectors;
  const text = `${alertText(alert.value)}\n\n${connectorTable(connectors.value)}`;
  return answer(text, { alert: alert.value, connectors: connectors.value });
}

function lookedText(evaluatedAt: string | null): string {
  if (evaluatedAt === null) return 'No worker has looked for alerts yet: start "causeway serve" or "causeway work".';
  return `A worker looked last at ${time(evaluatedAt)}; one does each minute.`;
}

function alertTable(alerts: readonly Alert[]): string {
  const rows = alerts.map(({ id, state, cause, connectors, firstAt, resolvedAt }) => {
    const { label } = factsOfAccountType(cause.accountType);
    const many = state === 'open' ? connectors.total : connectors.most;
    return [state, causeText(cause), label, many, time(firstAt), time(resolvedAt), id];
  });
  return table(['state', 'cause', 'account type', 'connectors', 'since', 'resolved', 'id'], rows);
}

/** With the first of the denied actions: alerts for two of them would look the same. */
function causeText({ fault, actions }: Alert['cause']): string {
  const [first, ...others] = actions;
  if (first === undefined) return fault.title;
  return `${fault.title}: ${first}${others.length > 0 ? ` and ${others.length} more` : ''}`;
}

function alertText({ id, state, cause, connectors, firstAt, lastAt, resolvedAt, occurrences }: Alert): string {
  const { total, most, recovered, disabled, otherwise } = connectors;
  return facts([
    ['Id', id],
    ['State', state],
    ['Cause', `${cause.fault.title} (${cause.fault.code})`],
    ['For example', cause.fault.detail],
    ['What to do', cause.fault.remedy],
    ['Account type', factsOfAccountType(cause.accountType).label],
    ['Hub', hubText(cause.hub)],
    ['Denied actions', cause.actions.join(', ')],
    ['Connectors', `${total} now, ${most} at most`],
    ['Others', `${recovered} complete again, ${disabled} disabled, ${otherwise} for another cause`],
    ['First', time(firstAt)],
    ['Last', time(lastAt)],
    ['Resolved', time(resolvedAt)],
    ['Opened', count(occurrences, 'time')],
  ]);
}

function connectorTable({ items, nextCursor }: AlertConnectors): string {
  const rows = items.map(({ name, accountId, intervals, scopes, regions, lastCompleteAt, connectorId }) => {
    return [name, accountId, intervals, scopes, regions, time(lastCompleteAt), connectorId];
  });
  const headings = ['connector', 'account', 'intervals', 'scopes', 'regions', 'last complete', 'id'];
  return table(headings, rows) + more(nextCursor);
}

import { type Command, Option } from 'commander';
import type { ReplyOf } from '../api/contract.ts';
import { LIMITS } from '../domain/limits.ts';
import { type ChannelOptions, createBody, editBody } from './alert-channel-input.ts';
import type { Io } from './io.ts';
import { answer, EXIT, type Outcome, refuse } from './outcome.ts';
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
import { facts, more, table, time } from './text.ts';

type Channel = ReplyOf<'getAlertChannel'>;
type Delivery = ReplyOf<'listAlertDeliveries'>['items'][number];

export function addAlertChannelCommands(program: Command, io: Io): void {
  const group = program.command('alert-channels').description('where alerts are told: webhooks and e-mail');
  leaf(group, 'list', 'list channels').action((options: CommonOptions) =>
    run(io, options, async ({ client }) => {
      const page = await client.call('listAlertChannels', { query: {} });
      return page.ok ? answer(channelTable(page.value.items), page.value) : page;
    }),
  );
  leaf(group, 'show <channel>', 'show one, named by id or name').action((named: string, options: CommonOptions) =>
    run(io, options, session => withChannel(session, named, async (_, found) => answer(channelText(found), found))),
  );
  withFields(leaf(group, 'create', 'create a channel').requiredOption('--name <text>', 'what people call it'))
    .addOption(new Option('--kind <kind>', 'how it is told').choices(['webhook', 'email']).makeOptionMandatory())
    .action((options: ChannelOptions & { kind: Channel['settings']['kind']; name: string }) =>
      run(io, options, async ({ client }) => {
        const body = await createBody(io, options);
        if (!body.ok) return body;
        const made = await client.call('createAlertChannel', { body: body.value });
        return made.ok ? answer(channelText(made.value), made.value) : made;
      }),
    );
  withFields(leaf(group, 'edit <channel>', 'change one; what is not given stays as it is'))
    .option('--name <text>', 'what people call it')
    .option('--enable', 'send messages')
    .option('--disable', 'send nothing any more')
    .action((named: string, options: ChannelOptions) =>
      run(io, options, session => withChannel(session, named, (_, found) => edit(session, found, options))),
    );
  leaf(group, 'test <channel>', 'send a test message now; ends with 1 if it was not taken').action(
    (named: string, options: CommonOptions) => run(io, options, session => withChannel(session, named, test)),
  );
  paged(leaf(group, 'deliveries <channel>', 'list its messages and how their delivery went')).action(
    (named: string, options: PageOptions) =>
      run(io, options, session =>
        withChannel(session, named, async ({ client }, { id }) => {
          const page = await client.call('listAlertDeliveries', { params: { id }, query: pageQuery(options) });
          return page.ok ? answer(deliveryTable(page.value.items) + more(page.value.nextCursor), page.value) : page;
        }),
      ),
  );
  leaf(group, 'delete <channel>', 'delete one')
    .option('--yes', 'do not ask')
    .action((named: string, options: CommonOptions & { yes?: boolean }) =>
      run(io, options, session => withChannel(session, named, (_, found) => remove(session, found, options))),
    );
}

function withFields(command: Command): Command {
  return command
    .option('--post-to <address>', 'of a webhook: where to post, beginning with https://')
    .option('--host <name>', 'of e-mail: the mail server')
    .option('--port <number>', 'of e-mail: its port (587)')
    .addOption(new Option('--security <how>', 'of e-mail: encryption').choices(['starttls', 'tls', 'none']))
    .option('--smtp-user <name>', 'of e-mail: sign in as this user; its password is the secret')
    .option('--from <address>', 'of e-mail: the sender')
    .option('--to <addresses>', 'of e-mail: the recipients, separated by commas')
    .option('--after-intervals <number>', `polling intervals without success (${LIMITS.alertIntervalsDefault})`)
    .option('--remind-hours <number>', `hours until a reminder (${LIMITS.alertRemindHoursDefault})`)
    .option('--secret-stdin', 'read the signing secret or the password from standard input')
    .option('--secret-file <path>', 'read it from a file');
}

async function edit({ client, io }: Session, { id, settings }: Channel, options: ChannelOptions): Promise<Outcome> {
  const body = await editBody(io, settings.kind, options);
  if (!body.ok) return body;
  const changed = await client.call('changeAlertChannel', { params: { id }, body: body.value });
  return changed.ok ? answer(channelText(changed.value), changed.value) : changed;
}

async function test({ client }: Session, { id, name }: Channel): Promise<Outcome> {
  const tested = await client.call('testAlertChannel', { params: { id } });
  if (!tested.ok) return tested;
  const { outcome, fault } = tested.value;
  if (outcome === 'ok') {
    const but = fault ? ` But: ${fault.detail} ${fault.remedy}` : '';
    return answer(`${name}: the receiver took the test message.${but}`, tested.value);
  }
  return answer(`${name}: ${fault?.detail} ${fault?.remedy}`, tested.value, EXIT.failure);
}

async function remove(
  { client, io }: Session,
  { id, name }: Channel,
  { yes }: { readonly yes?: boolean },
): Promise<Outcome> {
  const sure = await confirmed(io, { yes: yes === true, question: `Delete alert channel ${name}?` });
  if (!sure.ok) return sure;
  const deleted = await client.call('deleteAlertChannel', { params: { id } });
  return deleted.ok ? answer(`Deleted alert channel ${name}.`, { deleted: id }) : deleted;
}

/** Does something with a channel that the user has named by id or, if only one has it, by name. */
async function withChannel(
  session: Session,
  named: string,
  work: (session: Session, channel: Channel) => Promise<Outcome>,
): Promise<Outcome> {
  const page = await session.client.call('listAlertChannels', { query: { limit: LIMITS.alertChannelsMax } });
  if (!page.ok) return page;
  const wanted = named.toLowerCase();
  const [only, ...others] = page.value.items.filter(({ id, name }) => [id, name.toLowerCase()].includes(wanted));
  if (only && others.length === 0) return await work(session, only);
  return refuse({
    exitCode: EXIT.notFound,
    title: 'Not found',
    detail: only ? `Several alert channels are called "${named}".` : `There is no alert channel "${named}".`,
    remedy: only ? 'Use an id; see "causeway alert-channels list".' : 'See "causeway alert-channels list".',
  });
}

function channelTable(channels: readonly Channel[]): string {
  const rows = channels.map(({ name, settings, enabled, afterIntervals, delivery, id }) => {
    return [name, settings.kind, target(settings), afterIntervals, stateOf({ enabled, delivery }), id];
  });
  return table(['name', 'kind', 'to', 'after intervals', 'state', 'id'], rows);
}

function channelText({ id, name, settings, enabled, afterIntervals, remindHours, delivery }: Channel): string {
  return facts([
    ['Id', id],
    ['Name', name],
    ['Kind', settings.kind],
    ['To', target(settings)],
    ...(settings.kind === 'email' ? mailFacts(settings) : []),
    ['After', `${afterIntervals} polling intervals`],
    ['Reminder', `after ${remindHours} h`],
    ['State', stateOf({ enabled, delivery })],
    ['Last sent', time(delivery.lastSentAt)],
    ['Last failure', delivery.lastFault && `${delivery.lastFault.detail} ${delivery.lastFault.remedy}`],
  ]);
}

function mailFacts({ host, port, security, username, from }: Extract<Channel['settings'], { kind: 'email' }>) {
  return [
    ['Mail server', `${host}:${port} (${security})`],
    ['Signs in as', username],
    ['From', from],
  ] as const;
}

function target(settings: Channel['settings']): string {
  return settings.kind === 'webhook' ? settings.url : settings.to.join(', ');
}

function stateOf({ enabled, delivery }: Pick<Channel, 'enabled' | 'delivery'>): string {
  if (!enabled) return 'disabled';
  const { failures, pending } = delivery;
  return failures === 0 ? 'works' : `fails (${failures} in a row, ${pending} waiting)`;
}

function deliveryTable(deliveries: readonly Delivery[]): string {
  const rows = deliveries.map(({ event, state, tries, createdAt, finishedAt, fault, alertId }) => {
    return [time(createdAt), event, state, tries, time(finishedAt), fault?.detail ?? null, alertId];
  });
  return table(['made', 'event', 'state', 'tries', 'ended', 'last failure', 'alert'], rows);
}

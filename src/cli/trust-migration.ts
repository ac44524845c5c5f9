import { type Command, Option } from 'commander';
import type { ReplyOf } from '../api/contract.ts';
import { LIMITS } from '../domain/limits.ts';
import { ACCOUNT_TYPES, type AccountType, isAccountType } from '../domain/partition.ts';
import { TRUST_STATES, type TrustState } from '../domain/trust-state.ts';
import type { Io } from './io.ts';
import { liveLine } from './live-line.ts';
import { migrationConnectorsText, migrationTable, migrationText, recheckLine, recheckText } from './migration-text.ts';
import { answer, EXIT, type Outcome, usage } from './outcome.ts';
import { painter } from './paint.ts';
import { type CommonOptions, leaf, type PageOptions, paged, pageQuery, run, type Session } from './run-command.ts';
import { more } from './text.ts';
import { type EditsOptions, writeEdits } from './trust-edits.ts';

type Recheck = ReplyOf<'getRecheck'>;

export function addTrustMigration(group: Command, io: Io): void {
  leaf(
    group,
    'status [account-type]',
    'how far the connectors of each account type have moved to their target hub',
  ).action((accountType: string | undefined, options: CommonOptions) =>
    run(io, options, session => status(session, accountType)),
  );
  paged(leaf(group, 'connectors <account-type>', 'list connectors by how they stand to their target hub'))
    .addOption(new Option('--state <state>', 'only in this state').choices(TRUST_STATES))
    .option('--search <text>', 'only with this text in name or role ARN')
    .action((accountType: string, options: ListOptions) =>
      run(io, options, session =>
        ofType(accountType, async type => {
          const { state, search } = options;
          const query = { ...pageQuery(options), state, search };
          const page = await session.client.call('listMigrationConnectors', { params: { accountType: type }, query });
          if (!page.ok) return page;
          return answer(
            migrationConnectorsText(page.value.items, painter(io)) + more(page.value.nextCursor),
            page.value,
          );
        }),
      ),
    );
  leaf(group, 'recheck <account-type>', 'check every connector of an account type now')
    .option('--watch', 'show the progress until its end; ends with 1 unless every role lets its target hub in')
    .option('--cancel', 'stop the one that is under way')
    .addHelpText('after', '\nCalls are paced below AWS’s quota, so that nothing else of the hub account is throttled.')
    .action((accountType: string, options: RecheckOptions) =>
      run(io, options, session => ofType(accountType, type => recheck(session, type, options))),
    );
  leaf(group, 'edits <account-type>', 'write files that change the trust policies of the roles')
    .addOption(
      new Option('--format <format>', 'what they are for')
        .choices(['aws-cli', 'cloudformation', 'stack-set', 'terraform'])
        .makeOptionMandatory(),
    )
    .addOption(
      new Option(
        '--form <form>',
        'overlap: the target hub beside the one that is trusted now; final: the target hub alone',
      )
        .choices(['overlap', 'final'])
        .default('overlap'),
    )
    .addOption(
      new Option('--state <state>', 'only connectors in this state; without it those not on target').choices(
        TRUST_STATES,
      ),
    )
    .requiredOption('--out <directory>', 'where the files go; it is made if it is not there')
    .option('--force', 'write over files of the same names')
    .addHelpText(
      'after',
      '\nNothing is changed in AWS: read the files and run or deploy them with rights in the member accounts. Then\n"causeway trust recheck ACCOUNT-TYPE --watch".',
    )
    .action((accountType: string, options: EditsOptions) =>
      run(io, options, session => ofType(accountType, type => writeEdits(session, type, options))),
    );
}

interface ListOptions extends PageOptions {
  readonly state?: TrustState;
  readonly search?: string;
}

interface RecheckOptions extends CommonOptions {
  readonly watch?: boolean;
  readonly cancel?: boolean;
}

async function ofType(named: string, work: (accountType: AccountType) => Promise<Outcome>): Promise<Outcome> {
  return isAccountType(named)
    ? await work(named)
    : usage(`There is no account type "${named}".`, `Give one of ${ACCOUNT_TYPES.join(', ')}.`);
}

async function status({ client, io }: Session, named: string | undefined): Promise<Outcome> {
  if (named === undefined) {
    const all = await client.call('listTrustMigrations', {});
    return all.ok ? answer(migrationTable(all.value.items), all.value) : all;
  }
  return await ofType(named, async accountType => {
    const one = await client.call('getTrustMigration', { params: { accountType } });
    return one.ok ? answer(migrationText(one.value, painter(io)), one.value) : one;
  });
}

async function recheck(
  session: Session,
  accountType: AccountType,
  { watch, cancel }: RecheckOptions,
): Promise<Outcome> {
  const { client } = session;
  if (cancel) return await cancelRecheck(session, accountType);
  const started = await client.call('startRecheck', { params: { accountType } });
  if (!started.ok) return started;
  return watch ? await watchRecheck(session, started.value) : answer(recheckText(started.value), started.value);
}

async function cancelRecheck({ client }: Session, accountType: AccountType): Promise<Outcome> {
  const migration = await client.call('getTrustMigration', { params: { accountType } });
  if (!migration.ok) return migration;
  const latest = migration.value.recheck;
  if (latest?.state !== 'running') return usage('No re-check is under way.', 'There is nothing to stop.');
  const cancelled = await client.call('cancelRecheck', { params: { id: latest.id } });
  return cancelled.ok ? answer(recheckText(cancelled.value), cancelled.value) : cancelled;
}

async function watchRecheck({ client, io }: Session, { id }: Recheck): Promise<Outcome> {
  const line = liveLine(io);
  const until = io.clock.monotonicMs() + LIMITS.watchHoursMax * 3_600_000;
  while (io.clock.monotonicMs() < until) {
    const found = await client.call('getRecheck', { params: { id } });
    if (!found.ok) return found;
    line.tell(recheckLine(found.value));
    if (found.value.state !== 'running') {
      line.end();
      return answer(recheckText(found.value), found.value, isClean(found.value) ? EXIT.ok : EXIT.failure);
    }
    await io.sleep(LIMITS.watchEveryMs);
  }
  return usage(`It has not ended within ${LIMITS.watchHoursMax} hours.`, 'See "causeway trust status".');
}

function isClean({ state, refused, unknown }: Recheck): boolean {
  return state === 'done' && refused === 0 && unknown === 0;
}

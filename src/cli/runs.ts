import { type Command, Option } from 'commander';
import type { ReplyOf } from '../api/contract.ts';
import { secondsInWords } from '../domain/duration.ts';
import { LIMITS } from '../domain/limits.ts';
import { ACCOUNT_TYPES, type AccountType } from '../domain/partition.ts';
import { scopesInWords } from '../domain/scopes-in-words.ts';
import { withConnector } from './find-connector.ts';
import type { Io } from './io.ts';
import { bar, liveLine } from './live-line.ts';
import { answer, EXIT, type Outcome, usage } from './outcome.ts';
import { type CommonOptions, leaf, type PageOptions, paged, pageQuery, run, type Session } from './run-command.ts';
import { facts, hubText, more, table, time } from './text.ts';

type Run = ReplyOf<'startRun'>;
type RunWithScopes = ReplyOf<'getRun'>;

export function addRunCommands(program: Command, io: Io): void {
  const group = program.command('runs').description('passes over the scopes of connectors');
  paged(leaf(group, 'list [connector]', 'list runs, newest first: a connector’s, or those of all'))
    .addOption(new Option('--state <state>', 'only in this state').choices(STATES))
    .addOption(new Option('--account-type <type>', 'only of this account type').choices(ACCOUNT_TYPES))
    .option('--since <time>', 'only those asked for since then, such as 2026-05-04T03:00Z')
    .action((named: string | undefined, options: ListOptions) =>
      run(io, options, session =>
        named === undefined
          ? list(session, options)
          : withConnector(session, named, (_, { id }) => list(session, options, id)),
      ),
    );
  leaf(group, 'show <run>', 'show one with its scopes').action((id: string, options: CommonOptions) =>
    run(io, options, async ({ client }) => {
      const found = await client.call('getRun', { params: { id } });
      return found.ok ? answer(runWithScopesText(found.value), found.value) : found;
    }),
  );
  leaf(group, 'watch <run>', 'wait until it has finished; ends with 1 if it failed').action(
    (id: string, options: CommonOptions) => run(io, options, session => watchRun(session, id)),
  );
}

interface ListOptions extends PageOptions {
  readonly state?: string;
  readonly accountType?: AccountType;
  readonly since?: string;
}

async function list({ client }: Session, options: ListOptions, connectorId?: string): Promise<Outcome> {
  const { state, accountType, since } = options;
  const time = since === undefined ? undefined : new Date(since);
  if (time && Number.isNaN(time.getTime())) {
    return usage(`"${since}" is not a time.`, 'Write it as ISO 8601, such as 2026-05-04T03:00Z.');
  }
  const query = {
    ...pageQuery(options),
    ...{ connectorId, accountType, since: time?.toISOString() },
    state: STATES.find(one => one === state),
  };
  const page = await client.call('listAllRuns', { query });
  return page.ok ? answer(runTable(page.value.items) + more(page.value.nextCursor), page.value) : page;
}

const STATES = ['under-way', 'with-problems', 'queued', 'running', 'ok', 'problems', 'failed', 'cancelled'] as const;

/** Waits for the end of a run and tells its progress on standard error meanwhile. */
export async function watchRun({ client, io }: Session, id: string): Promise<Outcome> {
  const until = io.clock.monotonicMs() + LIMITS.runHoursMax * 3_600_000;
  const line = liveLine(io);
  while (io.clock.monotonicMs() < until) {
    const found = await client.call('getRun', { params: { id } });
    if (!found.ok) return found;
    line.tell(progressText(found.value));
    if (found.value.finishedAt !== null) {
      line.end();
      return endOf(found.value);
    }
    await io.sleep(LIMITS.watchEveryMs);
  }
  return usage(`The run has not finished within ${LIMITS.runHoursMax} hours.`, `See "causeway runs show ${id}".`);
}

function progressText({ state, counts, progress }: Run): string {
  const { scopes, finished, items, calls, throttled } = counts;
  const seconds = progress?.timeLeft?.seconds;
  return [
    `${bar({ done: finished, total: scopes || 1 })} ${state}: ${finished} of ${scopes} scopes`,
    `${items} assets seen`,
    `${calls} calls, ${throttled} throttled`,
    ...(progress ? [seconds === undefined ? 'time left unknown' : `about ${secondsInWords(seconds)} left`] : []),
  ].join(', ');
}

export function runText(run: Run | RunWithScopes): string {
  const { counts, skipped } = run;
  return facts([
    ['Id', run.id],
    ['Connector', run.connectorId],
    ['State', run.state],
    ['Trigger', `${run.trigger}, by ${run.requestedBy}`],
    ['Hub', run.hub || !('sessions' in run) ? hubText(run.hub) : sessionsText(run.sessions)],
    ['Caller', run.callerArn],
    ['Queued', time(run.queuedAt)],
    ['Started', time(run.startedAt)],
    ['Finished', time(run.finishedAt)],
    ['Scopes', `${counts.complete} of ${counts.scopes} observed completely, ${counts.finished} finished`],
    ['AWS calls', `${counts.calls}, ${counts.throttled} of them throttled`],
    ...(run.progress ? [['Under way', scopesInWords(run.progress.underWay) || 'between scopes'] as const] : []),
    ...(skipped ? [['Left out', skippedText(skipped)] as const] : []),
    ['Assets', `${counts.items} seen, ${counts.added} new, ${counts.changed} changed, ${counts.gone} gone`],
    ...(run.fault ? [['Fault', `${run.fault.title}: ${run.fault.detail} ${run.fault.remedy}`] as const] : []),
    ...(run.regionsFault ? [['Regions', `the usual ones, because: ${run.regionsFault.detail}`] as const] : []),
  ]);
}

/** Of a run that was broken off before it had a plan. */
function sessionsText(sessions: RunWithScopes['sessions']): string {
  const parts = sessions.map(({ hub, sessionName, refused }) => {
    return `${hubText(hub)}: ${refused ? refused.title : `let in as ${sessionName}`}`;
  });
  return parts.join('; ');
}

function skippedText({ scopes, calls, provedSince }: NonNullable<Run['skipped']>): string {
  return `${scopes} scopes without assets, the oldest proof from ${time(provedSince)}; ${calls} calls saved`;
}

function endOf(run: RunWithScopes): Outcome {
  const worked = run.state === 'ok' || run.state === 'problems';
  return answer(runWithScopesText(run), run, worked ? EXIT.ok : EXIT.failure);
}

function runTable(runs: readonly ReplyOf<'listAllRuns'>['items'][number][]): string {
  const rows = runs.map(({ id, state, trigger, queuedAt, finishedAt, counts, fault, connectorName }) => {
    const observed = `${counts.complete}/${counts.scopes}`;
    return [
      time(queuedAt),
      connectorName,
      state,
      trigger,
      observed,
      counts.items,
      counts.added,
      counts.changed,
      counts.gone,
      counts.calls,
      counts.throttled,
      time(finishedAt),
      fault?.title ?? null,
      id,
    ];
  });
  const headings = [
    ...['queued', 'connector', 'state', 'trigger', 'scopes', 'seen', 'new', 'changed', 'gone', 'calls', 'throttled'],
    ...['finished', 'why', 'id'],
  ];
  return table(headings, rows);
}

/** The scopes that were not observed completely come with their reasons; the others only count. */
function runWithScopesText(run: RunWithScopes): string {
  const incomplete = run.scopes.filter(({ outcome }) => outcome !== 'complete');
  if (incomplete.length === 0) return runText(run);
  const rows = incomplete.map(({ region, assetType, outcome, fault }) => {
    return [region, assetType, outcome ?? 'not finished', fault ? `${fault.title}: ${fault.detail}` : null];
  });
  return `${runText(run)}\n\n${table(['region', 'asset type', 'outcome', 'why'], rows)}`;
}

import type { Command } from 'commander';
import type { ReplyOf } from '../api/contract.ts';
import { LIMITS } from '../domain/limits.ts';
import { withConnector } from './find-connector.ts';
import type { Io } from './io.ts';
import { answer, EXIT, type Outcome, usage } from './outcome.ts';
import { type CommonOptions, leaf, type PageOptions, paged, pageQuery, run, type Session } from './run-command.ts';
import { facts, hubText, more, table, time } from './text.ts';

type Run = ReplyOf<'startRun'>;
type RunWithScopes = ReplyOf<'getRun'>;

export function addRunCommands(program: Command, io: Io): void {
  const group = program.command('runs').description('passes over the scopes of a connector');
  paged(leaf(group, 'list <connector>', 'list a connector’s runs, newest first')).action(
    (named: string, options: PageOptions) =>
      run(io, options, session =>
        withConnector(session, named, async ({ client }, { id }) => {
          const page = await client.call('listRuns', { params: { id }, query: pageQuery(options) });
          return page.ok ? answer(runTable(page.value.items) + more(page.value.nextCursor), page.value) : page;
        }),
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

/** Waits for the end of a run and tells its progress on standard error meanwhile. */
export async function watchRun({ client, io }: Session, id: string): Promise<Outcome> {
  const until = io.clock.monotonicMs() + LIMITS.runHoursMax * 3_600_000;
  let told = '';
  while (io.clock.monotonicMs() < until) {
    const found = await client.call('getRun', { params: { id } });
    if (!found.ok) return found;
    const { state, counts } = found.value;
    const progress = `${state}: ${counts.finished} of ${counts.scopes} scopes, ${counts.items} assets seen`;
    if (progress !== told) io.writeError(`${progress}\n`);
    told = progress;
    if (found.value.finishedAt !== null) return endOf(found.value);
    await io.sleep(LIMITS.watchEveryMs);
  }
  return usage(`The run has not finished within ${LIMITS.runHoursMax} hours.`, `See "causeway runs show ${id}".`);
}

export function runText(run: Run): string {
  const { counts } = run;
  return facts([
    ['Id', run.id],
    ['Connector', run.connectorId],
    ['State', run.state],
    ['Trigger', `${run.trigger}, by ${run.requestedBy}`],
    ['Hub', hubText(run.hub)],
    ['Caller', run.callerArn],
    ['Queued', time(run.queuedAt)],
    ['Started', time(run.startedAt)],
    ['Finished', time(run.finishedAt)],
    ['Scopes', `${counts.complete} of ${counts.scopes} observed completely, ${counts.finished} finished`],
    ['Assets', `${counts.items} seen, ${counts.added} new, ${counts.changed} changed, ${counts.gone} gone`],
    ...(run.fault ? [['Fault', `${run.fault.title}: ${run.fault.detail} ${run.fault.remedy}`] as const] : []),
    ...(run.regionsFault ? [['Regions', `the usual ones, because: ${run.regionsFault.detail}`] as const] : []),
  ]);
}

function endOf(run: RunWithScopes): Outcome {
  const worked = run.state === 'ok' || run.state === 'problems';
  return answer(runWithScopesText(run), run, worked ? EXIT.ok : EXIT.failure);
}

function runTable(runs: readonly Run[]): string {
  const rows = runs.map(({ id, state, trigger, queuedAt, finishedAt, counts }) => {
    const observed = `${counts.complete}/${counts.scopes}`;
    return [
      time(queuedAt),
      state,
      trigger,
      observed,
      counts.items,
      counts.added,
      counts.changed,
      counts.gone,
      time(finishedAt),
      id,
    ];
  });
  const headings = ['queued', 'state', 'trigger', 'scopes', 'seen', 'new', 'changed', 'gone', 'finished', 'id'];
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

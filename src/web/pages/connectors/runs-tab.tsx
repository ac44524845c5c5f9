import ProgressBar from '@cloudscape-design/components/progress-bar';
import type { ReplyOf } from '../../../api/contract.ts';
import { secondsInWords } from '../../../domain/duration.ts';
import { isBusy } from '../../parts/connector-state.tsx';
import { FaultPopover } from '../../parts/fault.tsx';
import { type Connector, HubName } from '../../parts/hub.tsx';
import { PageLink } from '../../parts/links.tsx';
import { EmptyState } from '../../parts/loaded.tsx';
import { type Column, PagedTable, useTableSettings } from '../../parts/paged-table.tsx';
import { durationInWords, TimeAgo } from '../../parts/time.tsx';
import { usePager } from '../../parts/view-state.ts';
import { PATHS } from '../../paths.ts';
import { useRead } from '../../queries.ts';
import { RunState, TRIGGERS } from './run-state.tsx';

export type Run = ReplyOf<'startRun'>;

/** The runs of a connector, newest first; those under way show their progress. */
export function RunsTab({ connector }: { connector: Connector }) {
  const settings = useTableSettings('runs', 20);
  const pager = usePager();
  const read = useRead(
    'listRuns',
    { params: { id: connector.id }, query: { limit: settings.pageSize, cursor: pager.cursor } },
    { again: runs => (isBusy(connector) || runs?.items.some(isUnderWay) ? 1_500 : 15_000), keepPrevious: true },
  );
  return (
    <PagedTable
      id="runs"
      what="runs"
      title="Runs"
      variant="container"
      read={read}
      settings={settings}
      pager={pager}
      columns={RUN_COLUMNS}
      trackBy={run => run.id}
      empty={<EmptyState title="No runs yet">The first run starts by itself when the connector is enabled.</EmptyState>}
    />
  );
}

export function isUnderWay(run: Pick<Run, 'state'>): boolean {
  return run.state === 'queued' || run.state === 'running';
}

export function RunProgress({ run: { counts, state, progress } }: { run: Run }) {
  if (state === 'queued') return <>Waiting for its turn</>;
  const done = counts.scopes === 0 ? 'Asking which regions there are' : `${counts.finished} of ${counts.scopes} scopes`;
  return (
    <ProgressBar
      ariaLabel="Scopes read"
      value={counts.scopes === 0 ? 0 : (counts.finished / counts.scopes) * 100}
      additionalInfo={`${done}, ${timeLeftInWords(progress)}`}
    />
  );
}

function timeLeftInWords(progress: Run['progress']): string {
  const seconds = progress?.timeLeft?.seconds;
  return seconds === undefined ? 'time left unknown' : `about ${secondsInWords(seconds)} left`;
}

/** Of a list of runs; the first leads to the run. */
export const RUN_COLUMNS: readonly Column<Run>[] = [
  {
    id: 'queuedAt',
    header: 'Started',
    cell: run => (
      <PageLink href={PATHS.run(run.connectorId, run.id)}>
        <TimeAgo at={run.startedAt ?? run.queuedAt} />
      </PageLink>
    ),
    isRowHeader: true,
    width: 128,
  },
  { id: 'state', header: 'State', cell: run => <RunState run={run} />, width: 186 },
  {
    id: 'scopes',
    header: 'Scopes',
    cell: run => (isUnderWay(run) ? <RunProgress run={run} /> : completeInWords(run)),
    width: 176,
  },
  { id: 'fault', header: 'Reason', cell: run => <Reason run={run} />, width: 212 },
  { id: 'items', header: 'Resources', cell: ({ counts }) => counts.items.toLocaleString('en-US'), width: 112 },
  { id: 'calls', header: 'AWS calls', cell: ({ counts }) => <Calls counts={counts} />, width: 124 },
  { id: 'changes', header: 'Changes', cell: ({ counts }) => changesInWords(counts), width: 220 },
  {
    id: 'duration',
    header: 'Took',
    cell: run => (run.startedAt && run.finishedAt ? durationInWords(run.startedAt, run.finishedAt) : '–'),
    width: 100,
  },
  {
    id: 'skipped',
    header: 'Left out as proved empty',
    cell: ({ skipped }) => (skipped ? `${skipped.scopes.toLocaleString('en-US')} scopes` : '–'),
    width: 190,
  },
  { id: 'hub', header: 'Through', cell: run => <HubName hub={run.hub} none="–" />, width: 220 },
  { id: 'trigger', header: 'Why', cell: run => TRIGGERS[run.trigger], width: 140 },
  { id: 'requestedBy', header: 'By', cell: run => run.requestedBy, width: 140, hiddenAtFirst: true },
];

/** Why a run failed, or, where that can differ from scope to scope, the way to the causes as they are now. */
function Reason({ run: { fault, state, connectorId } }: { run: Run }) {
  if (fault) return <FaultPopover fault={fault} type={state === 'cancelled' ? 'info' : 'error'} />;
  if (state !== 'problems') return '–';
  return <PageLink href={PATHS.connectorTab(connectorId, 'readiness')}>Why, and what to do</PageLink>;
}

/** Below one another, so that large numbers do not make the column wide. */
function Calls({ counts: { calls, throttled } }: Pick<Run, 'counts'>) {
  if (throttled === 0) return calls.toLocaleString('en-US');
  return (
    <>
      {calls.toLocaleString('en-US')},
      <br />
      {throttled.toLocaleString('en-US')} throttled
    </>
  );
}

/** A run that failed before it knew its scopes has none to count. */
export function completeInWords({ counts: { complete, scopes } }: Pick<Run, 'counts'>): string {
  return scopes === 0 ? '–' : `${complete.toLocaleString('en-US')} of ${scopes.toLocaleString('en-US')} complete`;
}

export function callsInWords({ calls, throttled }: { calls: number; throttled: number }): string {
  const all = calls.toLocaleString('en-US');
  return throttled === 0 ? all : `${all}, ${throttled.toLocaleString('en-US')} throttled`;
}

export function changesInWords({ added, changed, gone }: { added: number; changed: number; gone: number }): string {
  const parts = [
    added > 0 && `${added.toLocaleString('en-US')} new`,
    changed > 0 && `${changed.toLocaleString('en-US')} changed`,
    gone > 0 && `${gone.toLocaleString('en-US')} gone`,
  ].filter(part => part !== false);
  return parts.length === 0 ? 'None' : parts.join(', ');
}

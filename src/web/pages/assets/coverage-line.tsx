import Box from '@cloudscape-design/components/box';
import Popover from '@cloudscape-design/components/popover';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { ReplyOf } from '../../../api/contract.ts';
import { LIMITS } from '../../../domain/limits.ts';
import { PageLink } from '../../parts/links.tsx';
import { TimeAgo } from '../../parts/time.tsx';
import { PATHS } from '../../paths.ts';
import { OUTCOMES } from '../connectors/run-state.tsx';
import { useConnectorNames } from './asset-types.ts';

type Coverage = ReplyOf<'listAssets'>['coverage'];

/** How far a list or a count can be trusted: how much was observed completely, and what was not and why. */
export function CoverageLine({ coverage }: { coverage: Coverage | undefined }) {
  if (!coverage) return <Box color="text-status-inactive">How complete this is: …</Box>;
  const { scopes, complete, oldestCompleteAt, staleConnectors } = coverage;
  if (scopes === 0) return <StatusIndicator type="info">No connector looks for these yet</StatusIndicator>;
  const missing = scopes - complete;
  const oldest = (
    <>
      , the oldest seen <TimeAgo at={oldestCompleteAt} />
    </>
  );
  const share = missing === 0 ? 'All' : `${Math.floor((complete / scopes) * 100)} % of`;
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <StatusIndicator type={missing === 0 && staleConnectors === 0 ? 'success' : 'warning'}>
        {share} {count(scopes)} scopes observed{oldestCompleteAt && oldest}
      </StatusIndicator>
      {missing > 0 && (
        <Popover
          header="Not observed"
          size="large"
          renderWithPortal
          dismissAriaLabel="Close the list"
          content={<NotObserved coverage={coverage} missing={missing} />}
        >
          {count(missing)} not observed: why
        </Popover>
      )}
      {staleConnectors > 0 && (
        <Popover
          header="Not observed lately"
          size="large"
          renderWithPortal
          dismissAriaLabel="Close the list"
          content={<Stale coverage={coverage} />}
        >
          {staleConnectors === 1 ? '1 connector' : `${count(staleConnectors)} connectors`} not observed lately: why
        </Popover>
      )}
    </SpaceBetween>
  );
}

/** What was complete, and is older than it should be. */
function Stale({ coverage: { stale, staleConnectors } }: { coverage: Coverage }) {
  return (
    <SpaceBetween size="s">
      <Box variant="p">
        No run has come to scopes of these connectors for more than {LIMITS.freshIntervals} polling intervals. What has
        changed in AWS since is not in this list.
      </Box>
      {stale.map(({ connectorId, name, enabled, completeAt }) => (
        <div key={connectorId}>
          <PageLink href={PATHS.connectorTab(connectorId, 'readiness')}>{name}</PageLink>
          {enabled ? ': ' : ', disabled: '}
          <TimeAgo at={completeAt} />
        </div>
      ))}
      {staleConnectors > stale.length && <div>and {count(staleConnectors - stale.length)} more</div>}
      <Box variant="p">
        See that the connectors are enabled, that their <PageLink href={PATHS.runs}>runs</PageLink> end, and that
        workers are running (“causeway serve” or “causeway work”).
      </Box>
    </SpaceBetween>
  );
}

const shownMax = 8;

function NotObserved({ coverage: { notObserved }, missing }: { coverage: Coverage; missing: number }) {
  const nameOf = useConnectorNames('id');
  const shown = notObserved.slice(0, shownMax);
  return (
    <SpaceBetween size="s">
      <Box variant="p">What was found there before is kept; what is new there is not in this list.</Box>
      {shown.map(({ connectorId, region, assetType, outcome, fault }) => (
        <div key={`${connectorId} ${region} ${assetType}`}>
          <PageLink href={PATHS.connectorTab(connectorId, 'readiness')}>
            {nameOf(connectorId) ?? 'A connector'}
          </PageLink>
          {`, ${region === '*' ? 'every region' : region}, ${assetType === '*' ? 'every type' : assetType}: `}
          {outcome === null ? 'not finished once' : OUTCOMES[outcome].label.toLowerCase()}
          {fault && <Box color="text-body-secondary">{fault.detail}</Box>}
        </div>
      ))}
      {missing > shown.length && (
        <div>
          and {count(missing - shown.length)} more:{' '}
          <PageLink href={PATHS.readiness}>all causes, and what to do</PageLink>
        </div>
      )}
    </SpaceBetween>
  );
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

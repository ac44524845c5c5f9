import Box from '@cloudscape-design/components/box';
import Popover from '@cloudscape-design/components/popover';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { ReplyOf } from '../../../api/contract.ts';
import { PageLink } from '../../parts/links.tsx';
import { TimeAgo } from '../../parts/time.tsx';
import { PATHS } from '../../paths.ts';
import { OUTCOMES } from '../connectors/run-state.tsx';
import { useConnectorNames } from './asset-types.ts';

type Coverage = ReplyOf<'listAssets'>['coverage'];

/** How far a list or a count can be trusted: how much was observed completely, and what was not and why. */
export function CoverageLine({ coverage }: { coverage: Coverage | undefined }) {
  if (!coverage) return <Box color="text-status-inactive">How complete this is: …</Box>;
  const { scopes, complete, oldestCompleteAt } = coverage;
  if (scopes === 0) return <StatusIndicator type="info">No connector looks for these yet</StatusIndicator>;
  const missing = scopes - complete;
  const oldest = (
    <>
      , the oldest seen <TimeAgo at={oldestCompleteAt} />
    </>
  );
  if (missing === 0) {
    return (
      <StatusIndicator type="success">
        All {count(scopes)} scopes observed{oldestCompleteAt && oldest}
      </StatusIndicator>
    );
  }
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <StatusIndicator type="warning">
        {Math.floor((complete / scopes) * 100)} % of {count(scopes)} scopes observed{oldestCompleteAt && oldest}
      </StatusIndicator>
      <Popover
        header="Not observed"
        size="large"
        dismissAriaLabel="Close the list"
        content={<NotObserved coverage={coverage} missing={missing} />}
      >
        {count(missing)} not observed: why
      </Popover>
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

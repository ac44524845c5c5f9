import Box from '@cloudscape-design/components/box';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { JsonCode } from '../../parts/code.tsx';
import { Facts } from '../../parts/facts.tsx';
import { AwsAnswer } from '../../parts/fault.tsx';
import { PageLink } from '../../parts/links.tsx';
import { TimeAgo } from '../../parts/time.tsx';
import { PATHS } from '../../paths.ts';
import { SidePanel } from '../../shell/side-panel.tsx';
import { quoted } from '../assets/query-text.ts';
import { type ConnectorReadiness, ReadinessIndicator, type ReadyScope } from './readiness-words.tsx';
import { ReasonBody } from './reasons.tsx';

/** One scope beside the heat table: how it stands, why, and what to do. */
export function ScopePanel({
  scope,
  readiness,
  accountId,
  typeLabel,
  onClose,
}: {
  scope: ReadyScope;
  readiness: ConnectorReadiness;
  accountId: string;
  typeLabel: string;
  onClose: () => void;
}) {
  const { region, assetType, completeAt, items } = scope;
  const reason = scope.reason === null ? undefined : readiness.reasons[scope.reason];
  const change = reason?.policyHelps ? readiness.policyChange : null;
  const query = `accountId:${quoted(accountId)} and region:${quoted(region)} and type:${quoted(assetType)}`;
  return (
    <SidePanel title={`${typeLabel}, ${region}`} onClose={onClose}>
      <SpaceBetween size="l">
        <Facts
          columns={3}
          facts={[
            { label: 'Readiness', value: <ReadinessIndicator readiness={scope.readiness} /> },
            { label: 'Observed completely', value: <TimeAgo at={completeAt} never="Never" /> },
            {
              label: 'Resources',
              value:
                completeAt === null ? (
                  'Not known'
                ) : (
                  <PageLink href={`${PATHS.resources}?${new URLSearchParams({ q: query })}`}>
                    {items.toLocaleString('en-US')}
                  </PageLink>
                ),
            },
          ]}
        />
        {reason ? (
          <SpaceBetween size="s">
            <Box variant="h3">
              {scope.readiness === 'fresh' ? `Some details are not known: ${reason.title}` : reason.title}
            </Box>
            <ReasonBody reason={reason} />
            {reason.fault?.aws && <AwsAnswer aws={reason.fault.aws} />}
          </SpaceBetween>
        ) : (
          <Box>Its last observation was complete. Nothing has to be done.</Box>
        )}
        {change && <JsonCode value={change.statement} label="statement for the role" fileName="statement.json" />}
      </SpaceBetween>
    </SidePanel>
  );
}

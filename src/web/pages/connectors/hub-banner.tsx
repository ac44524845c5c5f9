import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type Hub, hubInWords } from '../../../domain/hub.ts';
import { FaultAlert, FaultDetail } from '../../parts/fault.tsx';
import type { Connector } from '../../parts/hub.tsx';
import { PageButton, PageLink } from '../../parts/links.tsx';
import { PATHS } from '../../paths.ts';

/** What stands between the connector and the hub it should use, or why its last run failed; nothing when all is well. */
export function HubBanner({ connector }: { connector: Connector }) {
  const { targetHub, currentHub, lastRun, state } = connector;
  if (connector.enabled && !targetHub) return <NoHub />;
  // A run that failed for another reason than the role’s refusal says so itself.
  const refused = state !== 'failing' || connector.targetFault !== null;
  if (connector.moving && currentHub && targetHub && refused) return <Moving connector={connector} />;
  if (state === 'waiting-for-role' && targetHub) return <Waiting connector={connector} hub={targetHub} />;
  if (state === 'failing' && lastRun?.fault) {
    return <FaultAlert fault={lastRun.fault} header={`The last run failed: ${lastRun.fault.title}`} />;
  }
  return null;
}

function Waiting({ connector: { id, roleArn, lastRun }, hub }: { connector: Connector; hub: Hub }) {
  const template = <PageLink href={PATHS.connectorTab(id, 'role')}>Role tab</PageLink>;
  if (!lastRun) {
    return (
      <Alert type="info" header="The first run starts in a moment">
        If the role does not exist yet, create it with the template on the {template}; the connector waits for it.
      </Alert>
    );
  }
  return (
    <Alert type="info" header="Waiting for its role">
      <SpaceBetween size="xs">
        <div>
          The role {roleArn} has not let {hubInWords(hub)} in yet. Create it with the template on the {template}; the
          connector starts by itself.
        </div>
        {lastRun.fault && <FaultDetail fault={lastRun.fault} titled />}
      </SpaceBetween>
    </Alert>
  );
}

function NoHub() {
  return (
    <Alert type="error" header="There is nothing to assume the role from">
      This account type has neither a base account nor a platform account.{' '}
      <PageLink href={PATHS.createBaseAccount}>Create a base account</PageLink>, or ask whoever runs this deployment to
      configure a platform account.
    </Alert>
  );
}

function Moving({ connector }: { connector: Connector }) {
  const { id, roleArn, currentHub, targetHub, targetFault, state } = connector;
  if (!currentHub || !targetHub) return null;
  const failing = state === 'failing';
  const [hub, target] = [hubInWords(currentHub), hubInWords(targetHub)];
  return (
    <Alert
      type={failing ? 'error' : 'warning'}
      header={
        failing
          ? `Not working: the trust policy does not admit ${target}, and ${hub} helps no more`
          : `Still on ${hub}: the trust policy does not admit ${target} yet`
      }
      action={<PageButton href={PATHS.connectorTab(id, 'trust')}>See the change</PageButton>}
    >
      <SpaceBetween size="xs">
        <Box variant="p" color="inherit">
          {failing
            ? 'The last run failed: the hub that the connector had is gone, or is refused too.'
            : 'The connector goes on working through the hub it had.'}{' '}
          The Trust tab shows the change that the role {roleArn} needs; once it is made, the next run or check moves the
          connector by itself.
        </Box>
        {targetFault && <FaultDetail fault={targetFault} titled />}
      </SpaceBetween>
    </Alert>
  );
}

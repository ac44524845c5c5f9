import Box from '@cloudscape-design/components/box';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import { useState } from 'react';
import type { ReplyOf } from '../../../api/contract.ts';
import { type Hub, hubInWords, sameHub } from '../../../domain/hub.ts';
import { JsonCode } from '../../parts/code.tsx';
import type { Connector } from '../../parts/hub.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { TimeAgo } from '../../parts/time.tsx';
import { useRead } from '../../queries.ts';
import { type EditChoice, TrustChange } from '../trust/trust-change.tsx';
import type { ConnectorImpact } from './impact-words.ts';

const FRESH = { freshMs: 60_000 } as const;

/**
 * The trust policy that a role needs for a change of hubs: as an edit of its live policy where that is known, else the
 * whole policy as it was proposed for the role.
 */
export function ImpactTrust({ impact, hubAfter }: { impact: ConnectorImpact; hubAfter: Hub }) {
  const params = { id: impact.connectorId };
  const trust = useRead('connectorTrust', { params, query: {} }, FRESH);
  const connector = useRead('getConnector', { params }, FRESH);
  if (trust.isPending || connector.isPending) {
    return (
      <Box color="text-status-inactive">
        <Spinner /> Loading the role’s trust policy
      </Box>
    );
  }
  const live = trust.data?.policy;
  if (live?.known && connector.data) {
    return <Edit impact={impact} hubAfter={hubAfter} live={live} connector={connector.data} />;
  }
  return (
    <SpaceBetween size="xs">
      <Box variant="p">
        Trust policy that the role needs. Its live policy is not known here, so compare before you paste.
      </Box>
      <JsonCode value={impact.trustPolicy} label="trust policy" fileName="trust-policy.json" />
    </SpaceBetween>
  );
}

function Edit({
  impact: { roleArn, hubNow },
  hubAfter,
  live,
  connector: { externalId },
}: {
  impact: ConnectorImpact;
  hubAfter: Hub;
  live: Extract<ReplyOf<'connectorTrust'>['policy'], { known: true }>;
  connector: Connector;
}) {
  const [edit, setEdit] = useState<EditChoice>('overlap');
  const retiring = hubNow && !sameHub(hubNow, hubAfter) ? [hubNow.accountId] : [];
  const body = { policy: live.text, roleArn, hub: hubAfter.accountId, externalId, retiring };
  const advice = useRead('adviseTrust', { body }, FRESH);
  return (
    <SpaceBetween size="s">
      <Box variant="p">
        What its trust policy needs, from the policy that was read from IAM <TimeAgo at={live.readAt} />:
      </Box>
      <Loaded read={advice} what="the change of the trust policy">
        {reply => <TrustChange advice={reply} hub={hubInWords(hubAfter)} edit={edit} onEdit={setEdit} />}
      </Loaded>
    </SpaceBetween>
  );
}

import Box from '@cloudscape-design/components/box';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import { useState } from 'react';
import type { ReplyOf } from '../../../api/contract.ts';
import { sameHub } from '../../../domain/hub.ts';
import { CopyAndSave, JsonCode } from '../../parts/code.tsx';
import { Diff } from '../../parts/diff.tsx';
import type { Connector } from '../../parts/hub.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { TimeAgo } from '../../parts/time.tsx';
import { useRead } from '../../queries.ts';
import type { ConnectorImpact } from './impact-words.ts';

/**
 * The trust policy that a role needs for a change: as an edit of its live policy where that is known, else the whole policy
 * as it was proposed for the role.
 */
export function TrustChange({ impact }: { impact: ConnectorImpact }) {
  const params = { id: impact.connectorId };
  const trust = useRead('connectorTrust', { params, query: {} }, { freshMs: 60_000 });
  const connector = useRead('getConnector', { params }, { freshMs: 60_000 });
  const live = trust.data?.policy;
  if (trust.isPending || connector.isPending) {
    return (
      <Box color="text-status-inactive">
        <Spinner /> Loading the role’s trust policy
      </Box>
    );
  }
  if (live?.known && connector.data && impact.hubAfter) {
    return <Edit impact={impact} live={live} connector={connector.data} hubAfter={impact.hubAfter.accountId} />;
  }
  return <Proposed policy={impact.trustPolicy} />;
}

type LivePolicy = Extract<ReplyOf<'connectorTrust'>['policy'], { known: true }>;

function Edit({
  impact: { roleArn, hubNow, hubAfter: after, trustPolicy },
  live,
  connector: { externalId },
  hubAfter,
}: {
  impact: ConnectorImpact;
  live: LivePolicy;
  connector: Connector;
  hubAfter: string;
}) {
  const [form, setForm] = useState('overlap');
  const leaves = hubNow && !sameHub(hubNow, after) ? [hubNow.accountId] : [];
  const advice = useRead(
    'adviseTrust',
    { body: { policy: live.text, roleArn, hub: hubAfter, externalId, retiring: leaves } },
    { freshMs: 60_000 },
  );
  return (
    <Loaded read={advice} what="the change of the trust policy">
      {reply => {
        if (reply.kind === 'blocked') {
          return (
            <SpaceBetween size="s">
              <Box variant="p">No addition to the role’s trust policy helps: {reply.because}</Box>
              <Proposed policy={trustPolicy} />
            </SpaceBetween>
          );
        }
        const edit = form === 'final' ? reply.final : reply.overlap;
        return (
          <SpaceBetween size="s">
            <SegmentedControl
              label="Form of the trust policy"
              selectedId={form}
              options={FORMS}
              onChange={event => setForm(event.detail.selectedId)}
            />
            <Box variant="p">
              {form === 'final'
                ? 'Admits the hub afterwards only; for when the change is made and the connector has moved.'
                : 'Admits the hub afterwards beside whoever is admitted now, so that nothing fails in between.'}{' '}
              The policy was read from IAM <TimeAgo at={live.readAt} />.
            </Box>
            {edit.diff.every(({ kind }) => kind === 'same') ? (
              <Box variant="p">Nothing has to be changed in it.</Box>
            ) : (
              <>
                <CopyAndSave text={edit.text} label="new trust policy" fileName="trust-policy.json" />
                <Diff lines={edit.diff} label="change of the trust policy" />
              </>
            )}
          </SpaceBetween>
        );
      }}
    </Loaded>
  );
}

const FORMS = [
  { id: 'overlap', text: 'Both hubs' },
  { id: 'final', text: 'Only the hub afterwards' },
];

function Proposed({ policy }: { policy: ConnectorImpact['trustPolicy'] }) {
  return (
    <SpaceBetween size="xs">
      <Box variant="p">
        Trust policy that the role needs. Its live policy is not known here, so compare before you paste.
      </Box>
      <JsonCode value={policy} label="trust policy" fileName="trust-policy.json" />
    </SpaceBetween>
  );
}

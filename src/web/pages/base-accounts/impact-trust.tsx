import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import { useState } from 'react';
import type { ReplyOf } from '../../../api/contract.ts';
import { type Hub, hubInWords, sameHub } from '../../../domain/hub.ts';
import { JsonCode } from '../../parts/code.tsx';
import { failureInWords } from '../../parts/failure-alert.tsx';
import type { Connector } from '../../parts/hub.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { TimeAgo } from '../../parts/time.tsx';
import { useChange, useRead } from '../../queries.ts';
import { useWhyNot } from '../../session.tsx';
import { type EditChoice, isUnchanged, TrustChange } from '../trust/trust-change.tsx';
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

type LivePolicy = Extract<ReplyOf<'connectorTrust'>['policy'], { known: true }>;

function Edit({
  impact: { connectorId, roleArn, hubNow, fault },
  hubAfter,
  live,
  connector: { externalId },
}: {
  impact: ConnectorImpact;
  hubAfter: Hub;
  live: LivePolicy;
  connector: Connector;
}) {
  const [edit, setEdit] = useState<EditChoice>('overlap');
  const retiring = hubNow && !sameHub(hubNow, hubAfter) ? [hubNow.accountId] : [];
  const body = { policy: live.text, roleArn, hub: hubAfter.accountId, externalId, retiring };
  const advice = useRead('adviseTrust', { body }, FRESH);
  return (
    <SpaceBetween size="s">
      <KnownSince live={live} connectorId={connectorId} doubted={isDoubted({ fault, advice: advice.data })} />
      <Loaded read={advice} what="the change of the trust policy">
        {reply => <TrustChange advice={reply} hub={hubInWords(hubAfter)} edit={edit} onEdit={setEdit} />}
      </Loaded>
    </SpaceBetween>
  );
}

/** AWS refused the hub just now, and the policy that is known admits it: somebody has changed it since, or it is not that. */
function isDoubted({
  fault,
  advice,
}: {
  fault: ConnectorImpact['fault'];
  advice: ReplyOf<'adviseTrust'> | undefined;
}): boolean {
  return fault?.code === 'role-not-assumable' && advice?.kind === 'edits' && isUnchanged(advice.overlap);
}

/** When the policy was read, and a check of the connector, which reads it anew. */
function KnownSince({ live, connectorId, doubted }: { live: LivePolicy; connectorId: string; doubted: boolean }) {
  const whyNot = useWhyNot('operator');
  const check = useChange('checkConnector');
  return (
    <Alert
      type={doubted ? 'warning' : 'info'}
      {...(doubted ? { header: 'The policy that is known admits the hub, and AWS refused it' } : {})}
      action={
        <Button
          formAction="none"
          onClick={() => check.mutate({ params: { id: connectorId } })}
          loading={check.isPending}
          loadingText="Reading"
          disabled={whyNot !== null}
          disabledReason={whyNot ?? undefined}
        >
          Read it again
        </Button>
      }
    >
      The edit starts from the trust policy that was read from IAM <TimeAgo at={live.readAt} />.
      {doubted &&
        ' It may have been changed since. If it was not, see whether the hub may call sts:AssumeRole on the role.'}
      {check.error && ` It could not be read again: ${failureInWords(check.error)}`}
    </Alert>
  );
}

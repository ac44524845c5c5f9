import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import type { RequestOf } from '../../../api/contract.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { useView } from '../../parts/view-state.ts';
import { CRUMBS } from '../../paths.ts';
import { useChange, useRead } from '../../queries.ts';
import { Page } from '../../shell/page.tsx';
import { indented } from './connector-trust.tsx';
import { TrustPolicyHelp } from './help.tsx';
import { TrustPolicyAnswer } from './trust-policy-answer.tsx';
import { EMPTY_QUESTION, type PolicyDraft, questionOf, TrustPolicyForm } from './trust-policy-form.tsx';

/** Tools > Trust policy: paste any trust policy and see whom it lets in, what is weak in it, and how to edit it. */
export function TrustPolicyPage() {
  const { get } = useView();
  const connectorId = get('connector');
  return (
    <Page title="Trust policy" crumbs={[CRUMBS.tools]} help={HELP}>
      <SpaceBetween size="l">
        <Header
          variant="h1"
          description="Whether a policy lets somebody assume a role, which statement decides, what is weak in it, and the smallest edit that lets them in. Nothing is sent to AWS."
        >
          Trust policy
        </Header>
        {connectorId === '' ? <Tool initial={EMPTY_QUESTION} /> : <OfConnector key={connectorId} id={connectorId} />}
      </SpaceBetween>
    </Page>
  );
}

const HELP = <TrustPolicyHelp />;

/** Begins with what is known of a connector: its role, target hub, external ID, and policy if that could be read. */
function OfConnector({ id }: { id: string }) {
  const connector = useRead('getConnector', { params: { id } });
  const trust = useRead('connectorTrust', { params: { id }, query: {} });
  return (
    <Loaded read={connector} what="the connector">
      {({ roleArn, externalId, targetHub }) => (
        <Loaded read={trust} what="its trust policy">
          {({ policy }) => (
            <Tool
              initial={{
                ...EMPTY_QUESTION,
                policy: policy.known ? indented(policy.text) : '',
                roleArn,
                externalId,
                principalArn: targetHub?.accountId ?? '',
              }}
            />
          )}
        </Loaded>
      )}
    </Loaded>
  );
}

function Tool({ initial }: { initial: PolicyDraft }) {
  const [asked, setAsked] = useState<RequestOf<'evaluateTrust'>['body'] | null>(null);
  const evaluate = useChange('evaluateTrust');
  const ask = (draft: PolicyDraft) => {
    const body = questionOf(draft);
    evaluate.mutate({ body }, { onSuccess: () => setAsked(body), onError: () => setAsked(null) });
  };
  return (
    <SpaceBetween size="l">
      <TrustPolicyForm initial={initial} pending={evaluate.isPending} error={evaluate.error} onSubmit={ask} />
      {asked && evaluate.data && <TrustPolicyAnswer question={asked} answer={evaluate.data} />}
    </SpaceBetween>
  );
}

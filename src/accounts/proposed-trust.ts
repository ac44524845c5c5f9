import type { Hub } from '../domain/hub.ts';
import { factsOfAccountType } from '../domain/partition.ts';
import type { HubFacts } from '../store/hubs.ts';
import { answerAdvice } from '../trust/answer-advice.ts';
import { trustPolicy } from './role-setup.ts';
import type { PolicyDocument } from './shapes.ts';

/**
 * A trust policy that lets all of these hubs assume a connector's role: the role's own with the smallest edit, if it is
 * known and an edit helps; else the one of the role set-up.
 */
export function proposedTrust(
  { accountType, roleArn, externalId }: Pick<HubFacts, 'accountType' | 'roleArn' | 'externalId'>,
  { hubs, live }: { hubs: readonly Hub[]; live: string | undefined },
): PolicyDocument {
  const edited = live === undefined ? undefined : admitting(live, { roleArn, externalId, hubs });
  return edited ?? trustPolicy({ facts: factsOfAccountType(accountType), trusted: hubs, externalId });
}

function admitting(
  live: string,
  { roleArn, externalId, hubs }: { roleArn: string; externalId: string; hubs: readonly Hub[] },
): PolicyDocument | undefined {
  let document: PolicyDocument | undefined;
  for (const { accountId: hub } of hubs) {
    const policy = document ?? live;
    const advice = answerAdvice({ policy, roleArn, hub, externalId, retiring: [], form: 'account' });
    if (!advice.ok || advice.value.kind === 'blocked') return undefined;
    document = advice.value.overlap.document;
  }
  return document;
}

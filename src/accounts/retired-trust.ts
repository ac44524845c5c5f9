import { type Hub, sameHub } from '../domain/hub.ts';
import type { AccountType } from '../domain/partition.ts';
import { listFormerHubs, listMovedConnectors, type MovedConnector } from '../store/hub-trust.ts';
import { evaluateTrust } from '../trust/evaluate.ts';
import { parseTrustPolicy } from '../trust/parse-policy.ts';
import { readAssumeRequest } from '../trust/request.ts';
import type { AccountsDeps } from './deps.ts';

/** A role that still admits a hub after its connector has moved away from it. */
export interface RetiredTrust {
  readonly connectorId: string;
  readonly name: string;
  readonly roleArn: string;
  readonly hub: Hub;
  /** Its trust policy says so, or the hub was let in when it was tried last. */
  readonly by: 'trust-policy' | 'proof';
  readonly at: Date;
}

/**
 * Who still trusts a retired hub: of the connectors that have moved to this one, those whose role admits the platform
 * account, an account that the base account had before, or any other hub that was tried once. The trust policy decides
 * where it is known; else the last try does.
 */
export async function findRetiredTrust(
  { db, platformAccounts }: Pick<AccountsDeps, 'db' | 'platformAccounts'>,
  { accountType, hub }: { accountType: AccountType; hub: Hub },
): Promise<RetiredTrust[]> {
  const former = await listFormerHubs(db, { accountType, hub });
  const platformId = platformAccounts[accountType]?.accountId;
  const platform: Hub[] =
    platformId === undefined || platformId === hub.accountId
      ? []
      : [{ kind: 'platform-account', accountId: platformId }];
  const hubs = [...platform, ...former.filter(one => !platform.some(other => sameHub(one, other)))];
  if (hubs.length === 0) return [];
  const accountIds = [...new Set(hubs.map(one => one.accountId))];
  const moved = await listMovedConnectors(db, { accountType, hub, accountIds });
  return moved.flatMap(connector => hubs.flatMap(one => trustOf(connector, one)));
}

function trustOf(connector: MovedConnector, hub: Hub): RetiredTrust[] {
  const { connectorId, name, roleArn, policyReadAt } = connector;
  const accepted = connector.accepted.find(one => sameHub(one.hub, hub));
  const found = (by: RetiredTrust['by'], at: Date) => [{ connectorId, name, roleArn, hub, by, at }];
  if (accepted && (policyReadAt === null || policyReadAt < accepted.at)) return found('proof', accepted.at);
  return policyReadAt && admits(connector, hub) ? found('trust-policy', policyReadAt) : [];
}

/** Whether some identity of the hub's account may come in: which of them it was is not known any more. */
function admits({ policy: text, roleArn, externalId }: MovedConnector, { accountId }: Hub): boolean {
  if (text === null) return false;
  const policy = parseTrustPolicy(text);
  const request = readAssumeRequest({ roleArn, principalArn: accountId, externalId });
  if (!policy.ok || !request.ok) return false;
  const { decision } = evaluateTrust(policy.value, request.value);
  // What admits everybody admits this one; what names it may do so by a condition that is not known here.
  return decision === 'allowed' || (decision !== 'denied' && text.includes(accountId));
}

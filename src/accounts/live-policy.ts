import { type Budget, prompt } from '../aws/call.ts';
import { readOwnTrustPolicy } from '../aws/iam.ts';
import type { MemberSession } from '../aws/session.ts';
import { LIMITS } from '../domain/limits.ts';
import { parseRoleArn } from '../domain/role-arn.ts';
import { type RoleFacts, readRoleFacts, saveTrustPolicy } from '../store/role-facts.ts';
import type { AccountsDeps } from './deps.ts';
import type { KnownPolicy } from './diagnosis/symptoms.ts';

interface Reached {
  readonly connectorId: string;
  readonly roleArn: string;
  readonly session: MemberSession;
  /** Ends the reading in time. */
  readonly within?: Budget;
}

/**
 * Reads the trust policy of a connector's role through a session of the role itself and keeps it; null when it cannot be
 * read. That the role may not read itself is kept, too: its policy is then unknown. A failure that passes by itself, such
 * as throttling, leaves what was known before.
 */
export async function readLivePolicy(
  deps: AccountsDeps,
  { connectorId, roleArn, session, within }: Reached,
): Promise<KnownPolicy | null> {
  const role = parseRoleArn(roleArn);
  if (!role.ok) throw new Error(`connector ${connectorId} has a role ARN that cannot be read`);
  const budget = prompt(deps.clock, { totalMs: LIMITS.checkQuestionMs, ...(within ? { within } : {}) });
  const read = await readOwnTrustPolicy(deps.aws, { session, role: role.value, budget });
  const at = deps.clock.now();
  if (read.ok) {
    await saveTrustPolicy(deps.db, { connectorId, roleArn, policy: read.value, fault: null, at });
    return { text: read.value, readAt: at, live: true };
  }
  const isAnswer = read.fault.code === 'access-denied' || read.fault.code === 'denied-by-scp';
  const known = isAnswer ? undefined : await readRoleFacts(deps.db, { connectorId, roleArn });
  if (isAnswer || known?.policy === null) {
    await saveTrustPolicy(deps.db, { connectorId, roleArn, policy: null, fault: read.fault, at });
  }
  return null;
}

/** For a run: reads it when the target hub was refused, and when what is known is old. */
export async function keepPolicyFresh(
  deps: AccountsDeps,
  { targetRefused, policyReadAt, ...reached }: Reached & { targetRefused: boolean; policyReadAt: Date | null },
): Promise<void> {
  if (targetRefused || isOld({ policyReadAt }, deps.clock.now())) await readLivePolicy(deps, reached);
}

function isOld({ policyReadAt }: Pick<RoleFacts, 'policyReadAt'>, now: Date): boolean {
  return policyReadAt === null || now.getTime() - policyReadAt.getTime() > LIMITS.trustPolicyHours * 3_600_000;
}

/** What is known from before. */
export function policyFromBefore({ policy, policyReadAt }: RoleFacts): KnownPolicy | null {
  return policy === null || policyReadAt === null ? null : { text: policy, readAt: policyReadAt, live: false };
}

import { ok, type Result } from '../domain/result.ts';
import { evaluateTrust, type TrustDecision } from './evaluate.ts';
import { explainTrust } from './explain.ts';
import { type Finding, findTrustProblems } from './findings.ts';
import { parseTrustPolicy } from './parse-policy.ts';
import { type AssumeRequestInput, readAssumeRequest } from './request.ts';

export interface TrustAnalysis extends TrustDecision {
  readonly findings: readonly Finding[];
  /** Each statement in words. */
  readonly explanation: readonly string[];
}

export interface AnalyseTrustInput extends AssumeRequestInput {
  /** JSON text, or the document as a value. */
  readonly policy: unknown;
  /** Accounts that may be trusted; the caller's, when left out. */
  readonly hubAccountIds?: readonly string[];
}

/**
 * Everything about one trust policy and one caller: whether it may assume the role, why, and what else is to be said.
 * Faults: `malformed-policy`, `invalid-role-arn`, `wrong-partition`, `invalid-external-id`, `invalid-field`.
 */
export function analyseTrust(input: AnalyseTrustInput): Result<TrustAnalysis> {
  const policy = parseTrustPolicy(input.policy);
  if (!policy.ok) return policy;
  const request = readAssumeRequest(input);
  if (!request.ok) return request;
  const { caller, role } = request.value;
  const hubAccountIds = input.hubAccountIds ?? [caller.accountId];
  return ok({
    ...evaluateTrust(policy.value, request.value),
    findings: findTrustProblems(policy.value, { hubAccountIds, roleAccountId: role.accountId }),
    explanation: explainTrust(policy.value),
  });
}

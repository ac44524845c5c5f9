import { evaluateTrust, matchStatement, type StatementResult, type TrustDecision } from './evaluate.ts';
import type { TrustPolicy } from './policy.ts';
import type { AssumeRequest } from './request.ts';

/**
 * What in a trust policy keeps a caller out:
 *
 * deny         a Deny statement applies to it
 * external-id  a statement names it and asks for another external ID, or for none
 * condition    a statement names it and has another condition that does not hold
 * orphan       the statement that would apply names a user or role that was deleted (AIDA…, AROA…)
 * not-named    no Allow statement names it for this action
 */
export type RefusalReason = 'deny' | 'external-id' | 'condition' | 'orphan' | 'not-named';

export interface TrustVerdict extends Pick<TrustDecision, 'decision' | 'because'> {
  /** When it is denied at least one, the nearest to being mended first; when that cannot be told, what may be the reason. */
  readonly reasons: readonly RefusalReason[];
}

/** Evaluates a trust policy and says what in it decides against the caller. */
export function whyRefused(policy: TrustPolicy, request: AssumeRequest): TrustVerdict {
  const { decision, because, statement } = evaluateTrust(policy, request);
  if (decision === 'allowed') return { decision, because, reasons: [] };
  const results = policy.statements.map(each => matchStatement(each, { request, version: policy.version }));
  const deciding = results.find(result => result.statement.index === statement?.index);
  if (deciding?.statement.effect === 'Deny') return { decision, because, reasons: ['deny'] };
  const named = deciding && deciding.principal !== 'no' && deciding.action !== 'no' ? reasonsWithin(deciding) : [];
  if (named.length > 0) return { decision, because, reasons: named };
  const orphaned = results.some(result => namesOrphan(result) && applies(result));
  return { decision, because, reasons: [orphaned ? 'orphan' : 'not-named'] };
}

function reasonsWithin({ principal, conditions }: StatementResult): RefusalReason[] {
  const certain = conditions.filter(({ truth }) => truth === 'no');
  const failing = certain.length > 0 ? certain : conditions.filter(({ truth }) => truth === 'unknown');
  const isExternalId = (key: string) => key.toLowerCase() === 'sts:externalid';
  const reasons: RefusalReason[] = [];
  if (principal === 'unknown' && certain.length === 0) reasons.push('not-named');
  if (failing.some(({ condition }) => isExternalId(condition.key))) reasons.push('external-id');
  if (failing.some(({ condition }) => !isExternalId(condition.key))) reasons.push('condition');
  return reasons;
}

function namesOrphan({ statement }: StatementResult): boolean {
  const { element, named } = statement.principals;
  return statement.effect === 'Allow' && element === 'Principal' && named.some(({ kind }) => kind === 'orphan');
}

/** Whether the statement is for this action and its conditions, such as our external ID, would let the caller in. */
function applies({ action, conditions }: StatementResult): boolean {
  return action !== 'no' && conditions.every(({ truth }) => truth !== 'no');
}

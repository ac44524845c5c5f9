import type { PolicyDocument } from '../world/world.ts';
import { conditionHolds, fillIn, isKnownOperator, type RequestContext } from './condition.ts';
import { fitsGlob, fitsResource } from './glob.ts';
import { type Policy, type PrincipalList, readPolicy, type Statement } from './policy.ts';
import { type CallerNames, principalMatch } from './principal.ts';

/** What is asked of a set of policies. */
export interface AccessRequest {
  /** Such as `ec2:DescribeInstances`. */
  action: string;
  /** An ARN, or `*` for actions that have no resource. */
  resource: string;
  context: RequestContext;
}

/** What policies of one type say together. Written from https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html */
export type Verdict =
  | { effect: 'allow'; statement: StatementPlace }
  | { effect: 'explicit-deny'; statement: StatementPlace }
  | { effect: 'implicit-deny' };

interface StatementPlace {
  /** Index into the list of policies. */
  policy: number;
  /** Index into the policy's statements. */
  statement: number;
}

/**
 * Policies that stand for themselves: identity-based, session and service control policies. An explicit deny in any of
 * them wins over every allow. A document that cannot be read, and a statement without a resource, say nothing, as IAM
 * would never have stored them.
 */
export function evaluatePolicies(documents: readonly PolicyDocument[], request: AccessRequest): Verdict {
  let verdict: Verdict = { effect: 'implicit-deny' };
  for (const [index, document] of documents.entries()) {
    const reading = readPolicy(document);
    if (reading.kind === 'malformed') continue;
    for (const [number, statement] of reading.policy.statements.entries()) {
      if (!statement.resources || !applies(statement, reading.policy, request)) continue;
      const place = { policy: index, statement: number };
      if (statement.effect === 'Deny') return { effect: 'explicit-deny', statement: place };
      if (verdict.effect === 'implicit-deny') verdict = { effect: 'allow', statement: place };
    }
  }
  return verdict;
}

/**
 * What a role's trust policy says of a caller.
 * `to: 'principal'` it names the caller itself (or everybody); within one account that is permission enough.
 * `to: 'account'` it names the caller's account, which thereby may decide by its own identity-based policies.
 */
export type TrustVerdict =
  | { effect: 'allow'; to: 'principal' | 'account'; statement: number }
  | { effect: 'explicit-deny'; statement: number }
  | { effect: 'implicit-deny' };

export function evaluateTrust(document: PolicyDocument, caller: CallerNames, request: AccessRequest): TrustVerdict {
  const reading = readPolicy(document);
  if (reading.kind === 'malformed') return { effect: 'implicit-deny' };
  let verdict: TrustVerdict = { effect: 'implicit-deny' };
  for (const [number, statement] of reading.policy.statements.entries()) {
    const match = statement.principals ? whom(statement.principals, caller) : 'none';
    if (match === 'none' || !applies(statement, reading.policy, request)) continue;
    if (statement.effect === 'Deny') return { effect: 'explicit-deny', statement: number };
    // To name the principal gives more than to name its account, so it is kept when both do.
    if (verdict.effect === 'implicit-deny' || match === 'principal') {
      verdict = { effect: 'allow', to: match, statement: number };
    }
  }
  return verdict;
}

/**
 * NotPrincipal names everybody else. AWS checks the account, the role and the session one after the other, so a caller is
 * only left out when every one of its names is listed.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
 */
function whom(principals: PrincipalList, caller: CallerNames): 'none' | 'account' | 'principal' {
  if (!principals.negated) return principalMatch(principals, caller);
  const listed = (name: string[]) => name.some(one => principals.aws.includes(one));
  const leftOut = principals.aws.includes('*') || caller.names.every(listed);
  return leftOut ? 'none' : 'principal';
}

/** Whether action, resource and conditions fit; the principal is the caller's affair. */
function applies(statement: Statement, policy: Policy, request: AccessRequest): boolean {
  const { actions, resources, conditions } = statement;
  const action = request.action.toLowerCase();
  if (actions.patterns.some(pattern => fitsGlob(pattern.toLowerCase(), action)) === actions.negated) return false;
  if (resources) {
    const fits = resources.patterns.some(pattern => {
      const filled = policy.hasVariables ? fillIn(pattern, request.context, true) : pattern;
      return filled !== undefined && fitsResource(filled, request.resource);
    });
    if (fits === resources.negated) return false;
  }
  // An operator that does not exist cannot have been stored. Should a world file hold one, the statement still denies but
  // never allows.
  if (conditions.some(condition => !isKnownOperator(condition.operator))) return statement.effect === 'Deny';
  return conditions.every(condition => conditionHolds(condition, request.context, policy.hasVariables));
}

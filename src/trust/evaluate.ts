import { type Context, contextOf } from './context.ts';
import { decisionInWords } from './explain-decision.ts';
import { type ConditionResult, matchCondition } from './match-condition.ts';
import { matchPrincipals } from './match-principal.ts';
import type { ActionElement, Condition, Statement, TrustPolicy } from './policy.ts';
import type { AssumeRequest } from './request.ts';
import { every, not, some, type Truth, truth } from './truth.ts';
import { fits, wildcardPattern } from './wildcard.ts';

export interface TrustDecision {
  readonly decision: 'allowed' | 'denied' | 'cannot-tell';
  /** One or two sentences for whoever looks after the role. */
  readonly because: string;
  /** The statement that decides; for a refusal without one, the statement that came nearest. */
  readonly statement?: { readonly index: number; readonly sid?: string };
  /** The condition that decides, where it is one. */
  readonly condition?: Condition;
}

/**
 * Whether the trust policy lets the caller assume the role. Only the trust policy is asked: the caller's own policies,
 * permission boundaries and service control policies can still refuse. `cannot-tell` whenever a value, key or operator
 * that matters is not known. IAM User Guide, "Policy evaluation logic": explicit Deny, then Allow, else denied.
 */
export function evaluateTrust(policy: TrustPolicy, request: AssumeRequest): TrustDecision {
  const context = contextOf(request);
  const matches = policy.statements.map(statement =>
    matchCaller(statement, { request, context, version: policy.version }),
  );
  const outcomes = actionsOf(request, context).map(action => decide(matches, { action, request }));
  const deciding =
    outcomes.find(({ decision }) => decision === 'denied') ??
    outcomes.find(({ decision }) => decision === 'cannot-tell') ??
    outcomes[0];
  if (!deciding) throw new Error('an assumption needs at least one action');
  const { decision, result } = deciding;
  const byCondition = result?.principal === 'yes' && result.action === 'yes';
  const condition = byCondition ? result.conditions.find(each => each.truth !== 'yes')?.condition : undefined;
  return {
    decision,
    because: decisionInWords(deciding, request),
    ...(result ? { statement: nameOf(result.statement) } : {}),
    ...(condition ? { condition } : {}),
  };
}

/** What one action comes to, with the statement that decides it. */
export interface Outcome {
  readonly action: string;
  readonly decision: TrustDecision['decision'];
  /** `partition`: no principal of another partition can assume the role, whatever the policy says. */
  readonly by: 'deny' | 'allow' | 'no-allow' | 'partition';
  readonly result?: StatementResult;
}

/** What each part of a statement says about one request. */
export interface StatementResult extends CallerMatch {
  readonly action: Truth;
  /** Whether the statement applies. */
  readonly truth: Truth;
}

/** The parts that are the same for every action of the request. */
interface CallerMatch {
  readonly statement: Statement;
  readonly principal: Truth;
  readonly conditions: readonly ConditionResult[];
}

/** Whether one statement applies to the assumption itself, whatever its effect. */
export function matchStatement(
  statement: Statement,
  { request, version }: { request: AssumeRequest; version: TrustPolicy['version'] },
): StatementResult {
  return withAction(matchCaller(statement, { request, context: contextOf(request), version }), ASSUME_ROLE);
}

const ASSUME_ROLE = 'sts:AssumeRole';

function matchCaller(
  statement: Statement,
  { request, context, version }: { request: AssumeRequest; context: Context; version: TrustPolicy['version'] },
): CallerMatch {
  return {
    statement,
    principal: matchPrincipals(statement.principals, request.caller),
    conditions: statement.conditions.map(condition => matchCondition(condition, { context, version })),
  };
}

function withAction(match: CallerMatch, name: string): StatementResult {
  const action = matchAction(match.statement.actions, name);
  return { ...match, action, truth: every([match.principal, action, ...match.conditions.map(each => each.truth)]) };
}

/**
 * A source identity needs sts:SetSourceIdentity and session tags need sts:TagSession, both in the trust policy too (IAM
 * User Guide, "Monitor and control actions taken with assumed roles" and "Pass session tags in AWS STS").
 */
function actionsOf(request: AssumeRequest, context: Context): string[] {
  const isPresent = (key: string) => context(key).state === 'present';
  const tags =
    isPresent('aws:TagKeys') || Object.keys(request.context).some(key => isRequestTag(key) && isPresent(key));
  return [
    ASSUME_ROLE,
    ...(isPresent('sts:SourceIdentity') ? ['sts:SetSourceIdentity'] : []),
    ...(tags ? ['sts:TagSession'] : []),
  ];
}

function isRequestTag(key: string): boolean {
  return key.toLowerCase().startsWith('aws:requesttag/');
}

function decide(
  matches: readonly CallerMatch[],
  { action, request }: { action: string; request: AssumeRequest },
): Outcome {
  if (request.caller.partition !== request.role.partition) return { action, decision: 'denied', by: 'partition' };
  const results = matches.map(match => withAction(match, action));
  const denies = results.filter(({ statement }) => statement.effect === 'Deny');
  const allows = results.filter(({ statement }) => statement.effect === 'Allow');
  const deny = firstThat(denies, 'yes');
  if (deny) return { action, decision: 'denied', by: 'deny', result: deny };
  const allow = firstThat(allows, 'yes');
  const perhapsAllow = firstThat(allows, 'unknown');
  if (!allow && !perhapsAllow) {
    const nearest = nearestOf(allows);
    return { action, decision: 'denied', by: 'no-allow', ...(nearest ? { result: nearest } : {}) };
  }
  const perhapsDeny = firstThat(denies, 'unknown');
  if (perhapsDeny) return { action, decision: 'cannot-tell', by: 'deny', result: perhapsDeny };
  if (allow) return { action, decision: 'allowed', by: 'allow', result: allow };
  return { action, decision: 'cannot-tell', by: 'allow', ...(perhapsAllow ? { result: perhapsAllow } : {}) };
}

/** AWS: names of actions have no case and may hold wildcards. */
function matchAction({ element, patterns }: ActionElement, action: string): Truth {
  const listed = some(
    patterns.map(pattern => truth(fits(wildcardPattern(pattern.toLowerCase()), action.toLowerCase()))),
  );
  return element === 'Action' ? listed : not(listed);
}

function firstThat(results: readonly StatementResult[], wanted: Truth): StatementResult | undefined {
  return results.find(result => result.truth === wanted);
}

/** The Allow statement that fails latest: over a condition rather than the action, over that rather than the principal. */
function nearestOf(allows: readonly StatementResult[]): StatementResult | undefined {
  const steps = (result: StatementResult) => (result.principal === 'no' ? 0 : result.action === 'no' ? 1 : 2);
  return allows.toSorted((a, b) => steps(b) - steps(a))[0];
}

function nameOf({ index, sid }: Statement): { index: number; sid?: string } {
  return { index, ...(sid === undefined ? {} : { sid }) };
}

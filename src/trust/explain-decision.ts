import { contextOf } from './context.ts';
import type { Outcome, StatementResult } from './evaluate.ts';
import type { ConditionResult } from './match-condition.ts';
import { parseOperator } from './operators.ts';
import type { Condition, Statement } from './policy.ts';
import type { Caller } from './principal.ts';
import type { AssumeRequest } from './request.ts';

/** The reason for an outcome, in the words of whoever looks after the role. */
export function decisionInWords({ action, decision, by, result }: Outcome, request: AssumeRequest): string {
  if (by === 'partition') return partitionInWords(request);
  const who = callerInWords(request.caller);
  if (!result)
    return `No statement of the trust policy allows ${action} to anybody, so ${who} may not assume the role.`;
  const name = statementInWords(result.statement);
  if (decision === 'allowed') return `${name} allows ${who} to assume the role.${whoElseDecides(result, request)}`;
  if (by === 'deny' && decision === 'denied') {
    const conditions = result.conditions.length > 0 ? ', and its conditions hold' : '';
    return `${name} denies ${action} to ${who}${conditions}; a Deny outweighs every Allow.`;
  }
  const effect = by === 'deny' ? 'denies' : 'allows';
  if (decision === 'cannot-tell') return `${name} ${effect} ${who} only if ${whatIsUnknown(result, request)}.`;
  return `No statement allows ${action} to ${who}; nearest is ${lowerFirst(name)}, ${whatFails(result, { action, request })}.`;
}

export function statementInWords({ index, sid }: { readonly index: number; readonly sid?: string }): string {
  return sid ? `Statement ${index + 1} ("${sid}")` : `Statement ${index + 1}`;
}

function callerInWords(caller: Caller): string {
  if (caller.kind === 'account') return `account ${caller.accountId}`;
  const kinds = { user: 'user', role: 'role', session: 'role session', 'federated-user': 'federated user' };
  return `the ${kinds[caller.kind]} ${caller.arn}`;
}

export function conditionInWords({ operator, key, values }: Condition): string {
  const listed = values.map(value => `"${value.length > 80 ? `${value.slice(0, 80)}…` : value}"`);
  const shown = listed.length > 4 ? [...listed.slice(0, 4), `${listed.length - 4} more`] : listed;
  return `${operator} ${key} ${shown.join(' or ') || '(no value)'}`;
}

function partitionInWords({ caller, role }: AssumeRequest): string {
  return `The role is in the AWS partition "${role.partition}" and ${callerInWords(caller)} in "${caller.partition}"; no principal can assume a role of another partition.`;
}

/** The trust policy's side is done; whose policies must agree depends on how it names the caller. */
function whoElseDecides({ statement }: StatementResult, { caller, role }: AssumeRequest): string {
  const exact = statement.principals.named.some(named => named.kind === 'identity');
  if (caller.accountId !== role.accountId) return ' The caller’s own policies must allow sts:AssumeRole on it too.';
  return exact ? '' : ' It trusts the whole account, so the caller’s own policies must allow sts:AssumeRole on it too.';
}

function whatIsUnknown(result: StatementResult, request: AssumeRequest): string {
  if (result.principal === 'unknown') return unknownPrincipal(result.statement, request.caller);
  const unknown = result.conditions.find(each => each.truth === 'unknown');
  if (!unknown) return 'something holds that is not known here';
  const { condition } = unknown;
  const words = conditionInWords(condition);
  if (unknown.unknown === 'operator')
    return `${words} holds, and "${condition.operator}" is not an operator that is known`;
  if (condition.key.toLowerCase() === 'aws:principalarn' && request.caller.kind === 'session') {
    return `${words} holds for the caller’s role, whose path a session’s ARN leaves out; ask with the ARN of the role`;
  }
  if (unknown.unknown === 'key') return `${words} holds, and the request’s ${condition.key} is not known here`;
  return `${words} holds, and what AWS makes of these values cannot be told`;
}

function unknownPrincipal({ principals }: Statement, caller: Caller): string {
  const names = principals.named.map(named => named.text).slice(0, 3);
  if (principals.element === 'NotPrincipal') {
    return `its NotPrincipal list (${names.join(', ')}) does not let the caller off, and AWS does so for certain only when it names the account, the identity and the session`;
  }
  const which =
    caller.kind === 'account' ? 'which identity of the account calls' : 'the name of the session that calls';
  return `the caller is one that it names (${names.join(', ')}), and ${which} is not known here`;
}

function whatFails(result: StatementResult, { action, request }: { action: string; request: AssumeRequest }): string {
  const { statement, principal } = result;
  if (principal === 'no') return `which ${principalsInWords(statement)}`;
  if (result.action === 'no')
    return `which is for ${statement.actions.patterns.slice(0, 3).join(', ')} and not for ${action}`;
  const failing = result.conditions.find(each => each.truth === 'no');
  return failing ? `whose condition ${conditionFails(failing, request)}` : 'which does not apply';
}

function principalsInWords({ principals }: Statement): string {
  const names = principals.named.map(named => named.text);
  const shown = names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
  if (principals.element === 'NotPrincipal') return `leaves out ${shown}`;
  const orphans = principals.named.filter(named => named.kind === 'orphan');
  const gone = orphans.length > 0 ? '; an ID such as this stands for a user or role that was deleted' : '';
  return `trusts ${shown || 'nobody'} and not this caller${gone}`;
}

function conditionFails({ condition }: ConditionResult, request: AssumeRequest): string {
  const found = contextOf(request)(condition.key);
  const words = conditionInWords(condition);
  if (found.state === 'present')
    return `${words} fails, because the request has "${found.values.join('", "').slice(0, 200)}"`;
  const missing =
    condition.key.toLowerCase() === 'sts:externalid' ? 'no external ID is sent' : `the request has no ${condition.key}`;
  const isNull = parseOperator(condition.operator)?.test.kind === 'null';
  return found.state === 'absent' || isNull ? `${words} fails, because ${missing}` : `${words} fails`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

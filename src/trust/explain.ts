import { conditionInWords, statementInWords } from './explain-decision.ts';
import type { ActionElement, PrincipalElement, Statement, TrustPolicy } from './policy.ts';
import type { NamedPrincipal } from './principal.ts';

/** A trust policy in words, one sentence per statement. */
export function explainTrust({ statements }: TrustPolicy): string[] {
  return statements.map(sentenceOf);
}

function sentenceOf(statement: Statement): string {
  const verb = statement.effect === 'Allow' ? 'lets' : 'forbids';
  const infinitive = statement.effect === 'Allow' ? '' : 'to ';
  const conditions = statement.conditions.map(conditionInWords);
  const when = conditions.length > 0 ? `, if ${conditions.join(' and ')}` : '';
  const who = whoInWords(statement.principals);
  return `${statementInWords(statement)} ${verb} ${who} ${infinitive}${actionsInWords(statement.actions)}${when}.`;
}

function whoInWords({ element, named }: PrincipalElement): string {
  const names = joined(named.map(principalInWords), 'and') || 'nobody';
  return element === 'Principal' ? names : `everybody but ${names}`;
}

function principalInWords(principal: NamedPrincipal): string {
  if (principal.kind === 'everyone') return 'everybody';
  if (principal.kind === 'account') return `every identity of account ${principal.accountId}`;
  if (principal.kind === 'orphan') return `nobody (${principal.text} was deleted)`;
  if (principal.kind === 'invalid') return `nobody ("${principal.text}" is no principal)`;
  if (principal.kind === 'other') return `${OTHERS[principal.type] ?? principal.type} ${principal.text}`;
  return principal.text;
}

const OTHERS: Readonly<Record<string, string>> = {
  Service: 'the service',
  Federated: 'users of the identity provider',
  CanonicalUser: 'the canonical user',
};

function actionsInWords({ element, patterns }: ActionElement): string {
  const plain = element === 'Action' && patterns.length === 1 && patterns[0]?.toLowerCase() === 'sts:assumerole';
  if (plain) return 'assume the role';
  const names = joined(patterns, 'and') || 'nothing';
  return element === 'Action' ? `do ${names}` : `do everything but ${names}`;
}

function joined(words: readonly string[], last: string): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

import { isAccountId } from '../domain/account-id.ts';
import { LIMITS } from '../domain/limits.ts';
import { statementInWords } from './explain-decision.ts';
import { deniesWithoutExternalId, externalIdDemand } from './external-id-condition.ts';
import { FINDINGS, type FindingCode } from './finding-words.ts';
import { parseOperator } from './operators.ts';
import type { Statement, TrustPolicy } from './policy.ts';
import { fits, wildcardPattern } from './wildcard.ts';

/** Something about a trust policy that its owner should know, whether or not it admits the hub. */
export interface Finding {
  readonly code: FindingCode;
  readonly title: string;
  /** What was found, where, with the values that matter. */
  readonly detail: string;
  readonly remedy: string;
  /** Counted from 0; absent when the policy as a whole is meant. */
  readonly statement?: number;
}

export interface FindingFacts {
  /** Accounts that may be trusted: those of the hubs. */
  readonly hubAccountIds: readonly string[];
  /** The account of the role. Trust within it is not foreign and needs no external ID. */
  readonly roleAccountId?: string;
}

/** What is wrong or weak in a trust policy, statement by statement, then as a whole. */
export function findTrustProblems(policy: TrustPolicy, facts: FindingFacts): Finding[] {
  const demandedByDeny = policy.statements.some(each => isAboutAssumeRole(each) && deniesWithoutExternalId(each));
  return [
    ...policy.statements.flatMap(statement => [
      ...ofPrincipals(statement, facts),
      ...(letsAssume(statement) ? ofExternalId(statement, { ...facts, demandedByDeny }) : []),
      ...ofConditions(statement),
    ]),
    ...ofSize(policy),
  ];
}

function ofPrincipals(statement: Statement, { hubAccountIds, roleAccountId }: FindingFacts): Finding[] {
  const name = statementInWords(statement);
  const { element, named } = statement.principals;
  const texts = (kind: string) => named.filter(each => each.kind === kind).map(each => each.text);
  const found: Finding[] = [];
  const orphans = texts('orphan');
  if (orphans.length > 0) found.push(finding('orphaned-principal', `${name} names ${list(orphans)}.`, statement));
  const invalid = texts('invalid');
  if (invalid.length > 0) found.push(finding('invalid-principal', `${name} names ${list(invalid)}.`, statement));
  if (element === 'NotPrincipal') {
    const code = statement.effect === 'Allow' ? 'not-principal-allow' : 'not-principal-deny';
    return [...found, finding(code, `${name} has NotPrincipal with ${statement.effect}.`, statement)];
  }
  if (!letsAssume(statement)) return found;
  const limited = statement.conditions.length > 0 ? ', limited only by its conditions' : '';
  if (texts('everyone').length > 0) {
    found.push(
      finding('wildcard-principal', `${name} trusts every AWS principal of every account${limited}.`, statement),
    );
  }
  const accounts = texts('account');
  if (accounts.length > 0 && !narrowed(statement)) {
    found.push(finding('account-principal', `${name} trusts every user and role of ${list(accounts)}.`, statement));
  }
  const trusted = named.flatMap(each => {
    if (each.kind === 'account') return [each.accountId];
    return each.kind === 'identity' ? [each.identity.accountId] : [];
  });
  const foreign = [...new Set(trusted)].filter(id => !hubAccountIds.includes(id) && id !== roleAccountId);
  if (foreign.length > 0) {
    const accountsInWords = `account${foreign.length === 1 ? '' : 's'} ${list(foreign)}`;
    found.push(finding('foreign-account', `${name} trusts ${accountsInWords}, which is no hub.`, statement));
  }
  return found;
}

function ofExternalId(
  statement: Statement,
  { hubAccountIds, roleAccountId, demandedByDeny }: FindingFacts & { readonly demandedByDeny: boolean },
): Finding[] {
  if (!trustsOtherAccounts(statement, roleAccountId)) return [];
  const name = statementInWords(statement);
  const demand = externalIdDemand(statement);
  if (demand.required.length === 0) {
    if (demandedByDeny) return [];
    const [trap] = demand.passedByNone;
    if (!trap) return [finding('no-external-id', `${name} asks for no external ID.`, statement)];
    const condition = `${trap.condition.operator} on ${trap.condition.key}`;
    const code = TRAPS[trap.why];
    return [finding(code, `${name} has ${condition}, which a caller without an external ID passes.`, statement)];
  }
  const found: Finding[] = [];
  if (demand.exact.length === 0) {
    const patterns = list(demand.wildcards.flatMap(({ values }) => values)) || 'any external ID';
    found.push(finding('external-id-wildcard', `${name} is content with ${patterns}.`, statement));
  }
  if (demand.exact.length > 1) {
    const count = `${demand.exact.length} external IDs`;
    found.push(finding('several-external-ids', `${name} accepts ${count}: ${list(demand.exact)}.`, statement));
  }
  for (const externalId of demand.exact) {
    const known = isAccountId(externalId) || [...hubAccountIds, roleAccountId].includes(externalId);
    const short = externalId.length < LIMITS.externalIdWeakChars;
    const why = known ? 'is an account ID, which is no secret' : `has only ${externalId.length} characters`;
    if (known || short) found.push(finding('weak-external-id', `${name}: "${shown(externalId)}" ${why}.`, statement));
  }
  return found;
}

const TRAPS = {
  'if-exists': 'external-id-optional',
  'for-all-values': 'external-id-for-all-values',
  negated: 'external-id-negated',
} as const;

function ofConditions(statement: Statement): Finding[] {
  return statement.conditions
    .filter(({ operator }) => !parseOperator(operator))
    .map(({ operator }) => {
      const detail = `${statementInWords(statement)} has the operator "${shown(operator)}".`;
      return finding('unknown-operator', detail, statement);
    });
}

function ofSize({ sizeChars }: TrustPolicy): Finding[] {
  const [count, most] = [sizeChars.toLocaleString('en'), LIMITS.trustPolicyCharsMax.toLocaleString('en')];
  const usual = LIMITS.trustPolicyCharsDefault.toLocaleString('en');
  if (sizeChars > LIMITS.trustPolicyCharsMax) {
    return [
      finding(
        'over-maximum-size',
        `The policy has ${count} characters without white space; AWS keeps at most ${most}.`,
      ),
    ];
  }
  if (sizeChars <= LIMITS.trustPolicyCharsDefault) return [];
  return [
    finding(
      'over-default-size',
      `The policy has ${count} characters without white space; the default quota is ${usual}.`,
    ),
  ];
}

function letsAssume(statement: Statement): boolean {
  return statement.effect === 'Allow' && isAboutAssumeRole(statement);
}

function isAboutAssumeRole({ actions }: Statement): boolean {
  const listed = actions.patterns.some(pattern => fits(wildcardPattern(pattern.toLowerCase()), 'sts:assumerole'));
  return listed === (actions.element === 'Action');
}

/** The confused deputy comes from outside of the account; services and identity providers send no external ID. */
function trustsOtherAccounts({ principals }: Statement, roleAccountId: string | undefined): boolean {
  if (principals.element === 'NotPrincipal') return true;
  return principals.named.some(each => {
    if (each.kind === 'account') return each.accountId !== roleAccountId;
    if (each.kind === 'identity') return each.identity.accountId !== roleAccountId;
    return each.kind === 'everyone';
  });
}

/** Whether conditions say which identities of a trusted account are meant. */
function narrowed({ conditions }: Statement): boolean {
  return conditions.some(({ operator, key }) => {
    const parsed = parseOperator(operator);
    const demands = parsed && !parsed.negated && !parsed.ifExists && parsed.set !== 'ForAllValues';
    return demands && parsed.test.kind !== 'null' && NARROWING.has(key.toLowerCase());
  });
}

const NARROWING = new Set(['aws:principalarn', 'aws:userid', 'aws:username']);

function finding(code: FindingCode, detail: string, statement?: Statement): Finding {
  const { title, remedy } = FINDINGS[code];
  return { code, title, detail, remedy, ...(statement ? { statement: statement.index } : {}) };
}

function list(values: readonly string[]): string {
  const quoted = values.slice(0, 4).map(shown);
  return values.length > 4 ? `${quoted.join(', ')} and ${values.length - 4} more` : quoted.join(', ');
}

function shown(text: string): string {
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

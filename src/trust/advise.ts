import { LIMITS } from '../domain/limits.ts';
import type { ParsedRoleArn } from '../domain/role-arn.ts';
import { appendStatement, editStatements, hubStatement, withConditionValue, withPrincipal } from './edit-policy.ts';
import { evaluateTrust, matchStatement, type TrustDecision } from './evaluate.ts';
import { type JsonObject, plainValue, printJson } from './json-node.ts';
import { changedLines, type DiffLine, diffLines } from './line-diff.ts';
import { parseOperator } from './operators.ts';
import { parseTrustPolicy } from './parse-policy.ts';
import type { Condition, TrustPolicy } from './policy.ts';
import { type Caller, rootArn } from './principal.ts';
import type { AssumeRequest, ContextValues } from './request.ts';
import { retireHubs } from './retire-hubs.ts';

export interface TrustAdviceInput {
  readonly policy: TrustPolicy;
  readonly role: ParsedRoleArn;
  /** Who is to be admitted. Of an account whose identity is not known, the whole account is named. */
  readonly hub: Exclude<Caller, { kind: 'session' | 'federated-user' }>;
  readonly externalId: string;
  /** Hubs that need not be admitted in the end. */
  readonly retiring: readonly Caller[];
  /**
   * `exact-principal` breaks when the hub's user or role is deleted, even if it is made again, because AWS stores its
   * unique ID; `account-and-principal-arn` does not, and asks for the ARN in a condition.
   */
  readonly form: 'exact-principal' | 'account-and-principal-arn';
  /** What else is known of the call; see `AssumeRequest`. */
  readonly context: ContextValues;
}

export type TrustAdvice =
  | {
      readonly kind: 'edits';
      /** Admits the hub and whoever was admitted before. */
      readonly overlap: TrustEdit;
      /** The same without the retiring hubs. */
      readonly final: TrustEdit;
    }
  /** No addition helps, because a statement refuses the hub or may refuse it. */
  | { readonly kind: 'blocked'; readonly decision: TrustDecision };

/** A proposed document, and what it was found to do. */
export interface TrustEdit {
  readonly document: Readonly<Record<string, unknown>>;
  /** The document as JSON text with two spaces of indent. */
  readonly text: string;
  /** From the policy as it is, printed alike. */
  readonly diff: readonly DiffLine[];
  /** Characters that AWS counts. */
  readonly sizeChars: number;
  readonly fits: 'default-quota' | 'raised-quota' | 'no-quota';
  readonly hub: TrustDecision;
  /** The hub when it sends no external ID: not `allowed`, unless it was so before. */
  readonly hubWithoutExternalId: TrustDecision;
  readonly retiring: readonly { readonly caller: Caller; readonly decision: TrustDecision }[];
}

/**
 * The smallest edit of a trust policy that admits a hub with an external ID. Other statements, their order and Sids stay.
 * Tried are: no edit; for each Allow statement, what it lacks to cover the hub; a new statement at the end. Of those that
 * are proved by evaluating them, the one with the fewest changed lines is taken.
 */
export function adviseTrust(input: TrustAdviceInput): TrustAdvice {
  const { policy } = input;
  const before = assess(policy.document, input);
  const repaired = policy.statements.flatMap(({ index }) => repair(index, input) ?? []);
  const added = appendStatement(policy.document, newStatement(input));
  const proved = [policy.document, ...repaired, added]
    .map(document => ({ document, edit: assess(document, input) }))
    .filter(({ edit }) => isProved(edit, before))
    .toSorted((a, b) => changedLines(a.edit.diff) - changedLines(b.edit.diff));
  const [best] = proved;
  if (!best) return { kind: 'blocked', decision: assess(added, input).hub };
  const final = assess(retireHubs(best.document, input), input);
  return { kind: 'edits', overlap: best.edit, final: isProved(final, before) ? final : best.edit };
}

function isProved({ hub, hubWithoutExternalId }: TrustEdit, before: TrustEdit): boolean {
  const naked = hubWithoutExternalId.decision;
  return hub.decision === 'allowed' && (naked === 'denied' || naked === before.hubWithoutExternalId.decision);
}

/** The statement with what it lacks to cover the hub; undefined when that is more than names and values. */
function repair(index: number, input: TrustAdviceInput): JsonObject | undefined {
  const { policy, hub, form } = input;
  const statement = policy.statements[index];
  if (statement?.effect !== 'Allow' || statement.principals.element !== 'Principal') return undefined;
  const result = matchStatement(statement, { request: requestOf(hub, input), version: policy.version });
  const failing = result.conditions.filter(each => each.truth !== 'yes').map(each => each.condition);
  if (!failing.every(condition => isMendable(condition, input))) return undefined;
  const byAccount = form === 'account-and-principal-arn' || hub.kind === 'account';
  // A whole account is added only where a condition says who of it is meant.
  if (result.principal !== 'yes' && byAccount && hub.kind !== 'account' && !namesPrincipalArn(statement.conditions)) {
    return undefined;
  }
  return editStatements(policy.document, (node, at) => {
    if (at !== index) return node;
    const named = result.principal === 'yes' ? node : withPrincipal(node, byAccount ? rootArn(hub) : hub.arn);
    const mended = failing.map(({ operator, key }) => ({ operator, key, value: valueOfHub(key, input) ?? '' }));
    return mended.reduce((edited, add) => withConditionValue(edited, add), named ?? node);
  });
}

/** A value can be added where one of several is enough, and the external ID only where nobody else gains by it. */
function isMendable(condition: Condition, input: TrustAdviceInput): boolean {
  const operator = parseOperator(condition.operator);
  if (operator?.test.kind !== 'pattern' || operator.negated || valueOfHub(condition.key, input) === undefined)
    return false;
  if (condition.key.toLowerCase() !== 'sts:externalid') return true;
  const ours = new Set([input.hub.accountId, ...input.retiring.map(({ accountId }) => accountId)]);
  const statement = input.policy.statements.find(({ conditions }) => conditions.includes(condition));
  return (statement?.principals.named ?? []).every(
    named =>
      (named.kind === 'account' && ours.has(named.accountId)) ||
      (named.kind === 'identity' && ours.has(named.identity.accountId)),
  );
}

/** What the hub has under the keys that an edit may widen. */
function valueOfHub(key: string, { hub, externalId }: TrustAdviceInput): string | undefined {
  if (key.toLowerCase() === 'sts:externalid') return externalId;
  if (key.toLowerCase() === 'aws:principalaccount') return hub.accountId;
  return key.toLowerCase() === 'aws:principalarn' && hub.kind !== 'account' ? hub.arn : undefined;
}

function namesPrincipalArn(conditions: readonly Condition[]): boolean {
  return conditions.some(({ key }) => key.toLowerCase() === 'aws:principalarn');
}

function newStatement({ policy, hub, externalId, form }: TrustAdviceInput): JsonObject {
  const sids = new Set(policy.statements.map(({ sid }) => sid));
  const numbered = Array.from({ length: sids.size + 1 }, (_, i) => (i === 0 ? 'CausewayHub' : `CausewayHub${i + 1}`));
  const sid = numbered.find(candidate => !sids.has(candidate)) ?? 'CausewayHub';
  if (hub.kind === 'account') return hubStatement({ sid, externalId, principal: rootArn(hub) });
  if (form === 'exact-principal') return hubStatement({ sid, externalId, principal: hub.arn });
  return hubStatement({ sid, externalId, principal: rootArn(hub), principalArn: hub.arn });
}

/** What a document does, by evaluating it. */
function assess(document: JsonObject, input: TrustAdviceInput): TrustEdit {
  const text = printJson(document);
  const parsed = parseTrustPolicy(text);
  if (!parsed.ok) throw new Error(`an edited policy must be a policy: ${parsed.fault.detail}`);
  const { sizeChars } = parsed.value;
  const raised = sizeChars <= LIMITS.trustPolicyCharsMax ? 'raised-quota' : 'no-quota';
  const { externalId: _, ...naked } = requestOf(input.hub, input);
  return {
    document: plainValue(document),
    text,
    diff: diffLines({ before: printJson(input.policy.document), after: text }),
    sizeChars,
    fits: sizeChars <= LIMITS.trustPolicyCharsDefault ? 'default-quota' : raised,
    hub: evaluateTrust(parsed.value, requestOf(input.hub, input)),
    hubWithoutExternalId: evaluateTrust(parsed.value, naked),
    retiring: input.retiring.map(caller => ({
      caller,
      decision: evaluateTrust(parsed.value, requestOf(caller, input)),
    })),
  };
}

function requestOf(caller: Caller, { role, externalId, context }: TrustAdviceInput): AssumeRequest {
  return { role, caller, externalId, context };
}

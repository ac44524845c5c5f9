import type { TrustAdviceInput } from './advise.ts';
import { editStatements, withoutConditionValues, withoutPrincipals } from './edit-policy.ts';
import { matchStatement } from './evaluate.ts';
import { itemsOf, type JsonObject, member, printJson } from './json-node.ts';
import { matchPrincipal } from './match-principal.ts';
import { parseOperator } from './operators.ts';
import { parseTrustPolicy } from './parse-policy.ts';
import type { Statement } from './policy.ts';
import { type Caller, namedPrincipal } from './principal.ts';

/**
 * The document without the names of the retiring hubs, in the Allow statements by which they assume the role with this
 * external ID. A name that also covers the new hub stays, and what they may do by other statements is not ours to judge.
 */
export function retireHubs(document: JsonObject, input: TrustAdviceInput): JsonObject {
  const { policy, hub } = input;
  const parsed = parseTrustPolicy(printJson(document, 0));
  if (!parsed.ok || input.retiring.length === 0) return document;
  return editStatements(document, (node, index) => {
    const statement = parsed.value.statements[index];
    const retiring = input.retiring.filter(caller => statement && mayApply(statement, caller, input));
    if (!statement || retiring.length === 0) return node;
    const isOut = (text: string) => {
      const named = namedPrincipal(text);
      const whose = (caller: Caller) => named.kind !== 'everyone' && matchPrincipal(named, caller) !== 'no';
      return retiring.some(whose) && !whose(hub);
    };
    const original = policy.statements[index] && originalPrincipals(policy.document, index);
    const unnamed = withoutPrincipals(node, { isOut, single: original?.kind !== 'array' });
    return unnamed && withoutValues(unnamed, { statement, retiring, hub });
  });
}

function mayApply(
  statement: Statement,
  caller: Caller,
  { role, externalId, context, policy }: TrustAdviceInput,
): boolean {
  const facts = { request: { role, caller, externalId, context }, version: policy.version };
  return statement.effect === 'Allow' && matchStatement(statement, facts).truth !== 'no';
}

/** Values by which conditions name the retiring hubs. */
function withoutValues(
  node: JsonObject,
  { statement, retiring, hub }: { statement: Statement; retiring: readonly Caller[]; hub: Caller },
): JsonObject {
  return statement.conditions.reduce((edited, { operator, key }) => {
    const name = key.toLowerCase();
    if (parseOperator(operator)?.negated !== false) return edited;
    if (name !== 'aws:principalarn' && name !== 'aws:principalaccount') return edited;
    const of = (caller: Caller) => (name === 'aws:principalarn' ? caller.arn : caller.accountId);
    return withoutConditionValues(edited, {
      operator,
      key,
      isOut: text => text !== of(hub) && retiring.some(caller => of(caller) === text),
    });
  }, node);
}

function originalPrincipals(document: JsonObject, index: number) {
  const statement = itemsOf(member(document, 'Statement'))[index];
  const principal = statement?.kind === 'object' ? member(statement, 'Principal') : undefined;
  return principal?.kind === 'object' ? member(principal, 'AWS') : undefined;
}

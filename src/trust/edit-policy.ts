import {
  itemsOf,
  type JsonNode,
  type JsonObject,
  member,
  object,
  string,
  withMember,
  withoutMember,
} from './json-node.ts';

/** Edits of a policy's document that change nothing but what they name. Statements are counted from 0. */

function statementNodes(document: JsonObject): readonly JsonObject[] {
  return itemsOf(member(document, 'Statement')).filter(node => node.kind === 'object');
}

/** @param edit gives the statement's new node, or undefined to leave the statement out. */
export function editStatements(
  document: JsonObject,
  edit: (statement: JsonObject, index: number) => JsonObject | undefined,
): JsonObject {
  const before = member(document, 'Statement');
  const items = statementNodes(document).flatMap((statement, index) => edit(statement, index) ?? []);
  const [only] = items;
  const single = before?.kind === 'object' && items.length === 1 && only;
  return withMember(document, 'Statement', single ? only : { kind: 'array', items });
}

export function appendStatement(document: JsonObject, statement: JsonObject): JsonObject {
  return withMember(document, 'Statement', { kind: 'array', items: [...statementNodes(document), statement] });
}

/** Adds a name to a statement's AWS principals; undefined where it has no place for one. */
export function withPrincipal(statement: JsonObject, text: string): JsonObject | undefined {
  const principal = member(statement, 'Principal');
  if (principal?.kind !== 'object') return undefined;
  return withMember(statement, 'Principal', withMember(principal, 'AWS', withItem(member(principal, 'AWS'), text)));
}

/**
 * Leaves AWS principals out; undefined when the statement then trusts nobody.
 * @param single whether one name that remains stands without a list
 */
export function withoutPrincipals(
  statement: JsonObject,
  { isOut, single }: { isOut: (text: string) => boolean; single: boolean },
): JsonObject | undefined {
  const principal = member(statement, 'Principal');
  if (principal?.kind !== 'object') return statement;
  const before = member(principal, 'AWS');
  const items = itemsOf(before).filter(item => item.kind !== 'string' || !isOut(item.text));
  if (items.length === itemsOf(before).length) return statement;
  const [only] = items;
  if (only) {
    const names: JsonNode = single && items.length === 1 ? only : { kind: 'array', items };
    return withMember(statement, 'Principal', withMember(principal, 'AWS', names));
  }
  const others = withoutMember(principal, 'AWS');
  return others.members.length === 0 ? undefined : withMember(statement, 'Principal', others);
}

/** Adds a value to a condition that is there. */
export function withConditionValue(
  statement: JsonObject,
  { operator, key, value }: { operator: string; key: string; value: string },
): JsonObject {
  return editCondition(statement, { operator, key }, node => withItem(node, value));
}

/** Leaves values of a condition out, unless none would remain. */
export function withoutConditionValues(
  statement: JsonObject,
  { operator, key, isOut }: { operator: string; key: string; isOut: (text: string) => boolean },
): JsonObject {
  return editCondition(statement, { operator, key }, node => {
    const items = itemsOf(node).filter(item => item.kind !== 'string' || !isOut(item.text));
    const [only] = items;
    if (!only || items.length === itemsOf(node).length) return node;
    return items.length === 1 ? only : { kind: 'array', items };
  });
}

/** A statement that lets one principal assume the role. */
export function hubStatement({
  sid,
  principal,
  externalId,
  principalArn,
}: {
  sid: string;
  principal: string;
  externalId: string;
  principalArn?: string;
}): JsonObject {
  const equals = object({ 'sts:ExternalId': string(externalId) });
  const narrowed =
    principalArn === undefined ? {} : { ArnEquals: object({ 'aws:PrincipalArn': string(principalArn) }) };
  return object({
    Sid: string(sid),
    Effect: string('Allow'),
    Principal: object({ AWS: string(principal) }),
    Action: string('sts:AssumeRole'),
    Condition: object({ StringEquals: equals, ...narrowed }),
  });
}

function editCondition(
  statement: JsonObject,
  { operator, key }: { operator: string; key: string },
  edit: (values: JsonNode) => JsonNode,
): JsonObject {
  const condition = member(statement, 'Condition');
  const block = condition?.kind === 'object' ? member(condition, operator) : undefined;
  const values = block?.kind === 'object' ? member(block, key) : undefined;
  if (condition?.kind !== 'object' || block?.kind !== 'object' || !values) return statement;
  return withMember(statement, 'Condition', withMember(condition, operator, withMember(block, key, edit(values))));
}

function withItem(node: JsonNode | undefined, text: string): JsonNode {
  const items = itemsOf(node);
  return items.length === 0 ? string(text) : { kind: 'array', items: [...items, string(text)] };
}

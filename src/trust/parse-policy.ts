import { fault } from '../domain/faults.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { itemsOf, type JsonNode, type JsonObject, printJson } from './json-node.ts';
import type { ActionElement, Condition, PrincipalElement, Statement, TrustPolicy } from './policy.ts';
import { type NamedPrincipal, namedPrincipal } from './principal.ts';
import { lineAndColumn, nodeOfValue, readJson } from './read-json.ts';

/**
 * Reads a trust policy from JSON text or from a parsed value. It refuses what AWS refuses to store for a role (IAM User
 * Guide, "Grammar of the IAM JSON policy language" and "IAM policy validation check reference"). A principal, operator
 * or condition key that AWS would not know is no fault here: it never leads to "allowed", and a finding names it.
 * Faults: `malformed-policy`, with the JSON path, and with line and column for text.
 */
export function parseTrustPolicy(input: unknown): Result<TrustPolicy> {
  const text = typeof input === 'string' ? input : undefined;
  const root = text === undefined ? nodeOfValue(input) : readJson(text);
  if (!root.ok) return root;
  const mistakes: Mistake[] = [];
  const policy = readPolicy({ node: root.value, path: '$', mistakes });
  const [first] = mistakes;
  if (!first) return ok(policy);
  const place = text === undefined || first.at === undefined ? '' : ` (${lineAndColumn(text, first.at)})`;
  return failed(fault('malformed-policy', `At ${first.path}${place}: ${first.sentence}.`, { field: 'policy' }));
}

/** After a mistake the reading goes on with something harmless in its place; a policy with mistakes goes to nobody. */
interface Mistake {
  readonly path: string;
  readonly at: number | undefined;
  readonly sentence: string;
}

interface Place {
  readonly node: JsonNode;
  readonly path: string;
  readonly mistakes: Mistake[];
}

const POLICY_MEMBERS = ['Version', 'Id', 'Statement'];
const STATEMENT_MEMBERS = ['Sid', 'Effect', 'Principal', 'NotPrincipal', 'Action', 'NotAction', 'Condition'];
const PRINCIPAL_KINDS = ['AWS', 'Federated', 'Service', 'CanonicalUser'];

function readPolicy(place: Place): TrustPolicy {
  const document = object(place, 'a policy', POLICY_MEMBERS);
  const version = child(place, 'Version');
  const id = child(place, 'Id');
  if (id) text(id);
  const statement = child(place, 'Statement');
  if (!statement) wrong(place, 'the policy has no "Statement"');
  const places = statement ? items(statement) : [];
  if (statement && places.length === 0) wrong(statement, 'there is no statement');
  const statements = places.map(readStatement);
  refuseSameSid(statements, places);
  return {
    version: version ? oneOf(version, ['2012-10-17', '2008-10-17']) : '2008-10-17',
    statements,
    sizeChars: printJson(document, 0).replace(/\s/g, '').length,
    document,
  };
}

function refuseSameSid(statements: readonly Statement[], places: readonly Place[]): void {
  const seen = new Set<string>();
  places.forEach((place, index) => {
    const sid = statements[index]?.sid;
    if (sid && seen.has(sid)) wrong(child(place, 'Sid') ?? place, `the Sid "${shown(sid)}" is used twice`);
    if (sid) seen.add(sid);
  });
}

function readStatement(place: Place, index: number): Statement {
  for (const resource of ['Resource', 'NotResource']) {
    const found = child(place, resource);
    if (found) wrong(found, `a trust policy has no "${resource}"; the role itself is the resource`);
  }
  object(place, 'a statement', STATEMENT_MEMBERS);
  const sid = child(place, 'Sid');
  const effect = child(place, 'Effect');
  if (!effect) wrong(place, 'the statement has no "Effect"');
  const condition = child(place, 'Condition');
  return {
    index,
    ...(sid ? { sid: text(sid) } : {}),
    effect: effect ? oneOf(effect, ['Deny', 'Allow']) : 'Deny',
    principals: readPrincipals(place),
    actions: readActions(place),
    conditions: condition ? readConditions(condition) : [],
  };
}

function readPrincipals(statement: Place): PrincipalElement {
  const { element, place } = eitherOf(statement, 'Principal', 'NotPrincipal');
  if (!place) return { element, named: [] };
  if (place.node.kind === 'string') {
    if (place.node.text !== '*') wrong(place, `"${shown(place.node.text)}" is not "*" or an object such as {"AWS": …}`);
    return { element, named: [{ kind: 'everyone', text: '*' }] };
  }
  const { members } = object(place, 'a principal', PRINCIPAL_KINDS);
  const named = members.flatMap(({ key: type, value: node }): NamedPrincipal[] =>
    items({ ...place, node, path: `${place.path}.${type}` }).map(item =>
      type === 'AWS' ? namedPrincipal(text(item)) : { kind: 'other', text: text(item), type },
    ),
  );
  return { element, named };
}

function readActions(statement: Place): ActionElement {
  const { element, place } = eitherOf(statement, 'Action', 'NotAction');
  return { element, patterns: place ? items(place).map(text) : [] };
}

function readConditions(place: Place): Condition[] {
  return object(place, 'a condition block').members.flatMap(({ key: operator, value }) => {
    const block = { ...place, node: value, path: `${place.path}.${operator}` };
    const seen = new Set<string>();
    return object(block, 'an operator’s block').members.map(({ key, value: node, at }) => {
      const values = { ...place, node, path: `${block.path}.${key}` };
      if (seen.has(key.toLowerCase())) wrong(values, 'this key stands here twice; keys have no case', at);
      seen.add(key.toLowerCase());
      return { operator, key, values: items(values).map(conditionValue) };
    });
  });
}

/** AWS: quotation marks are optional for numbers and Booleans. */
function conditionValue(place: Place): string {
  const { node } = place;
  if (node.kind === 'string' || node.kind === 'number') return node.text;
  if (node.kind === 'boolean') return String(node.value);
  wrong(place, `a condition’s value is a text, number or Boolean, not ${inWords(node)}`);
  return '';
}

/** The one of two elements that exclude each other. */
function eitherOf<Yes extends string, No extends string>(statement: Place, yes: Yes, no: No) {
  const [place, negated] = [child(statement, yes), child(statement, no)];
  if (place && negated) wrong(statement, `"${yes}" and "${no}" exclude each other`);
  if (!place && !negated) wrong(statement, `the statement has no "${yes}"`);
  return place || !negated ? { element: yes, place } : { element: no, place: negated };
}

function child(place: Place, key: string): Place | undefined {
  if (place.node.kind !== 'object') return undefined;
  const node = place.node.members.find(each => each.key === key)?.value;
  return node && { ...place, node, path: `${place.path}.${key}` };
}

function items(place: Place): Place[] {
  const many = place.node.kind === 'array';
  return itemsOf(place.node).map((node, i) => ({ ...place, node, path: many ? `${place.path}[${i}]` : place.path }));
}

/** @param known the members that it may have; any, when left out. */
function object(place: Place, what: string, known?: readonly string[]): JsonObject {
  if (place.node.kind !== 'object') {
    wrong(place, `${what} is an object, not ${inWords(place.node)}`);
    return { kind: 'object', members: [] };
  }
  for (const { key, at } of place.node.members) {
    if (!known || known.includes(key)) continue;
    const meant = known.find(name => name.toLowerCase() === key.toLowerCase());
    const hint = meant ? `; write "${meant}"` : `; known here are ${known.join(', ')}`;
    wrong(place, `"${shown(key)}" is not known${hint}`, at);
  }
  return place.node;
}

function text(place: Place): string {
  if (place.node.kind === 'string') return place.node.text;
  wrong(place, `a text is needed, not ${inWords(place.node)}`);
  return '';
}

/** One of the words, with their case; the first of them after a mistake. */
function oneOf<Word extends string>(place: Place, words: readonly [Word, Word]): Word {
  const given = text(place);
  const found = words.find(word => word === given);
  if (found === undefined) wrong(place, `"${shown(given)}" is not "${words[0]}" or "${words[1]}"`);
  return found ?? words[0];
}

function wrong({ node, path, mistakes }: Place, sentence: string, at = node.at): void {
  mistakes.push({ path, at, sentence });
}

function inWords(node: JsonNode): string {
  if (node.kind === 'null') return 'null';
  return `${/^[ao]/.test(node.kind) ? 'an' : 'a'} ${node.kind}`;
}

function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

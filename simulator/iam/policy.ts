import type { PolicyDocument } from '../world/world.ts';

/** A policy document as the evaluator reads it. */
export interface Policy {
  /** Policy variables such as ${aws:username} are only replaced in version 2012-10-17. */
  hasVariables: boolean;
  statements: Statement[];
}

export interface Statement {
  sid: string | undefined;
  effect: 'Allow' | 'Deny';
  /** Absent in identity-based and service control policies. */
  principals: PrincipalList | undefined;
  actions: Patterns;
  /** Absent in trust policies: the resource is the role. */
  resources: Patterns | undefined;
  conditions: Condition[];
}

/** The patterns of Action or NotAction, Resource or NotResource. */
interface Patterns {
  negated: boolean;
  patterns: string[];
}

export interface PrincipalList {
  negated: boolean;
  /** What stands under "AWS", and "*" where Principal is the star itself. */
  aws: string[];
  federated: string[];
  service: string[];
}

export interface Condition {
  /** `ForAllValues`, `ForAnyValue` or neither. */
  quantifier: 'all' | 'any' | undefined;
  /** Without quantifier and IfExists, such as `StringEquals`. */
  operator: string;
  ifExists: boolean;
  /** In lower case: condition keys are not case-sensitive. */
  key: string;
  values: string[];
}

export type PolicyReading = { kind: 'policy'; policy: Policy } | { kind: 'malformed'; because: string };

/**
 * Reads a document, text or object, by AWS's policy grammar. The reading of an object is kept by its identity: documents
 * are replaced, never changed in place.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function readPolicy(document: PolicyDocument): PolicyReading {
  if (!isRecord(document)) return readText(document);
  const known = readings.get(document);
  if (known) return known;
  const reading = readDocument(document);
  readings.set(document, reading);
  return reading;
}

const readings = new WeakMap<object, PolicyReading>();

/** Thrown and caught in this file only: the reader is a dozen small functions, each of which can find the fault. */
class Malformed extends Error {}

function readText(document: unknown): PolicyReading {
  if (typeof document !== 'string') return { kind: 'malformed', because: 'Syntax errors in policy.' };
  try {
    const parsed: unknown = JSON.parse(document);
    if (!isRecord(parsed)) return { kind: 'malformed', because: 'Syntax errors in policy.' };
    return readDocument(parsed);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { kind: 'malformed', because: 'This policy contains invalid Json' };
  }
}

function readDocument(document: Record<string, unknown>): PolicyReading {
  try {
    const version = document.Version ?? '2008-10-17';
    if (version !== '2012-10-17' && version !== '2008-10-17') throw new Malformed('The policy has an invalid Version.');
    const unknown = Object.keys(document).find(key => !['Version', 'Id', 'Statement'].includes(key));
    if (unknown !== undefined) throw new Malformed('Syntax errors in policy.');
    const statements = listOf(document.Statement).map(readStatement);
    if (statements.length === 0) throw new Malformed('Policy document must have at least one statement.');
    return { kind: 'policy', policy: { hasVariables: version === '2012-10-17', statements } };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { kind: 'malformed', because: error.message };
  }
}

const STATEMENT_KEYS = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
];

function readStatement(raw: unknown): Statement {
  if (!isRecord(raw)) throw new Malformed('Syntax errors in policy.');
  if (Object.keys(raw).some(key => !STATEMENT_KEYS.includes(key))) throw new Malformed('Syntax errors in policy.');
  const effect = raw.Effect;
  if (effect !== 'Allow' && effect !== 'Deny') throw new Malformed('Missing required field Effect cannot be empty!');
  const actions = readPatterns(raw, 'Action');
  if (!actions) throw new Malformed('Missing required field Action');
  return {
    sid: typeof raw.Sid === 'string' ? raw.Sid : undefined,
    effect,
    principals: readPrincipals(raw),
    actions,
    resources: readPatterns(raw, 'Resource'),
    conditions: readConditions(raw.Condition),
  };
}

function readPatterns(raw: Record<string, unknown>, name: 'Action' | 'Resource'): Patterns | undefined {
  const [is, not] = [raw[name], raw[`Not${name}`]];
  if (is !== undefined && not !== undefined) throw new Malformed('Syntax errors in policy.');
  if (is === undefined && not === undefined) return undefined;
  const patterns = textsOf(is ?? not);
  if (patterns.length === 0) throw new Malformed(`Policy statement must contain ${name.toLowerCase()}s.`);
  return { negated: not !== undefined, patterns };
}

function readPrincipals(raw: Record<string, unknown>): PrincipalList | undefined {
  const { Principal: is, NotPrincipal: not } = raw;
  if (is !== undefined && not !== undefined) throw new Malformed('Syntax errors in policy.');
  const element = is ?? not;
  if (element === undefined) return undefined;
  const negated = not !== undefined;
  if (element === '*') return { negated, aws: ['*'], federated: [], service: [] };
  if (!isRecord(element)) throw new Malformed('Invalid principal in policy.');
  const unknown = Object.keys(element).find(kind => !['AWS', 'Federated', 'Service', 'CanonicalUser'].includes(kind));
  if (unknown !== undefined) throw new Malformed(`Invalid principal in policy: "${unknown}"`);
  return {
    negated,
    aws: textsOf(element.AWS ?? []),
    federated: textsOf(element.Federated ?? []),
    service: textsOf(element.Service ?? []),
  };
}

function readConditions(raw: unknown): Condition[] {
  if (raw === undefined) return [];
  if (!isRecord(raw)) throw new Malformed('Syntax errors in policy.');
  return Object.entries(raw).flatMap(([operator, keys]) => {
    if (!isRecord(keys)) throw new Malformed('Syntax errors in policy.');
    return Object.entries(keys).map(([key, values]) => ({
      ...readOperator(operator),
      key: key.toLowerCase(),
      values: listOf(values).map(readConditionValue),
    }));
  });
}

function readOperator(text: string): Pick<Condition, 'quantifier' | 'operator' | 'ifExists'> {
  const parts = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(text);
  if (!parts?.[2]) throw new Malformed('Syntax errors in policy.');
  const quantifier = parts[1] === 'ForAllValues' ? 'all' : parts[1] === 'ForAnyValue' ? 'any' : undefined;
  return { quantifier, operator: parts[2], ifExists: parts[3] !== undefined };
}

function readConditionValue(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Malformed('Syntax errors in policy.');
}

function textsOf(value: unknown): string[] {
  return listOf(value).map(one => {
    if (typeof one !== 'string') throw new Malformed('Syntax errors in policy.');
    return one;
  });
}

/** AWS's grammar takes one thing or a list of them in most places. */
function listOf(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

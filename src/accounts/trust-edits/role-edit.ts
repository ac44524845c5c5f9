import type { Hub } from '../../domain/hub.ts';
import { LIMITS } from '../../domain/limits.ts';
import { factsOfPartition } from '../../domain/partition.ts';
import { type ParsedRoleArn, parseRoleArn } from '../../domain/role-arn.ts';
import { answerAdvice } from '../../trust/answer-advice.ts';
import { printJson } from '../../trust/json-node.ts';
import { parseTrustPolicy } from '../../trust/parse-policy.ts';
import { trustPolicy } from '../role-setup.ts';
import type { PolicyDocument } from '../shapes.ts';

/** `overlap` admits the target hub beside those that are trusted now; `final` admits the target hub only. */
export type EditForm = 'overlap' | 'final';

export interface RoleToEdit {
  readonly connectorId: string;
  readonly name: string;
  readonly roleArn: string;
  readonly externalId: string;
  /** As IAM gave it; null when it could not be read. */
  readonly policy: string | null;
  /** The hub that has to be admitted; null when the account type has none. */
  readonly targetHub: Hub | null;
  /** The hub that the connector runs through; null before the first success. */
  readonly currentHub: Hub | null;
  /** Hubs that it ran through before or that were tried. */
  readonly formerHubs: readonly Hub[];
}

/** The new trust policy of one role. */
export interface RoleEdit {
  readonly connectorId: string;
  readonly name: string;
  readonly role: ParsedRoleArn;
  readonly externalId: string;
  readonly after: PolicyDocument;
  /** The hubs that it has to admit, the target first. */
  readonly hubs: readonly Hub[];
  readonly from: /** From the role's own policy as it was read: everything else in it stays. */
    | { readonly kind: 'own'; readonly before: string }
    /** Its own policy is not known: it is the one that Causeway proposes for roles. */
    | { readonly kind: 'standard'; readonly befores: readonly string[] };
}

export interface LeftOut {
  readonly connectorId: string;
  readonly name: string;
  readonly roleArn: string;
  readonly because: string;
}

/** The edit of one role, or why there is none. Policies are compared as JSON on one line, as `compact` writes it. */
export function roleEdit(wanted: RoleToEdit, form: EditForm): { edit: RoleEdit } | { leftOut: LeftOut } {
  const { connectorId, name, roleArn, externalId, policy, targetHub: target, currentHub: current } = wanted;
  const no = (because: string) => ({ leftOut: { connectorId, name, roleArn, because } });
  if (target === null) return no('Its account type has neither a base account nor a platform account.');
  const role = parseRoleArn(roleArn);
  if (!role.ok) throw new Error(`connector ${connectorId} has a role ARN that cannot be read`);
  const others = otherAccounts(wanted, target);
  const beside = others.filter(({ accountId }) => accountId === current?.accountId);
  const hubs = form === 'overlap' ? [target, ...beside] : [target];
  const made = { connectorId, name, role: role.value, externalId, hubs };
  if (policy === null) {
    const proposed = proposedFor({ role: role.value, externalId });
    const after = proposed(hubs);
    const befores = new Set([[target], [target, ...beside], ...others.map(hub => [hub])].map(proposed).map(compact));
    befores.delete(compact(after));
    return { edit: { ...made, after, from: { kind: 'standard', befores: [...befores] } } };
  }
  const retiring = others.map(({ accountId }) => accountId);
  const question = { policy, roleArn, hub: target.accountId, externalId, retiring, form: 'account' } as const;
  const advice = answerAdvice(question);
  if (!advice.ok) return no(`The trust policy that was read cannot be edited: ${advice.fault.detail}`);
  if (advice.value.kind === 'blocked') return no(`Its trust policy refuses the hub: ${advice.value.because}`);
  const { document, fits, diff } = advice.value[form];
  if (diff.every(({ kind }) => kind === 'same')) return no('Its trust policy is as it should be already.');
  if (fits === 'no-quota') return no(`The new policy would exceed ${LIMITS.trustPolicyCharsMax} characters.`);
  return { edit: { ...made, after: record(document), from: { kind: 'own', before: onOneLine(policy) } } };
}

/** Hubs in other accounts than the target's, each account once, the present one first. */
function otherAccounts({ currentHub, formerHubs }: RoleToEdit, target: Hub): Hub[] {
  const known = new Map<string, Hub>();
  for (const hub of [...(currentHub ? [currentHub] : []), ...formerHubs]) {
    if (hub.accountId !== target.accountId && !known.has(hub.accountId)) known.set(hub.accountId, hub);
  }
  return [...known.values()];
}

/** What Causeway proposes for a role that these hubs shall assume. */
export function proposedFor({ role, externalId }: Pick<RoleEdit, 'role' | 'externalId'>) {
  const facts = factsOfPartition(role.partition);
  if (!facts) throw new Error(`no facts of partition ${role.partition}`);
  return (trusted: readonly Hub[]) => trustPolicy({ facts, trusted, externalId });
}

/** On one line without spaces, in ASCII: exactly what the AWS CLI makes of a document with JMESPath's `to_string`. */
export function compact(document: PolicyDocument): string {
  return inAscii(JSON.stringify(document));
}

function onOneLine(text: string): string {
  const parsed = parseTrustPolicy(text);
  if (!parsed.ok) throw new Error('a policy that was edited can be read');
  return inAscii(printJson(parsed.value.document, 0));
}

function inAscii(json: string): string {
  return json.replaceAll(/[\u007f-\uffff]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function record(document: unknown): PolicyDocument {
  if (typeof document !== 'object' || document === null) throw new Error('a trust policy is an object');
  return { ...document };
}

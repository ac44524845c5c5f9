import { AwsError } from '../service.ts';
import type { Account, PolicyDocument, World } from '../world/world.ts';
import { readEntityArn, roleArn, rootArn, userArn } from './arns.ts';
import { isKnownOperator } from './condition.ts';
import { type Policy, readPolicy, type Statement } from './policy.ts';

/** A role's trust policy as IAM stores it, or AWS's MalformedPolicyDocument. Principals are stored by their ARNs. */
export function readTrustPolicy(world: World, account: Account, text: string | undefined): PolicyDocument {
  const { document, policy } = parse(text);
  for (const statement of policy.statements) {
    if (!statement.principals) throw malformed('Missing required field Principal');
    if (statement.principals.negated) throw malformed('Has prohibited field NotPrincipal');
    if (statement.resources) throw malformed('Has prohibited field Resource');
    if (!statement.actions.patterns.every(pattern => /^(sts:.*|\*)$/i.test(pattern))) {
      throw malformed('AssumeRole policy may only specify STS AssumeRole actions.');
    }
  }
  return mapPrincipals(document, name => storedPrincipal(world, account, name));
}

export function readIdentityPolicy(text: string | undefined): PolicyDocument {
  const { document, policy } = parse(text);
  for (const statement of policy.statements) {
    if (statement.principals) throw malformed('Policy document should not specify a principal.');
    if (!statement.resources) throw malformed('Policy statement must contain resources.');
    for (const resource of statement.resources.patterns) {
      if (!/^(arn:.*|\*|\$\{.*)$/.test(resource)) throw malformed(`Resource ${resource} must be in ARN format or "*".`);
    }
  }
  return document;
}

/**
 * Deleting a user or role breaks the trust in it for good: policies that name its ARN show its unique id from then on, and
 * a namesake made later is somebody else.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function forgetPrincipal(world: World, gone: { arn: string; id: string }): void {
  for (const account of Object.values(world.accounts)) {
    for (const role of Object.values(account.roles)) {
      if (!JSON.stringify(role.trustPolicy)?.includes(gone.arn)) continue;
      role.trustPolicy = mapPrincipals(role.trustPolicy, name => (name === gone.arn ? gone.id : name));
    }
  }
}

function parse(text: string | undefined): { document: unknown; policy: Policy } {
  const reading = readPolicy(text);
  if (reading.kind === 'malformed') throw malformed(reading.because);
  reading.policy.statements.forEach(checkStatement);
  const document: unknown = JSON.parse(text ?? '');
  return { document, policy: reading.policy };
}

function checkStatement({ actions, conditions }: Statement): void {
  const unprefixed = actions.patterns.find(pattern => pattern !== '*' && !pattern.includes(':'));
  if (unprefixed !== undefined) {
    throw malformed('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
  }
  const unknown = conditions.find(condition => !isKnownOperator(condition.operator));
  if (unknown) throw malformed(`Invalid Condition type : ${unknown.operator}.`);
}

/** The ARN that IAM stores for a principal: accounts become their root, unique ids the ARN of what has them. */
function storedPrincipal(world: World, { partition }: Account, name: string): string {
  const invalid = () => malformed(`Invalid principal in policy: "AWS":"${name}"`);
  if (name === '*') return name;
  if (/^(AIDA|AROA)/.test(name)) {
    const arn = arnOfId(world, name);
    if (arn === undefined) throw invalid();
    return arn;
  }
  const accountId = /^\d{12}$/.test(name) ? name : (/^arn:[^:]+:(?:iam|sts)::(\d{12}):/.exec(name)?.[1] ?? '');
  const account = world.accounts[accountId];
  if (account?.partition !== partition) throw invalid();
  if (name === accountId || name === rootArn(account)) return rootArn(account);
  if (name.startsWith(`arn:${partition}:sts::${accountId}:assumed-role/`)) return name;
  const named = readEntityArn(name);
  const entity = named?.kind === 'user' ? account.users[named.name] : account.roles[named?.name ?? ''];
  const arn = entity && (named?.kind === 'user' ? userArn(account, entity) : roleArn(account, entity));
  if (arn !== name) throw invalid();
  return arn;
}

function arnOfId(world: World, id: string): string | undefined {
  for (const account of Object.values(world.accounts)) {
    const user = Object.values(account.users).find(one => one.id === id);
    if (user) return userArn(account, user);
    const role = Object.values(account.roles).find(one => one.id === id);
    if (role) return roleArn(account, role);
  }
  return undefined;
}

/** A copy of the document with every AWS principal replaced; documents are never changed in place. */
function mapPrincipals(document: PolicyDocument, replace: (name: string) => string): PolicyDocument {
  if (typeof document === 'string') return mapPrincipals(JSON.parse(document), replace);
  if (!isRecord(document)) return document;
  const statements = Array.isArray(document.Statement) ? document.Statement : [document.Statement];
  return { ...document, Statement: statements.map(statement => mapStatement(statement, replace)) };
}

function mapStatement(statement: unknown, replace: (name: string) => string): unknown {
  if (!isRecord(statement)) return statement;
  const mapped = { ...statement };
  for (const element of ['Principal', 'NotPrincipal']) {
    const principal = statement[element];
    if (!isRecord(principal) || principal.AWS === undefined) continue;
    const names = principal.AWS;
    const AWS = Array.isArray(names) ? names.map(name => replace(String(name))) : replace(String(names));
    mapped[element] = { ...principal, AWS };
  }
  return mapped;
}

function malformed(message: string): AwsError {
  return new AwsError({ code: 'MalformedPolicyDocument', status: 400, message });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { type AccessKeyFacts, listAccessKeys } from '../aws/access-keys.ts';
import { type Budget, prompt } from '../aws/call.ts';
import type { HubIdentity } from '../aws/credentials.ts';
import { simulateHub } from '../aws/iam.ts';
import { principalOfCaller } from '../aws/own-principal.ts';
import { type Fault, fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { factsOfAccountType } from '../domain/partition.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { type Actor, appendAudit } from '../store/audit.ts';
import { findBaseAccount } from '../store/base-accounts.ts';
import { type HubProofs, readHubProofs } from '../store/hub-trust.ts';
import { listStoredKeyIds } from '../store/key-rotations.ts';
import { checkBaseAccount, noSuchBaseAccount } from './base-accounts.ts';
import { type DangerousRight, dangerousRights, type HeldRight, heldRights } from './dangerous-rights.ts';
import type { AccountsDeps } from './deps.ts';
import type { HubFinding } from './hub-findings.ts';
import { assumeRolePolicies, type HubPolicies, holderOf } from './hub-policy.ts';
import { identityInBaseAccount, platformKeyIds } from './hubs.ts';
import { judgeHub } from './judge-hub.ts';
import { findRetiredTrust, type RetiredTrust } from './retired-trust.ts';
import { selfManagementPolicy } from './self-management.ts';
import type { IdentityProof, PolicyDocument } from './shapes.ts';
import { type SimulatedAccess, simulatedAccess } from './simulated-access.ts';

/** What a base account's identity may do, and what is wrong with it. */
export interface HubHealth extends HealthFacts {
  readonly checkedAt: Date;
  readonly policies: HubPolicies;
  readonly selfManagement: PolicyDocument;
  readonly findings: readonly HubFinding[];
}

/** What was found out; `judgeHub` judges it. */
export interface HealthFacts {
  readonly proof: IdentityProof;
  /** null for a keyless kind. */
  readonly key: KeyFacts | null;
  readonly roles: RoleFacts;
  readonly dangerous: Result<readonly HeldRight[]>;
  readonly trustRetired: readonly RetiredTrust[];
}

export interface KeyFacts {
  readonly ageDays: number;
  /** Whether AWS told when it made the key; else it is since when it is in use here. */
  readonly from: 'aws' | 'entered';
  /** Why AWS did not tell. */
  readonly fault: Fault | null;
  /**
   * Last characters of another active key of the same user that Causeway has no use for; null when there is none, or it
   * could not be asked.
   */
  readonly otherKeyIdEnding: string | null;
}

export interface RoleFacts extends Omit<HubProofs, 'roleArns'> {
  readonly total: number;
  /** What IAM said of its own side; null when it was not asked at all. */
  readonly simulated: readonly SimulatedAccess[] | null;
  /** Why IAM was not asked, or not about all of them. */
  readonly simulationFault: Fault | null;
}

/**
 * Asks AWS what a base account's identity may do: whom the credentials belong to, how old the key is, whether it may assume
 * the connectors' roles, and what it may do that it should not. What it may not ask is unknown, with the permission that it
 * lacks, and never fine. Over within `LIMITS.healthTimeoutMs`. Fault: `not-found`.
 */
export async function hubHealth(
  deps: AccountsDeps,
  { id, actor }: { id: string; actor: Actor },
): Promise<Result<HubHealth>> {
  const proved = await checkBaseAccount(deps, { id, actor });
  if (!proved.ok) return proved;
  const row = await findBaseAccount(deps.db, id);
  if (!row) return noSuchBaseAccount(id);
  const { accountType, identity, keyCreatedAt } = row;
  const proof = proved.value;
  const hub = identityInBaseAccount(deps, { accountType, identity });
  const facts = factsOfAccountType(accountType);
  const budget = prompt(deps.clock, { totalMs: LIMITS.healthTimeoutMs });
  const [proofs, trustRetired] = await Promise.all([
    readHubProofs(deps.db, { accountType, hub: hub.hub }),
    findRetiredTrust(deps, { accountType, hub: hub.hub }),
  ]);
  const [key, rights] = await Promise.all([
    lookAtKey(deps, { baseAccountId: id, hub, proof, enteredAt: keyCreatedAt }),
    askAboutRights(deps, { hub, proof, roleArns: proofs.roleArns, budget }),
  ]);
  const { roleArns, ...counts } = proofs;
  const found: HealthFacts = {
    proof,
    key,
    roles: { ...counts, total: roleArns.length, ...rights.roles },
    dangerous: rights.dangerous,
    trustRetired,
  };
  const policies = assumeRolePolicies({ facts, roleArns, of: holderOf(identity) });
  const callerArn = proof.callerArn;
  const selfManagement = selfManagementPolicy({ facts, accountId: identity.accountId, callerArn });
  const findings = judgeHub({ ...found, policies });
  const checkedAt = deps.clock.now();
  await appendAudit(deps.db, {
    at: checkedAt,
    actor,
    action: 'base-account.health-read',
    subject: `base-account:${id}`,
    detail: { findings: findings.map(({ code }) => code), simulated: found.roles.simulated?.length ?? null },
  });
  return ok({ ...found, checkedAt, policies, selfManagement, findings });
}

async function lookAtKey(
  { aws, clock, db, platformAccounts }: AccountsDeps,
  {
    baseAccountId,
    hub,
    proof,
    enteredAt,
  }: { baseAccountId: string; hub: HubIdentity; proof: IdentityProof; enteredAt: Date },
): Promise<KeyFacts | null> {
  if (hub.credentials.kind !== 'access-key') return null;
  const { accessKeyId } = hub.credentials;
  const listed: Result<readonly AccessKeyFacts[]> = proof.fault ? failed(proof.fault) : await listAccessKeys(aws, hub);
  const own = listed.ok ? listed.value.find(key => key.id === accessKeyId) : undefined;
  // Connectors may still run through a key that was replaced, a rotation may be proving its own.
  const used = [accessKeyId, ...(await listStoredKeyIds(db, baseAccountId)), ...platformKeyIds({ platformAccounts })];
  const other = listed.ok ? listed.value.find(key => key.active && !used.includes(key.id)) : undefined;
  const since = own?.createdAt ?? enteredAt;
  return {
    ageDays: Math.floor((clock.now().getTime() - since.getTime()) / 86_400_000),
    from: own?.createdAt ? 'aws' : 'entered',
    fault: listed.ok ? null : listed.fault,
    otherKeyIdEnding: other?.id.slice(-LIMITS.keyIdEndingChars) ?? null,
  };
}

interface Rights {
  readonly roles: Pick<RoleFacts, 'simulated' | 'simulationFault'>;
  readonly dangerous: HealthFacts['dangerous'];
}

/** Asks IAM, through the identity itself, what it may do. */
async function askAboutRights(
  deps: AccountsDeps,
  {
    hub,
    proof,
    roleArns,
    budget,
  }: { hub: HubIdentity; proof: IdentityProof; roleArns: readonly string[]; budget: Budget },
): Promise<Rights> {
  const asker = proof.fault ? failed(proof.fault) : await askerOf(deps, { hub, proof, budget });
  if (!asker.ok) return { roles: { simulated: null, simulationFault: asker.fault }, dangerous: asker };
  const { principalArn } = asker.value;
  const {
    facts,
    hub: { accountId },
  } = hub;
  const groups = dangerousRights({ facts, accountId, principalArn });
  return {
    dangerous: await askAboutDanger(asker.value, groups),
    roles: await askAboutRoles(asker.value, roleArns.slice(0, LIMITS.rolesSimulatedMax)),
  };
}

interface Asker {
  readonly principalArn: string;
  ask(actions: readonly string[], resources: readonly string[]): Promise<Result<SimulatedAccess[]>>;
}

async function askerOf(
  { aws }: AccountsDeps,
  { hub, proof, budget }: { hub: HubIdentity; proof: IdentityProof; budget: Budget },
): Promise<Result<Asker>> {
  if (proof.callerArn === null) throw new Error('credentials that are proved have a caller');
  const principal = await principalOfCaller(aws, { hub, callerArn: proof.callerArn, budget });
  if (!principal.ok) return principal;
  const identityArn = principal.value;
  return ok({
    principalArn: identityArn,
    async ask(actions, resources) {
      const answers = await simulateHub(aws, { hub, identityArn, actions, resources, budget });
      if (!answers.ok) return answers;
      const isAnswered = (action: string, resource: string) =>
        answers.value.some(one => one.action === action && one.resource === resource);
      if (!actions.every(action => resources.every(resource => isAnswered(action, resource)))) {
        return failed(
          fault('incomplete-answer', 'IAM’s simulation did not answer all that it was asked.', {
            subject: identityArn,
          }),
        );
      }
      return ok(answers.value.map(one => simulatedAccess(one, { asked: resources.length })));
    },
  });
}

async function askAboutDanger(asker: Asker, groups: readonly DangerousRight[][]): Promise<Result<HeldRight[]>> {
  const held: HeldRight[] = [];
  for (const group of groups) {
    const resources = [...new Set(group.map(({ resource }) => resource))];
    const answers = await asker.ask(
      group.map(({ action }) => action),
      resources,
    );
    if (!answers.ok) return answers;
    held.push(...heldRights(group, answers.value));
  }
  return ok(held);
}

/** Ends at the first failure: IAM would give the same answer to the next question. */
async function askAboutRoles(asker: Asker, roleArns: readonly string[]): Promise<Rights['roles']> {
  const simulated: SimulatedAccess[] = [];
  const step = LIMITS.rolesPerSimulation;
  for (let from = 0; from < roleArns.length; from += step) {
    const answers = await asker.ask(['sts:AssumeRole'], roleArns.slice(from, from + step));
    if (!answers.ok) return { simulated: from === 0 ? null : simulated, simulationFault: answers.fault };
    simulated.push(...answers.value);
  }
  return { simulated, simulationFault: null };
}

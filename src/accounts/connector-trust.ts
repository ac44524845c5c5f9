import { sessionNameOf } from '../aws/session.ts';
import type { Fault } from '../domain/faults.ts';
import { type Hub, sameHub } from '../domain/hub.ts';
import { LIMITS } from '../domain/limits.ts';
import { factsOfAccountType } from '../domain/partition.ts';
import { ok, type Result } from '../domain/result.ts';
import { type TrustState, trustStateOf } from '../domain/trust-state.ts';
import type { DiagnosisRow } from '../store/connectors.ts';
import { type HubEvidence, type HubFacts, readHubFacts } from '../store/hubs.ts';
import { type RoleFacts, readRoleFacts } from '../store/role-facts.ts';
import { analyseTrust, type TrustAnalysis } from '../trust/analyse.ts';
import { type AdviceAnswer, answerAdvice, type TrustForm } from '../trust/answer-advice.ts';
import { noSuchConnector } from './connectors.ts';
import type { AccountsDeps } from './deps.ts';
import { explainFailure } from './diagnosis/explain-failure.ts';
import { assumptionContext } from './diagnosis/refusal.ts';
import { hubPrincipal } from './hub-principal.ts';
import { policyFromBefore } from './live-policy.ts';
import { evidenceOf } from './reach.ts';
import { trustPolicy } from './role-setup.ts';
import { targetHubOf } from './ways.ts';

/** Everything about whether a connector's role trusts the right hub; nothing is asked of AWS for it. */
export interface ConnectorTrust {
  readonly connectorId: string;
  readonly state: TrustState;
  readonly currentHub: Hub | null;
  readonly targetHub: Hub | null;
  /** The latest first. */
  readonly evidence: readonly HubEvidence[];
  /** The role's trust policy as it was read last, or why it is not known; both null when nobody was ever let in. */
  readonly policy:
    | { readonly known: true; readonly text: string; readonly readAt: Date }
    | { readonly known: false; readonly fault: Fault | null; readonly triedAt: Date | null };
  /** By that policy, for the target hub. */
  readonly analysis: TrustAnalysis | null;
  /** The edit that admits the target hub, from that policy or, when it is not known, from the one proposed for the role. */
  readonly advice: AdviceAnswer | null;
  /** Why the target hub was not let in when it was tried last. */
  readonly diagnosis: DiagnosisRow | null;
}

/** Fault `not-found`. */
export async function connectorTrust(
  deps: AccountsDeps,
  { id, form = 'account' }: { id: string; form?: TrustForm | undefined },
): Promise<Result<ConnectorTrust>> {
  const facts = await readHubFacts(deps.db, id);
  const role = facts && (await readRoleFacts(deps.db, facts));
  if (!role) return noSuchConnector(id);
  const { currentHub } = facts;
  const targetHub = targetHubOf(deps, facts);
  const tried = targetHub && evidenceOf(facts, targetHub);
  const view = { facts, role, targetHub };
  return ok({
    connectorId: id,
    state: trustStateOf({ currentHub, targetHub, targetOutcome: tried?.outcome ?? null }),
    currentHub,
    targetHub,
    evidence: facts.evidence.toSorted((a, b) => b.at.getTime() - a.at.getTime()),
    policy: policyOf(role),
    analysis: targetHub && (await analysisOf(deps, { ...view, targetHub })),
    advice: targetHub && (await adviceOf(deps, { ...view, targetHub, form })),
    diagnosis: targetHub && tried?.fault ? await diagnosisOf(deps, { ...view, targetHub, tried }) : null,
  });
}

interface View {
  readonly facts: HubFacts;
  readonly role: RoleFacts;
  readonly targetHub: Hub;
}

function policyOf({ policy, policyFault, policyReadAt }: RoleFacts): ConnectorTrust['policy'] {
  return policy !== null && policyReadAt !== null
    ? { known: true, text: policy, readAt: policyReadAt }
    : { known: false, fault: policyFault, triedAt: policyReadAt };
}

async function analysisOf(deps: AccountsDeps, { facts, role, targetHub }: View): Promise<TrustAnalysis | null> {
  if (role.policy === null) return null;
  const { connectorId, accountType, roleArn, externalId } = facts;
  const analysis = analyseTrust({
    policy: role.policy,
    roleArn,
    principalArn: (await hubPrincipal(deps, { accountType, hub: targetHub })) ?? targetHub.accountId,
    externalId,
    // The name of every session has this form.
    context: assumptionContext(sessionNameOf(connectorId)),
    hubAccountIds: [targetHub, ...othersOf(facts, targetHub)].map(({ accountId }) => accountId),
  });
  // What IAM keeps and this cannot read is shown as it is, without an analysis.
  return analysis.ok ? analysis.value : null;
}

async function adviceOf(
  deps: AccountsDeps,
  { facts, role, targetHub, form }: View & { form: TrustForm },
): Promise<AdviceAnswer | null> {
  const { accountType, roleArn, externalId, connectorId, currentHub } = facts;
  const principal = form === 'account' ? undefined : await hubPrincipal(deps, { accountType, hub: targetHub });
  const proposed = { facts: factsOfAccountType(accountType), trusted: [currentHub ?? targetHub], externalId };
  const advice = answerAdvice({
    policy: role.policy ?? trustPolicy(proposed),
    roleArn,
    hub: principal ?? targetHub.accountId,
    externalId,
    retiring: othersOf(facts, targetHub).map(({ accountId }) => accountId),
    form,
    context: assumptionContext(sessionNameOf(connectorId)),
  });
  return advice.ok ? advice.value : null;
}

/** The accounts of hubs that this connector knew and that are not its target. */
function othersOf({ currentHub, earlierHub, evidence }: HubFacts, targetHub: Hub): Hub[] {
  const known = [currentHub, earlierHub, ...evidence.map(({ hub }) => hub)];
  const others = new Map(
    known.flatMap(hub => (hub && hub.accountId !== targetHub.accountId ? [[hub.accountId, hub]] : [])),
  );
  return [...others.values()].slice(0, LIMITS.retiringHubsMax);
}

/** That of the last check while nothing newer is known; else by what is stored, which proves little. */
async function diagnosisOf(
  deps: AccountsDeps,
  { facts, role, targetHub, tried }: View & { tried: HubEvidence },
): Promise<DiagnosisRow | null> {
  const { lastCheck } = role;
  const isOfTarget =
    lastCheck?.targetFault !== undefined || (lastCheck?.outcome === 'failed' && sameHub(lastCheck.hub, targetHub));
  if (lastCheck?.diagnosis && isOfTarget && new Date(lastCheck.checkedAt) >= tried.at) return lastCheck.diagnosis;
  if (!tried.fault) return null;
  return await explainFailure(deps, {
    facts,
    hub: targetHub,
    fault: tried.fault,
    at: tried.at,
    changedAt: role.changedAt,
    probes: { withoutExternalId: 'not-run', wrongExternalId: 'not-run' },
    policy: livePolicyOf(role, tried),
    letsIn: letInWith(facts, tried),
    purpose: facts.connectorId,
  });
}

/** The other hub that the connector went on through; that it is let in is not written down every time. */
function letInWith({ evidence, currentHub }: HubFacts, tried: HubEvidence): HubEvidence | null {
  const since = tried.at.getTime() - LIMITS.evidenceEveryMinutes * 60_000;
  const isIt = ({ hub, outcome, at }: HubEvidence) =>
    outcome === 'accepted' && sameHub(hub, currentHub) && !sameHub(hub, tried.hub) && at.getTime() >= since;
  return evidence.find(isIt) ?? null;
}

/** What was read after the refusal is what the role had then. */
function livePolicyOf(role: RoleFacts, { at }: HubEvidence) {
  const known = policyFromBefore(role);
  return known && { ...known, live: known.readAt >= at };
}

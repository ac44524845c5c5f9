import { hubInWords, sameHub } from '../../domain/hub.ts';
import { parseTrustPolicy } from '../../trust/parse-policy.ts';
import { readAssumeRequest } from '../../trust/request.ts';
import { type RefusalReason, type TrustVerdict, whyRefused } from '../../trust/why-refused.ts';
import { type Cause, type CauseCode, cause, type Diagnosis } from './causes.ts';
import type { Symptoms } from './symptoms.ts';

/**
 * STS says no and not why: it gives the same answer when the role does not exist, when its trust policy does not admit the
 * caller, when the external ID differs and when the caller's own policies do not allow it. What else is known tells some
 * of these apart for certain; the others are ordered by how likely they are.
 */
export function diagnoseRefusal(symptoms: Symptoms): Diagnosis {
  const verdict = verdictOf(symptoms);
  const proved = distinct([
    ...provedByProbes(symptoms),
    ...(symptoms.policy?.live && verdict?.decision === 'denied' ? byPolicy(verdict, symptoms) : []),
    ...provedBySimulation(symptoms),
  ]);
  if (proved.length > 0) return { certainty: 'certain', causes: proved };
  const likely = candidates(symptoms, verdict)
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.weight - a.weight)
    .map(({ code, because }) => cause(code, symptoms.names, because));
  return { certainty: 'one-of', causes: distinct(likely) };
}

/** What in the trust policy keeps the hub out, when AWS says that it is the trust policy. */
export function trustCauses(symptoms: Symptoms): [Cause, ...Cause[]] {
  const verdict = verdictOf(symptoms);
  const [first, ...more] = symptoms.policy?.live && verdict?.decision === 'denied' ? byPolicy(verdict, symptoms) : [];
  if (first) return [first, ...more];
  const of = (code: CauseCode, because: string) => cause(code, symptoms.names, because);
  const unread = 'The policy could not be read, so what in it is missing is not known.';
  return [
    of('trust-does-not-name-hub', unread),
    of('external-id-mismatch', unread),
    of('trust-condition-fails', unread),
    of('trust-orphaned-principal', unread),
  ];
}

// — proof —

/** One external ID is let in and another is not: the role, its principals and the hub's own side are in order. */
function provedByProbes({ probes, names }: Symptoms): Cause[] {
  const ways = [
    ...(probes.withoutExternalId === 'accepted' ? ['without an external ID'] : []),
    ...(probes.wrongExternalId === 'accepted' ? ['with a random one'] : []),
  ];
  if (ways.length === 0) return [];
  const because = `The role let the hub in ${ways.join(' and ')}, and not with ${names.externalId}: only the condition on sts:ExternalId differs.`;
  return [cause('external-id-mismatch', names, because)];
}

const BY_REASON: Readonly<Record<RefusalReason, CauseCode>> = {
  deny: 'trust-denies-explicitly',
  'external-id': 'external-id-mismatch',
  condition: 'trust-condition-fails',
  orphan: 'trust-orphaned-principal',
  'not-named': 'trust-does-not-name-hub',
};

function byPolicy({ reasons, because }: TrustVerdict, { policy, names }: Symptoms): Cause[] {
  const read = `The trust policy, read at ${timeOf(policy?.readAt)}, decides: ${because}`;
  return reasons.map(reason => cause(BY_REASON[reason], names, read));
}

/** IAM evaluated the hub's own side and said no, with everything that its policies ask for. */
function provedBySimulation({ simulation, names }: Symptoms): Cause[] {
  if (!simulation?.ok || simulation.value.decision === 'allowed' || simulation.value.missingKeys.length > 0) return [];
  const { decision, byOrganization, byBoundary } = simulation.value;
  const who = names.identityArn ?? hubInWords(names.hub);
  const said = `IAM’s simulation of ${who} says that sts:AssumeRole on ${names.roleArn} is denied`;
  if (byOrganization === false) {
    return [cause('hub-scp-denies', names, `${said} by a service control policy of account ${names.hub.accountId}.`)];
  }
  if (byBoundary === false) return [cause('hub-boundary-denies', names, `${said} by its permissions boundary.`)];
  if (decision === 'explicit-deny') return [cause('hub-identity-denies', names, `${said} by a Deny statement.`)];
  return [cause('hub-policy-lacks-assume-role', names, `${said}, because no policy of it allows it.`)];
}

/** What the policy that is known says of the hub with the connector's external ID; undefined when none can be evaluated. */
function verdictOf({ policy, names, role, sessionName }: Symptoms): TrustVerdict | undefined {
  if (!policy) return undefined;
  const parsed = parseTrustPolicy(policy.text);
  const request = readAssumeRequest({
    roleArn: role.arn,
    principalArn: names.identityArn ?? names.hub.accountId,
    externalId: names.externalId,
    context: assumptionContext(sessionName),
  });
  return parsed.ok && request.ok ? whyRefused(parsed.value, request.value) : undefined;
}

/** What every AssumeRole of Causeway has in its context beside what follows from who calls. */
export function assumptionContext(sessionName: string): Record<string, string | null> {
  return {
    'sts:RoleSessionName': sessionName,
    'sts:SourceIdentity': null,
    'aws:TagKeys': null,
    'sts:TransitiveTagKeys': null,
  };
}

// — likelihood —

interface Candidate {
  readonly code: CauseCode;
  readonly because: string;
  /** Compared with those of the others only; none of nought can be. */
  readonly weight: number;
}

/**
 * The weights are an order, not probabilities. It follows from what usually happens: a role that nobody was ever let in by
 * is most often not made yet; one that lets another hub in has not been edited for this one; one that let this hub in was
 * edited or deleted since; and a hub that is let in nowhere lacks the permission itself.
 */
function candidates(symptoms: Symptoms, verdict: TrustVerdict | undefined): Candidate[] {
  const known = whatIsKnown(symptoms, verdict);
  return [...ofTheRole(symptoms, known), ...ofItsPolicy(symptoms, known), ...ofTheHub(symptoms, known)];
}

interface Known {
  /** Another hub is let in just now with the same external ID; its words. */
  readonly letsIn: string | undefined;
  /** Some hub was let in at some time. */
  readonly letInBefore: boolean;
  /** This hub was let in when it was tried before. */
  readonly hubLetInBefore: Date | undefined;
  readonly policyAdmits: boolean;
  readonly verdict: TrustVerdict | undefined;
  /** IAM’s simulation of its own side allows it, whatever the call has besides. */
  readonly hubIsAllowed: boolean;
}

function whatIsKnown(
  { evidence, letsIn, names, policy, simulation }: Symptoms,
  verdict: TrustVerdict | undefined,
): Known {
  const accepted = evidence.filter(one => one.outcome === 'accepted');
  return {
    letsIn: letsIn
      ? `${hubInWords(letsIn.hub)} was let in at ${timeOf(letsIn.at)} with the same external ID`
      : undefined,
    letInBefore: letsIn !== null || accepted.length > 0,
    hubLetInBefore: accepted.find(one => sameHub(one.hub, names.hub))?.at,
    policyAdmits: policy?.live === true && verdict?.decision === 'allowed',
    verdict,
    hubIsAllowed:
      simulation?.ok === true && simulation.value.decision === 'allowed' && simulation.value.missingKeys.length === 0,
  };
}

function ofTheRole({ names, settlesAt, at, policy }: Symptoms, known: Known): Candidate[] {
  const { letsIn, letInBefore, policyAdmits } = known;
  const isNew = settlesAt !== null && settlesAt > at;
  const unseen = policyAdmits
    ? `The trust policy admits the hub, as read at ${timeOf(policy?.readAt)}, and STS does not yet: so it is for some seconds after an edit.`
    : isNew
      ? 'The connector was made or changed within the last minute, as it is when its role was just made or edited.'
      : 'Possible if the role or its trust policy was made or edited within the last minute.';
  const missing = letInBefore
    ? 'It let a hub in before; it may have been deleted since, or made anew under another path.'
    : 'No hub was ever let in by it, as it is while a role is not made yet.';
  return [
    { code: 'role-not-visible-yet', because: unseen, weight: policyAdmits ? 92 : isNew ? (letInBefore ? 75 : 90) : 10 },
    { code: 'role-missing', because: missing, weight: letsIn ? 0 : letInBefore ? 58 : 80 },
    {
      code: 'member-account-suspended',
      because: `AWS does not tell whether account ${names.roleArn.split(':')[4] ?? ''} is active.`,
      weight: letsIn ? 0 : letInBefore ? 35 : 16,
    },
    {
      code: 'role-rcp-denies',
      because:
        'A resource control policy of the role’s organisation gives the same answer to callers from outside of it.',
      weight: policyAdmits ? 60 : 14,
    },
  ];
}

function ofItsPolicy({ names, policy }: Symptoms, known: Known): Candidate[] {
  const { letsIn, hubLetInBefore, policyAdmits, verdict, letInBefore } = known;
  if (policyAdmits) return [];
  const hub = hubInWords(names.hub);
  const since = hubLetInBefore && `${hub} was let in at ${timeOf(hubLetInBefore)}`;
  const notNamed = letsIn
    ? `The role exists: ${letsIn}. ${hub} has to be named in its trust policy too.`
    : since
      ? `${since}; the trust policy may have been edited since.`
      : 'Nothing is known of the role’s trust policy.';
  const otherId = letsIn
    ? `${letsIn}, so this could only be if the hub has a statement of its own.`
    : since
      ? `${since}; the external ID may have been changed since.`
      : 'STS gives the same answer to a wrong external ID as to a wrong principal.';
  const causes: Candidate[] = [
    { code: 'trust-does-not-name-hub', because: notNamed, weight: letsIn ? 85 : since ? 60 : 70 },
    { code: 'external-id-mismatch', because: otherId, weight: letInBefore && !since ? 20 : since ? 50 : 65 },
    {
      code: 'trust-condition-fails',
      because: 'A condition on the address, the organisation, MFA or the session’s name gives the same answer.',
      weight: 30,
    },
    { code: 'trust-denies-explicitly', because: 'A Deny statement gives the same answer.', weight: 15 },
    {
      code: 'trust-orphaned-principal',
      because: since
        ? `${since}; if its user or role was deleted and made anew since, the role trusts the one that is gone.`
        : 'A policy that names the hub’s user or role exactly does not name one that was made anew.',
      weight: since ? 45 : 12,
    },
  ];
  if (!verdict || verdict.decision === 'allowed') return causes;
  // A policy that was read before the refusal, or whose conditions cannot all be evaluated here, is a hint and no proof.
  const hint = `The trust policy as read at ${timeOf(policy?.readAt)}: ${verdict.because}`;
  return [
    ...verdict.reasons.map(reason => ({ code: BY_REASON[reason], because: hint, weight: 92 })),
    ...causes.filter(({ code }) => !verdict.reasons.some(reason => BY_REASON[reason] === code)),
  ];
}

function ofTheHub({ names, others, simulation }: Symptoms, known: Known): Candidate[] {
  const { hubIsAllowed, policyAdmits } = known;
  const hub = hubInWords(names.hub);
  const depends = simulation?.ok && simulation.value.missingKeys.length > 0 ? simulation.value.missingKeys : [];
  const unasked = simulation?.ok === false ? ` IAM could not be asked: ${simulation.fault.detail}` : '';
  const condition = depends.length > 0 ? ` In IAM’s simulation it depends on ${depends.join(', ')}.` : '';
  const because = `${elsewhereInWords(hub, others)}${condition}${unasked}`;
  const weight = hubIsAllowed ? 0 : depends.length > 0 ? 91 : weightOfHub(others, known);
  return [
    { code: 'hub-policy-lacks-assume-role', because, weight },
    {
      code: 'hub-scp-denies',
      because: hubIsAllowed
        ? 'IAM’s simulation allows it, but does not evaluate service control policies that have conditions.'
        : 'A service control policy that lacks sts:AssumeRole gives the same answer.',
      weight: hubIsAllowed && policyAdmits ? 50 : 22,
    },
  ];
}

function elsewhereInWords(hub: string, { accepted, refused }: Symptoms['others']): string {
  if (accepted > 0) {
    const roles = accepted === 1 ? 'one other role' : `${accepted} other roles`;
    return `${hub} is let in by ${roles}; its policy may name each role and leave this one out.`;
  }
  if (refused === 0) return `${hub} was tried on no other role, so what it may do is not known.`;
  return `${hub} is let in by no role: ${refused === 1 ? 'one other refuses' : `${refused} others refuse`} it, too.`;
}

function weightOfHub({ accepted, refused }: Symptoms['others'], known: Known): number {
  if (known.policyAdmits) return accepted > 0 ? 70 : 94;
  // While a fleet moves, no role has been edited at first, and that says nothing of the hub's own policy.
  if (accepted === 0 && refused > 0) return known.letsIn ? 80 : 89;
  return accepted > 0 || known.hubLetInBefore ? 40 : 62;
}

/** The first of each cause, with what it was said for. */
function distinct(causes: readonly Cause[]): Cause[] {
  return causes.filter((one, index) => causes.findIndex(other => other.code === one.code) === index);
}

function timeOf(at: Date | undefined): string {
  return at ? `${at.toISOString().slice(0, 19)}Z` : 'an unknown time';
}

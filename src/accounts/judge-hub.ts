import { type Fault, retryOf } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import type { HeldRight } from './dangerous-rights.ts';
import { type HubFinding, type HubFindingCode, hubFinding, inOrder } from './hub-findings.ts';
import type { HealthFacts, KeyFacts, RoleFacts } from './hub-health.ts';
import type { HubPolicies } from './hub-policy.ts';

/** What is wrong with a hub's identity, the worst first. */
export function judgeHub(facts: HealthFacts & { readonly policies: HubPolicies }): HubFinding[] {
  const { proof, key, roles, dangerous, trustRetired, policies } = facts;
  return inOrder([
    ...(proof.fault ? [ofProof(proof.fault)] : []),
    ...(key ? ofKey(key) : []),
    ...ofRoles(roles),
    ...(dangerous.ok ? ofRights(dangerous.value) : []),
    ...unseen(facts),
    ...ofPolicies(policies),
    ...ofTrust(trustRetired),
  ]);
}

/** AWS's no, and that it gave no answer, are two things. */
function ofProof(why: Fault): HubFinding {
  const code = retryOf(why) === 'now' ? 'cannot-prove' : 'not-proved';
  return hubFinding(code, why.detail, remedyOf(why));
}

function ofKey({ ageDays, from, otherKeyIdEnding }: KeyFacts): HubFinding[] {
  const since = from === 'aws' ? 'AWS made it' : 'It was entered here';
  const severity = ageDays >= LIMITS.keyAgeDaysFar ? 'high' : 'medium';
  return [
    ...(ageDays >= LIMITS.keyAgeDaysMax
      ? [hubFinding('old-key', `${since} ${ageDays} days ago; ${LIMITS.keyAgeDaysMax} days are usual.`, { severity })]
      : []),
    ...(otherKeyIdEnding === null
      ? []
      : [hubFinding('second-key', `Its ID ends with ${otherKeyIdEnding}; Causeway does not use it.`)]),
  ];
}

function ofRoles({ simulated, accepted, refused, total }: RoleFacts): HubFinding[] {
  const denied = simulated?.filter(({ decision }) => decision === 'denied') ?? [];
  const open = simulated?.filter(({ decision }) => decision === 'unknown') ?? [];
  const causes = [...new Set(denied.map(({ by }) => by))].join('; ');
  const example = denied[0]?.resource;
  // What STS did is stronger than what IAM thinks of it; so is it of those that are not refused.
  const proved = accepted === total && total > 0;
  return [
    ...(example !== undefined
      ? [
          hubFinding(
            'roles-not-allowed',
            `${denied.length} of the ${simulated?.length} roles that IAM was asked about, such as ${example}, are denied by ${causes}.${proved ? ' STS let it in to all of them when they were tried last, so this is new, or IAM does not know a condition of the real call.' : ''}`,
            proved ? { severity: 'medium' } : {},
          ),
        ]
      : []),
    ...(open.length > 0
      ? [hubFinding('rights-depend-on-conditions', `For ${open.length} roles it depends on ${open[0]?.by}.`)]
      : []),
    ...(refused > 0
      ? [hubFinding('roles-refuse', `${refused} of ${total} roles refused it when they were tried last.`)]
      : []),
  ];
}

/** One for each kind of right, and one for all of which conditions decide. */
function ofRights(rights: readonly HeldRight[]): HubFinding[] {
  const held = rights.filter(({ decision }) => decision === 'allowed');
  const open = rights.filter(({ decision }) => decision === 'unknown');
  const codes = [...new Set(held.map(right => right.finding))];
  const found = codes.map(code => {
    const ofCode = held.filter(right => right.finding === code);
    const rights = [...new Set(ofCode.map(right => right.action))].join(', ');
    const also = code === 'assumes-any-role' ? ' on roles that no connector has' : '';
    const by = [...new Set(ofCode.flatMap(right => right.by ?? []))].join(' and ');
    return hubFinding(code, `It is allowed ${rights}${also}${by === '' ? '' : ` by ${by}`}.`, remedyFor(code, by));
  });
  if (open.length === 0) return found;
  const conditions = [...new Set(open.flatMap(right => right.by ?? []))].join(' and ');
  // Not which rights: IAM names the missing keys of all policies, whatever they are about.
  const detail = `Of ${open.length} rights that it should not have, IAM leaves open whether it has them: it depends on ${conditions}.`;
  return [...found, hubFinding('more-by-conditions', detail)];
}

function remedyFor(code: HubFindingCode, by: string): { remedy?: string } {
  if (code !== 'assumes-any-role' || by === '') return {};
  return {
    remedy: `Replace ${by} by the policies shown here (“causeway base-accounts policy” prints them), which name the connectors’ roles.`,
  };
}

/** Nothing is said to be fine that could not be asked. */
function unseen({ proof, key, roles, dangerous }: HealthFacts): HubFinding[] {
  // That the credentials do not work, or could not be tried, is a finding of its own.
  if (proof.fault) return [];
  const faults = [roles.simulationFault, dangerous.ok ? null : dangerous.fault, key?.fault ?? null];
  const details = [...new Set(faults.flatMap(fault => fault?.detail ?? []))];
  return details.length === 0 ? [] : [hubFinding('cannot-see-rights', details.join(' '))];
}

function ofPolicies({ policies, because }: HubPolicies): HubFinding[] {
  return policies.length > LIMITS.managedPoliciesPerIdentity ? [hubFinding('too-many-policies', because)] : [];
}

function ofTrust(trustRetired: HealthFacts['trustRetired']): HubFinding[] {
  if (trustRetired.length === 0) return [];
  const connectors = new Set(trustRetired.map(({ connectorId }) => connectorId)).size;
  const accounts = [...new Set(trustRetired.map(({ hub }) => hub.accountId))];
  return [
    hubFinding(
      'trusted-after-move',
      `The roles of ${connectors} connectors that have moved here still admit ${accounts.join(', ')}.`,
    ),
  ];
}

function remedyOf({ remedy }: { remedy?: string }): { remedy?: string } {
  return remedy === undefined ? {} : { remedy };
}

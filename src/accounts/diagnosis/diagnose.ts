import { type NamedReason, reasonOfDenial } from '../../aws/denial.ts';
import type { Fault, FaultCode } from '../../domain/faults.ts';
import { hubInWords } from '../../domain/hub.ts';
import { CAUSES, type Cause, type CauseCode, cause, type Diagnosis } from './causes.ts';
import { diagnoseRefusal, trustCauses } from './refusal.ts';
import type { Symptoms } from './symptoms.ts';

/**
 * Why a hub could not assume a role. `certain` is said only of what is proved: AWS named it, an answer that allows nothing
 * else, a policy that was read after the refusal, or a simulation. What AWS's answers do not tell apart stays "one of
 * these", the likeliest first and each with what speaks for it.
 */
export function diagnose(symptoms: Symptoms): Diagnosis {
  const { fault, names } = symptoms;
  const reason = reasonOfDenial(fault.aws);
  if (reason) return named(reason, symptoms);
  if (fault.code === 'role-not-assumable') return diagnoseRefusal(symptoms);
  if (fault.code === 'unknown-access-key') return unknownKey(symptoms);
  const code = CODES[fault.code] ?? 'aws-rejected';
  return { certainty: 'certain', causes: [cause(code, names, fault.detail)] };
}

/** When there is no hub that could have been tried. */
export function diagnoseNoHub(fault: Fault): Diagnosis {
  const { title, remedy } = CAUSES['no-hub'];
  return { certainty: 'certain', causes: [{ code: 'no-hub', title, because: fault.detail, remedy: remedy() }] };
}

/** Faults that leave no question which cause it is. */
const CODES: { readonly [Code in FaultCode]?: CauseCode } = {
  'aws-unreachable': 'unreachable',
  'aws-timeout': 'timed-out',
  'aws-throttled': 'throttled',
  'no-turn': 'throttled',
  'aws-error': 'aws-error',
  'incomplete-answer': 'answer-cut-off',
  'clock-skew': 'clock-skew',
  'no-hub-credentials': 'hub-credentials-missing',
  'web-identity-refused': 'hub-credentials-missing',
  'other-role': 'hub-credentials-missing',
  'secret-unreadable': 'hub-secret-sealed',
  'wrong-secret-key': 'hub-secret-wrong',
  'expired-credentials': 'hub-credentials-expired',
  'other-partition-key': 'wrong-partition',
  'wrong-partition': 'wrong-partition',
  'other-account-key': 'hub-key-of-other-account',
  'root-key': 'hub-is-root',
  'sts-region-disabled': 'sts-region-disabled',
  'hub-denied-assume-role': 'hub-policy-lacks-assume-role',
  'role-chaining-hour': 'role-chaining-hour',
  'session-longer-than-role': 'session-longer-than-role',
  'wrong-account': 'wrong-account',
};

/** AWS gives one answer to keys that it does not know, whatever the reason. */
function unknownKey({ names, hubWasProved }: Symptoms): Diagnosis {
  const of = (code: CauseCode, because: string): Cause => cause(code, names, because);
  const suspended = of('hub-account-suspended', 'AWS answers so for every key of an account that it has suspended.');
  if (hubWasProved) {
    // Not "this key": it may have replaced the one that was known.
    const before = `AWS knew ${hubInWords(names.hub)} before and does not know the key that it has now`;
    return {
      certainty: 'one-of',
      causes: [
        of('hub-key-inactive', `${before}; owners deactivate a key before they delete it.`),
        of('hub-key-unknown', `${before}; a key that was deleted, or mistyped when it was entered, gives this answer.`),
        suspended,
      ],
    };
  }
  return {
    certainty: 'one-of',
    causes: [
      of('hub-key-unknown', 'AWS has never known this key here; a mistyped ID gives this answer.'),
      of('wrong-partition', 'AWS has never known this key here; a key of another account type gives this answer.'),
      of('hub-key-inactive', 'An inactive key gives this answer too.'),
      suspended,
    ],
  };
}

const NAMED: Readonly<Record<Exclude<NamedReason['policy'], 'role trust policy'>, CauseCode>> = {
  'identity-based policy': 'hub-identity-denies',
  'permissions boundary': 'hub-boundary-denies',
  'session policy': 'hub-session-policy-denies',
  'service control policy': 'hub-scp-denies',
  'resource control policy': 'role-rcp-denies',
  'VPC endpoint policy': 'endpoint-policy-denies',
};

/** AWS named the kind of policy. */
function named({ policy, explicit, policyArn }: NamedReason, symptoms: Symptoms): Diagnosis {
  const { names } = symptoms;
  const which = policyArn === undefined ? '' : ` (${policyArn})`;
  const words = explicit ? `an explicit deny in the ${policy}${which}` : `that no ${policy} allows it`;
  const because = `AWS names the reason: ${words}.`;
  if (policy === 'role trust policy' && !explicit) {
    const [first, ...more] = trustCauses(symptoms);
    // AWS named the policy; what in it is missing may be known from the policy itself.
    return {
      certainty: more.length === 0 ? 'certain' : 'one-of',
      causes: [first, ...more].map(one => ({ ...one, because: `${because} ${one.because}` })),
    };
  }
  if (policy === 'role trust policy')
    return { certainty: 'certain', causes: [cause('trust-denies-explicitly', names, because)] };
  const code = policy === 'identity-based policy' && !explicit ? 'hub-policy-lacks-assume-role' : NAMED[policy];
  return { certainty: 'certain', causes: [cause(code, names, because)] };
}

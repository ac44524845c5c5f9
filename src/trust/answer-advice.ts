import { parseExternalId } from '../domain/external-id.ts';
import { fault } from '../domain/faults.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { parseRoleArn } from '../domain/role-arn.ts';
import { adviseTrust, type TrustAdviceInput, type TrustEdit } from './advise.ts';
import type { TrustDecision } from './evaluate.ts';
import { parseTrustPolicy } from './parse-policy.ts';
import { type Caller, parseCaller, rootArn } from './principal.ts';
import type { ContextValues } from './request.ts';

/** How the proposed document names the hub; `account`: as a whole, whichever of its identities calls. */
export type TrustForm = TrustAdviceInput['form'] | 'account';

export interface AdviceQuestion {
  /** JSON text, or the document as a value. */
  readonly policy: unknown;
  readonly roleArn: string;
  /** ARN of the hub's user or role, or of its account, or the account's ID. */
  readonly hub: string;
  readonly externalId: string;
  /** ARNs or account IDs of hubs that need not be admitted in the end. */
  readonly retiring: readonly string[];
  readonly form: TrustForm;
  readonly context?: ContextValues;
}

export type AdviceAnswer =
  | { readonly kind: 'edits'; readonly overlap: EditAnswer; readonly final: EditAnswer }
  | { readonly kind: 'blocked'; readonly because: string };

export interface EditAnswer extends Pick<TrustEdit, 'document' | 'text' | 'diff' | 'sizeChars' | 'fits'> {
  /** What the evaluation of the proposed document says of the hub. */
  readonly decision: TrustDecision['decision'];
}

/**
 * The smallest edit of a trust policy that admits a hub, for whoever knows the parts as texts. The ARN of a role's session
 * does not tell the path of its role, so such a hub is named by its account whatever the form.
 * Faults: `malformed-policy`, `invalid-role-arn`, `wrong-partition`, `invalid-external-id`, `invalid-field`.
 */
export function answerAdvice({ form, context = {}, ...question }: AdviceQuestion): Result<AdviceAnswer> {
  const policy = parseTrustPolicy(question.policy);
  if (!policy.ok) return policy;
  const role = parseRoleArn(question.roleArn);
  if (!role.ok) return role;
  const externalId = parseExternalId(question.externalId);
  if (!externalId.ok) return externalId;
  const { partition } = role.value;
  const hub = parseCaller(question.hub, partition, 'hub');
  if (!hub.ok) return hub;
  if (hub.value.kind === 'federated-user') {
    return failed(fault('invalid-field', 'A federated user session cannot assume a role.', { field: 'hub' }));
  }
  const retiring: Caller[] = [];
  for (const [index, text] of question.retiring.entries()) {
    const caller = parseCaller(text, partition, `retiring[${index}]`);
    if (!caller.ok) return caller;
    retiring.push(caller.value);
  }
  const named = hub.value.kind === 'session' || form === 'account' ? accountOf(hub.value) : hub.value;
  const advice = adviseTrust({
    policy: policy.value,
    role: role.value,
    hub: named,
    externalId: externalId.value,
    retiring,
    form: form === 'account' ? 'exact-principal' : form,
    context,
  });
  if (advice.kind === 'blocked') return ok({ kind: 'blocked', because: advice.decision.because });
  return ok({ kind: 'edits', overlap: editAnswer(advice.overlap), final: editAnswer(advice.final) });
}

function accountOf({ partition, accountId }: Caller): Extract<Caller, { kind: 'account' }> {
  return { kind: 'account', arn: rootArn({ partition, accountId }), partition, accountId };
}

function editAnswer({ document, text, diff, sizeChars, fits, hub }: TrustEdit): EditAnswer {
  return { document, text, diff, sizeChars, fits, decision: hub.decision };
}

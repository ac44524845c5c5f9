import { parseExternalId } from '../domain/external-id.ts';
import { fault } from '../domain/faults.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { type ParsedRoleArn, parseRoleArn } from '../domain/role-arn.ts';
import { type Caller, parseCaller } from './principal.ts';

/**
 * One AssumeRole call, as far as it is known. A condition key's values; null for a key that is certainly absent. A key
 * that is not here may have any value or none.
 */
export interface AssumeRequest {
  readonly role: ParsedRoleArn;
  readonly caller: Caller;
  /** Undefined when none is sent. */
  readonly externalId?: string;
  readonly context: ContextValues;
}

export type ContextValues = Readonly<Record<string, string | readonly string[] | null>>;

export interface AssumeRequestInput {
  readonly roleArn: string;
  /** Who calls: ARN of a user, role, role session or account, or an account ID. */
  readonly principalArn: string;
  readonly externalId?: string;
  readonly context?: ContextValues;
}

/** Faults: `invalid-role-arn`, `wrong-partition`, `invalid-external-id`, `invalid-field`. */
export function readAssumeRequest(input: AssumeRequestInput): Result<AssumeRequest> {
  const role = parseRoleArn(input.roleArn);
  if (!role.ok) return role;
  const caller = parseCaller(input.principalArn, role.value.partition);
  if (!caller.ok) return caller;
  const context = input.context ?? {};
  const sent = Object.keys(context).find(key => key.toLowerCase() === 'sts:externalid');
  if (sent !== undefined && input.externalId !== undefined) {
    return failed(fault('invalid-field', 'The external ID is given twice.', { field: `context.${sent}` }));
  }
  if (input.externalId === undefined) return ok({ role: role.value, caller: caller.value, context });
  const externalId = parseExternalId(input.externalId);
  if (!externalId.ok) return externalId;
  return ok({ role: role.value, caller: caller.value, externalId: externalId.value, context });
}

import { fault } from '../domain/faults.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { Aws } from './aws.ts';
import { type Budget, call } from './call.ts';
import { hubIamClient, hubPace } from './clients.ts';
import type { HubIdentity } from './credentials.ts';

/**
 * The user or role that a hub acts as, by the ARN that IAM knows it by. A role's session does not name the role's path, so
 * the role is read (iam:GetRole on itself); when it may not be, it is taken to have none, which IAM then confirms or not.
 */
export async function principalOfCaller(
  aws: Aws,
  { hub, callerArn, budget }: { hub: HubIdentity; callerArn: string; budget: Budget },
): Promise<Result<string>> {
  const RoleName = roleOfSession(callerArn);
  if (RoleName === undefined) return ok(callerArn);
  const client = await hubIamClient(aws, hub);
  if (!client.ok) return client;
  const { GetRoleCommand } = await import('@aws-sdk/client-iam');
  const names = {
    service: 'iam',
    operation: 'GetRole',
    subject: RoleName,
    signedBy: 'hub',
    budget,
    pace: hubPace(hub),
  } as const;
  const read = await call(
    aws,
    async signal => await client.value.send(new GetRoleCommand({ RoleName }), { abortSignal: signal }),
    names,
  );
  if (read.ok) {
    const arn = read.value.Role?.Arn;
    return arn === undefined ? failed(fault('incomplete-answer', 'IAM answered with a role without an ARN.')) : ok(arn);
  }
  const {
    facts,
    hub: { accountId },
  } = hub;
  return read.fault.code === 'hub-access-denied'
    ? ok(`arn:${facts.partition}:iam::${accountId}:role/${RoleName}`)
    : read;
}

/** The role's name in the ARN of one of its sessions; undefined for any other ARN. */
export function roleOfSession(arn: string): string | undefined {
  return /^arn:[^:]+:sts::\d{12}:assumed-role\/([^/]+)\//.exec(arn)?.[1];
}

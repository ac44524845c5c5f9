import { prompt } from '../../aws/call.ts';
import type { HubIdentity } from '../../aws/credentials.ts';
import { proveHub } from '../../aws/identity.ts';
import { type HubUse, openSession } from '../../aws/session.ts';
import { type Fault, fault } from '../../domain/faults.ts';
import { LIMITS } from '../../domain/limits.ts';
import { parseRoleArn } from '../../domain/role-arn.ts';
import { listConnectorsThrough, type RotationRow } from '../../store/key-rotations.ts';
import type { AccountsDeps } from '../deps.ts';
import { recordAtOnce } from '../findings.ts';
import { usedFinding } from '../reach.ts';

/**
 * Why a key cannot take another one's place: it must be a key of the same user, and a connector that works must work with
 * it. undefined when it can. IAM makes a new key known everywhere only within some seconds, so a fault may pass by itself.
 */
export async function whyNotAsGood(
  deps: AccountsDeps,
  rotation: RotationRow,
  { key, before, connectorsOf }: { key: HubIdentity; before: HubIdentity | null; connectorsOf: string },
): Promise<Fault | undefined> {
  const caller = await proveHub(deps.aws, key, prompt(deps.clock, { totalMs: LIMITS.keyCallMs }));
  if (!caller.ok) return caller.fault;
  if (caller.value.arn !== rotation.userArn) {
    return fault('other-user-key', `The new key is one of ${caller.value.arn}, not of ${rotation.userArn}.`);
  }
  let refusal: Fault | undefined;
  for (const connector of await listConnectorsThrough(deps.db, {
    identityId: connectorsOf,
    limit: LIMITS.rotationConnectorsTried,
  })) {
    const withKey = await mayAssume(deps, rotation, { hub: key, connector });
    if (withKey === undefined) return undefined;
    // With no key to compare with, a connector that just worked counts as one that works.
    const stillWorks = before === null || (await mayAssume(deps, rotation, { hub: before, connector })) === undefined;
    if (stillWorks) refusal ??= withKey;
  }
  return refusal;
}

async function mayAssume(
  deps: AccountsDeps,
  rotation: RotationRow,
  {
    hub,
    connector: { connectorId, roleArn, externalId },
  }: { hub: HubIdentity; connector: { connectorId: string; roleArn: string; externalId: string } },
): Promise<Fault | undefined> {
  const role = parseRoleArn(roleArn);
  if (!role.ok) throw new Error(`connector ${connectorId} has a role ARN that cannot be read`);
  const purpose = { kind: 'check', checkId: rotation.id, actor: 'system' } as const;
  const record = recordAtOnce(deps);
  const opened = await openSession(
    deps.aws,
    {
      hub,
      role: role.value,
      externalId,
      purpose: rotation.id,
      onUse: (use: HubUse) => record(usedFinding(deps, { use, connectorId, purpose })),
    },
    { budget: prompt(deps.clock, { totalMs: LIMITS.keyCallMs }), fresh: true },
  );
  return opened.ok ? undefined : opened.fault;
}

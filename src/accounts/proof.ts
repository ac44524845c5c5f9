import { prompt } from '../aws/call.ts';
import type { HubIdentity } from '../aws/credentials.ts';
import { proveHub } from '../aws/identity.ts';
import { type Fault, type FaultCode, fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { type AccountType, factsOfAccountType } from '../domain/partition.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { ProofRow } from '../store/base-accounts.ts';
import type { AccountsDeps } from './deps.ts';
import { usableNow } from './hubs.ts';
import type { IdentityProof, NewCredentials } from './shapes.ts';

/** Asks AWS now whose the credentials of a hub are. */
export async function prove(
  { aws, clock }: Pick<AccountsDeps, 'aws' | 'clock'>,
  hub: HubIdentity,
): Promise<IdentityProof> {
  const caller = await proveHub(aws, hub, prompt(clock, { totalMs: LIMITS.checkTimeoutMs }));
  const checkedAt = clock.now();
  if (caller.ok) return { checkedAt, outcome: 'ok', callerArn: caller.value.arn, fault: null };
  aws.provenHubs.delete(hub.id);
  return { checkedAt, outcome: 'failed', callerArn: null, fault: withHints(caller.fault, hub) };
}

/**
 * Proves credentials before they are saved. Without proof they may be saved only if that is asked for, and a root user's
 * never: the fault is then part of the proof.
 */
export async function proveCredentials(
  deps: Pick<AccountsDeps, 'aws' | 'clock' | 'ids'>,
  {
    accountType,
    accountId,
    credentials,
    saveUnverified,
  }: { accountType: AccountType; accountId: string; credentials: NewCredentials; saveUnverified: boolean },
): Promise<Result<IdentityProof>> {
  const id = `new:${deps.ids.uuid()}`;
  const proof = await prove(deps, {
    id,
    hub: { kind: 'base-account', accountId },
    facts: factsOfAccountType(accountType),
    credentials: usableNow(credentials),
  });
  deps.aws.keylessHubs.delete(id);
  if (proof.fault && (!saveUnverified || proof.fault.code === 'root-key')) return failed(proof.fault);
  return ok(proof);
}

export function proofRow({ checkedAt, outcome, callerArn, fault: why }: IdentityProof): ProofRow {
  return { checkedAt: checkedAt.toISOString(), outcome, callerArn, fault: why };
}

export function readProof({ checkedAt, ...proof }: ProofRow): IdentityProof {
  return { ...proof, checkedAt: new Date(checkedAt) };
}

/** Which field a fault of the credentials belongs to. */
const FIELDS: { readonly [Code in FaultCode]?: string } = {
  'unknown-access-key': 'accessKeyId',
  'wrong-secret-key': 'secretAccessKey',
  'web-identity-refused': 'identityRoleArn',
};

function withHints(found: Fault, { facts, credentials }: HubIdentity): Fault {
  const noCredentials = credentials.kind === 'web-identity' ? 'tokenFile' : 'credentialsKind';
  const field = found.field ?? (found.code === 'no-hub-credentials' ? noCredentials : FIELDS[found.code]);
  const marked = field === undefined ? found : { ...found, field };
  if (found.code !== 'unknown-access-key') return marked;
  const { detail: _words, code, ...rest } = marked;
  return fault(code, `AWS does not know this access key in ${facts.label} (partition "${facts.partition}").`, {
    ...rest,
    remedy: `Check the access key ID and that the key is active. A key of another account type is unknown here too: AWS partitions do not know each other’s keys, so check that the key was made in ${facts.label}.`,
  });
}

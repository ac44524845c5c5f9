import { GetCallerIdentityCommand, type GetCallerIdentityCommandOutput, STSClient } from '@aws-sdk/client-sts';
import { type Fault, fault } from '../domain/faults.ts';
import { factsOfPartition, type PartitionFacts } from '../domain/partition.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { type Aws, clientSettings } from './aws.ts';
import { type Budget, call } from './call.ts';
import { type CredentialsProvider, type HubIdentity, hubCredentials } from './credentials.ts';
import { FaultError } from './translate.ts';

/** Whom AWS says some credentials belong to. */
export interface Caller {
  readonly arn: string;
  readonly accountId: string;
  readonly partition: string;
}

/**
 * Asks STS whose the credentials of a hub are (`sts:GetCallerIdentity`, which no policy can forbid) and judges the
 * answer: it must be the hub's account and partition, not a root user, and of a web identity the role that was asked for.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export async function proveHub(aws: Aws, hub: HubIdentity, budget: Budget): Promise<Result<Caller>> {
  const credentials = await hubCredentials(aws, hub);
  if (!credentials.ok) return credentials;
  const caller = await callerIdentity(aws, {
    accountId: hub.hub.accountId,
    facts: hub.facts,
    credentials: credentials.value,
    signedBy: 'hub',
    budget,
  });
  if (!caller.ok) return caller;
  const wrong = judgeHub(caller.value, hub);
  return wrong ? failed(wrong) : caller;
}

/** The same, asked once per process as long as it succeeds: a hub that is not who it claims to be is never used. */
export async function provenHub(aws: Aws, hub: HubIdentity, budget: Budget): Promise<Result<Caller>> {
  const known = aws.provenHubs.get(hub.id);
  if (known) return ok(known);
  const proved = await proveHub(aws, hub, budget);
  if (proved.ok) aws.provenHubs.set(hub.id, proved.value);
  return proved;
}

/** Asks with a new client: one that was used before has taken AWS's time from its answers and would hide a wrong clock. */
export async function callerIdentity(
  aws: Aws,
  {
    accountId,
    facts,
    credentials,
    signedBy,
    budget,
  }: {
    /** Whose the credentials are said to be. */
    accountId: string;
    facts: PartitionFacts;
    credentials: CredentialsProvider;
    signedBy: 'hub' | 'session';
    budget: Budget;
  },
): Promise<Result<Caller>> {
  const client = new STSClient(clientSettings(aws, { service: 'sts', region: facts.stsRegion, credentials }));
  const pace = { accountId, region: facts.stsRegion };
  const names = { service: 'sts', operation: 'GetCallerIdentity', signedBy, budget, pace } as const;
  return await call(
    aws,
    async signal => readCaller(await client.send(new GetCallerIdentityCommand({}), { abortSignal: signal })),
    names,
  );
}

function readCaller({ Arn: arn, Account: accountId }: GetCallerIdentityCommandOutput): Caller {
  if (arn === undefined || accountId === undefined) {
    throw new FaultError(fault('incomplete-answer', 'STS named neither an account nor an ARN.'));
  }
  return { arn, accountId, partition: arn.split(':')[1] ?? '' };
}

function judgeHub(caller: Caller, { hub, facts, credentials }: HubIdentity): Fault | undefined {
  const isKey = credentials.kind === 'access-key';
  const belong = isKey ? 'The key belongs' : 'The credentials belong';
  if (caller.partition !== facts.partition) {
    const other = factsOfPartition(caller.partition)?.label ?? `partition "${caller.partition}"`;
    return fault('other-partition-key', `${belong} to ${other}, not to ${facts.label}.`, {
      field: 'accountType',
    });
  }
  if (caller.arn.endsWith(`:iam::${caller.accountId}:root`)) {
    return fault('root-key', `${belong} to the root user of account ${caller.accountId}.`, {
      ...(isKey ? { field: 'accessKeyId' } : {}),
    });
  }
  if (caller.accountId !== hub.accountId) {
    return fault('other-account-key', `${belong} to account ${caller.accountId}, not to ${hub.accountId}.`, {
      field: 'accountId',
    });
  }
  if (credentials.kind === 'web-identity' && roleNameOf(caller.arn) !== credentials.roleArn.split('/').at(-1)) {
    return fault('other-role', `AWS answered with ${caller.arn}, which is no session of ${credentials.roleArn}.`, {
      field: 'identityRoleArn',
    });
  }
  return undefined;
}

/** Of arn:…:sts::ACCOUNT:assumed-role/NAME/SESSION; such an ARN does not have the role's path. */
function roleNameOf(callerArn: string): string | undefined {
  return /:assumed-role\/([^/]+)\//.exec(callerArn)?.[1];
}

import type { AccessKeyFacts } from '../../aws/access-keys.ts';
import { type Fault, fault } from '../../domain/faults.ts';
import { keyIdEnding } from '../base-credentials.ts';

/** What an IAM user has to be allowed so that Causeway can replace its key; in the words of its own partition, from its ARN. */
export function rotationStatement(userArn: string) {
  return {
    Sid: 'RotateOwnAccessKey',
    Effect: 'Allow',
    Action: ['iam:CreateAccessKey', 'iam:DeleteAccessKey', 'iam:ListAccessKeys', 'iam:UpdateAccessKey'],
    Resource: userArn,
  };
}

/** AWS's refusal of a call on the user's own keys, with the statement that is missing. */
export function withStatement(why: Fault, { userArn, retry }: { userArn: string | null; retry: string }): Fault {
  if (why.code !== 'hub-access-denied' || userArn === null) return why;
  const action = `iam:${why.aws?.operation ?? ''}`;
  const statement = JSON.stringify(rotationStatement(userArn));
  return {
    ...why,
    detail: `${userArn} is not allowed to call ${action} on itself.`,
    remedy: `Add this statement to a policy of the user, then ${retry}: ${statement}`,
  };
}

export function platformsKey({ oldKeyId }: { oldKeyId: string }): Fault {
  const detail = `The configuration of a platform account has the key …${keyIdEnding(oldKeyId)} too, and would be left with one that does not exist.`;
  const remedy =
    'Give the platform account another key in CAUSEWAY_PLATFORM_ACCOUNTS, restart Causeway, and try again.';
  return fault('no-key-to-rotate', detail, { remedy });
}

export function strangersKey(key: AccessKeyFacts, userArn: string): Fault {
  const detail = `${userArn} has a second access key, ${inWords(key)}, which this rotation did not make. IAM allows two, so there is no room for a new one.`;
  return fault('second-access-key', detail, { subject: userArn });
}

/** No unknown key, and none to be deleted from here: connectors would stop. */
export function replacedKey(key: AccessKeyFacts, userArn: string): Fault {
  const detail = `${userArn} has a second access key, ${inWords(key)}, which was replaced here and which connectors may still run through. IAM allows two, so there is no room for a new one.`;
  const remedy =
    'Wait until the connectors were let in by the present key, or destroy the earlier credentials; then delete that key in IAM and try again.';
  return fault('second-access-key', detail, { subject: userArn, remedy });
}

export function lostKey(key: AccessKeyFacts, userArn: string): Fault {
  const detail = `AWS was asked for a new key of ${userArn} and its answer was lost. The key ${inWords(key)} may be that one, whose secret nobody has, or somebody else’s: AWS does not tell.`;
  return fault('second-access-key', detail, { subject: userArn });
}

function inWords({ id, createdAt }: AccessKeyFacts): string {
  return `…${keyIdEnding(id)}${createdAt ? ` (made ${createdAt.toISOString()})` : ''}`;
}

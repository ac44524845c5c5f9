import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { WebIdentitySource } from '../domain/credentials.ts';
import { fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import type { PartitionFacts } from '../domain/partition.ts';
import { failed, type Result } from '../domain/result.ts';
import { type Aws, clientSettings } from './aws.ts';
import { call, prompt } from './call.ts';
import type { RoleCredentials } from './keyless.ts';
import { readTokenFile } from './machine.ts';
import { FaultError } from './translate.ts';

/**
 * Exchanges the token in the file for credentials of the role. The file is read each time, because whoever issues tokens
 * replaces it there before the token ends. The call is not signed: the token is the credential.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
export async function exchangeToken(
  aws: Aws,
  { facts, source }: { facts: PartitionFacts; source: WebIdentitySource },
): Promise<Result<RoleCredentials>> {
  const token = await readTokenFile(source.tokenFile);
  if (!token.ok) return token;
  // Whatever else may be in a file that somebody names must not leave this machine.
  if (!JWT.test(token.value)) {
    return failed(fault('no-hub-credentials', `The file ${source.tokenFile} does not hold a JSON Web Token.`));
  }
  const client = new STSClient(
    clientSettings(aws, { service: 'sts', region: facts.stsRegion, credentials: neverAsked }),
  );
  const command = new AssumeRoleWithWebIdentityCommand({
    RoleArn: source.roleArn,
    RoleSessionName: 'causeway-hub',
    WebIdentityToken: token.value,
    DurationSeconds: LIMITS.webIdentitySessionSeconds,
  });
  const budget = prompt(aws.clock, { totalMs: LIMITS.checkTimeoutMs });
  const operation = 'AssumeRoleWithWebIdentity';
  const terms = { budget, pace: 'unsigned' } as const;
  const names = { service: 'sts', operation, subject: source.roleArn, signedBy: 'hub', ...terms } as const;
  return await call(
    aws,
    async signal => readAnswer((await client.send(command, { abortSignal: signal })).Credentials),
    names,
  );
}

/** RFC 7519: three parts of base64url. */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

async function neverAsked(): Promise<never> {
  throw new Error('AssumeRoleWithWebIdentity is not signed');
}

function readAnswer(
  given:
    | {
        readonly AccessKeyId?: string | undefined;
        readonly SecretAccessKey?: string | undefined;
        readonly SessionToken?: string | undefined;
        readonly Expiration?: Date | undefined;
      }
    | undefined,
): RoleCredentials {
  if (!given?.AccessKeyId || !given.SecretAccessKey || !given.SessionToken || !given.Expiration) {
    throw new FaultError(fault('incomplete-answer', 'STS accepted the token and gave no credentials.'));
  }
  return {
    accessKeyId: given.AccessKeyId,
    secretAccessKey: given.SecretAccessKey,
    sessionToken: given.SessionToken,
    expiration: given.Expiration,
  };
}

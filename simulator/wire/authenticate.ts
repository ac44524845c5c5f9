import type { Clock } from '../../src/domain/clock.ts';
import { PARTITIONS, regionFits } from '../../src/domain/partition.ts';
import { type Credential, findCredential } from '../iam/credentials.ts';
import type { ServiceName } from '../service.ts';
import { regionIsOn } from '../world/regions.ts';
import type { World } from '../world/world.ts';
import type { Protocol, WireRequest } from './protocol.ts';
import type { Refusal } from './refusals.ts';
import { type Signature, signatureIsRight, signingTimeMs } from './sigv4.ts';

export type Authentication = { kind: 'caller'; credential: Credential } | { kind: 'refused'; refusal: Refusal };

/** Who signed the request, or why AWS would not believe it. */
export function authenticate({
  request,
  signature,
  service,
  dialect,
  world,
  clock,
}: {
  request: WireRequest;
  signature: Signature;
  service: ServiceName;
  dialect: Protocol['errors'];
  world: World;
  clock: Clock;
}): Authentication {
  const refused = (refusal: Refusal): Authentication => ({ kind: 'refused', refusal });
  const { region } = signature.scope;
  const partition = PARTITIONS.find(facts => regionFits(facts, region));
  if (!partition) return refused({ kind: 'wrong-scope', message: 'Credential should be scoped to a valid region.' });
  if (!signature.signedHeaders.includes('host')) {
    const message = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";
    return refused({ kind: 'wrong-scope', message });
  }
  const time = timeRefusal(signature, clock.now(), dialect);
  if (time) return refused(time);
  const credential = findCredential(world, signature.accessKeyId);
  // A key exists in its own partition only, and an inactive one is as good as none.
  if (!credential?.active || credential.account.partition !== partition.partition) {
    return refused({ kind: 'unknown-key' });
  }
  if (!tokenFits(credential, signature)) return refused({ kind: 'unknown-key' });
  if (!signatureIsRight(request, signature, credential.secret)) return refused({ kind: 'wrong-signature' });
  if (credential.session && Date.parse(credential.session.expiresAt) <= clock.now().getTime()) {
    return refused({ kind: 'expired-session' });
  }
  if (credential.account.state === 'SUSPENDED' || credential.account.state === 'CLOSED') {
    return refused({ kind: 'account-blocked' });
  }
  // A region that the account has not opted in to does not know the account's keys.
  if (!isGlobal(service) && !regionIsOn(credential.account, region)) return refused({ kind: 'unknown-key' });
  return { kind: 'caller', credential };
}

function isGlobal(service: ServiceName): boolean {
  return service === 'iam' || service === 'organizations' || service === 'cloudfront';
}

/** Long-term keys come without a token, sessions with their own. */
function tokenFits({ session }: Credential, { sessionToken }: Signature): boolean {
  return sessionToken === session?.token;
}

/** AWS allows five minutes, EC2 and S3 fifteen (EC2's error RequestExpired, S3's RequestTimeTooSkewed say so). */
const TOLERANCE_MINUTES = { query: 5, json: 5, 'rest-json': 5, ec2: 15, s3: 15 } as const;

function timeRefusal(signature: Signature, now: Date, dialect: Protocol['errors']): Refusal | undefined {
  const minutes = TOLERANCE_MINUTES[dialect];
  const signedMs = signingTimeMs(signature.signedAt);
  const wrong = (message: string): Refusal => ({ kind: 'wrong-time', message });
  if (Number.isNaN(signedMs)) {
    return {
      kind: 'incomplete-signature',
      message: `Date must be in ISO-8601 'basic format'. Got '${signature.signedAt}'.`,
    };
  }
  if (!signature.signedAt.startsWith(signature.scope.date)) {
    return {
      kind: 'wrong-scope',
      message: `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${signature.scope.date}' != '${signature.signedAt.slice(0, 8)}', from '${signature.signedAt}'.`,
    };
  }
  const { signedAt } = signature;
  const earliest = now.getTime() - (signature.expiresSeconds ?? 0) * 1000 - minutes * 60_000;
  const latest = now.getTime() + minutes * 60_000;
  if (signedMs < earliest) {
    return wrong(
      `Signature expired: ${signedAt} is now earlier than ${basic(earliest)} (${basic(now.getTime())} - ${minutes} min.)`,
    );
  }
  if (signedMs > latest) {
    return wrong(
      `Signature not yet current: ${signedAt} is still later than ${basic(latest)} (${basic(now.getTime())} + ${minutes} min.)`,
    );
  }
  return undefined;
}

function basic(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

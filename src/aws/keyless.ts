import type { KeylessSource } from '../domain/credentials.ts';
import { fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import type { PartitionFacts } from '../domain/partition.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { Aws } from './aws.ts';
import type { Credentials, CredentialsProvider } from './credentials.ts';
import { containerCredentials, instanceCredentials } from './machine.ts';
import { FaultError } from './translate.ts';
import { exchangeToken } from './web-identity.ts';

/** Credentials of a role that end by themselves. */
export type RoleCredentials = Credentials & { readonly sessionToken: string; readonly expiration: Date };

/** A keyless hub's credentials in the cache. While `asking` is set, everybody who wants new ones waits for it. */
export interface KeylessSlot {
  readonly current?: RoleCredentials | undefined;
  readonly asking?: Promise<Result<RoleCredentials>> | undefined;
}

export interface KeylessHub {
  /** Of the hub identity. */
  readonly id: string;
  readonly facts: PartitionFacts;
  readonly source: KeylessSource;
}

/**
 * The credentials of a keyless hub for clients, kept and renewed before they end. When they cannot be renewed, those
 * that are there serve until their end. Throws a FaultError when there are none. `memoized` makes the SDK ask for every
 * request: one cache, with one clock.
 */
export function keylessProvider(aws: Aws, hub: KeylessHub): CredentialsProvider {
  const provider = async () => {
    const taken = await take(aws, hub);
    if (!taken.ok) throw new FaultError(taken.fault);
    return taken.value;
  };
  return Object.assign(provider, { memoized: true });
}

async function take(aws: Aws, hub: KeylessHub): Promise<Result<RoleCredentials>> {
  const slot = aws.keylessHubs.get(hub.id);
  if (slot?.current && leftMs(aws, slot.current) > LIMITS.sessionRenewBeforeSeconds * 1_000) return ok(slot.current);
  const asking = slot?.asking ?? askAnew(aws, hub);
  const asked = await asking;
  if (asked.ok) return asked;
  return slot?.current && leftMs(aws, slot.current) > 0 ? ok(slot.current) : asked;
}

function askAnew(aws: Aws, hub: KeylessHub): Promise<Result<RoleCredentials>> {
  const current = aws.keylessHubs.get(hub.id)?.current;
  const asking = askAndKeep(aws, hub, current);
  aws.keylessHubs.set(hub.id, { current, asking });
  return asking;
}

async function askAndKeep(
  aws: Aws,
  hub: KeylessHub,
  before: RoleCredentials | undefined,
): Promise<Result<RoleCredentials>> {
  let current = before;
  try {
    const asked = await ask(aws, hub);
    if (asked.ok && leftMs(aws, asked.value) <= 0) {
      const until = asked.value.expiration.toISOString();
      return failed(
        fault('expired-credentials', `The source of the hub’s credentials gave some that ended at ${until}.`),
      );
    }
    if (asked.ok) current = asked.value;
    return asked;
  } finally {
    aws.keylessHubs.set(hub.id, { current });
  }
}

async function ask(aws: Aws, { facts, source }: KeylessHub): Promise<Result<RoleCredentials>> {
  switch (source.kind) {
    case 'instance-profile':
      return await instanceCredentials(aws.machine);
    case 'container-role':
      return await containerCredentials(aws.machine);
    case 'web-identity':
      return await exchangeToken(aws, { facts, source });
  }
}

function leftMs(aws: Aws, { expiration }: RoleCredentials): number {
  return expiration.getTime() - aws.clock.now().getTime();
}

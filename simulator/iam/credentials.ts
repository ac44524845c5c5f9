import type { Principal } from '../service.ts';
import type { AccessKey, Account, World } from '../world/world.ts';
import { roleArn, rootArn, sessionArn, userArn } from './arns.ts';

/** What stands behind an access key ID. */
export interface Credential {
  account: Account;
  principal: Principal;
  secret: string;
  /** For a session: the token that must come with it, and when it ends. */
  session: { token: string; expiresAt: string } | undefined;
  active: boolean;
  /** The long-term key itself; absent for a session. */
  key: AccessKey | undefined;
}

/** Looks up an access key ID; undefined for one that does not exist or whose role is gone. */
export function findCredential(world: World, accessKeyId: string): Credential | undefined {
  if (accessKeyId in world.sessions) return sessionCredential(world, accessKeyId);
  return longTermCredential(world, accessKeyId);
}

function sessionCredential(world: World, accessKeyId: string): Credential | undefined {
  const session = world.sessions[accessKeyId];
  const account = world.accounts[session?.accountId ?? ''];
  const role = account?.roles[session?.roleName ?? ''];
  // A role that was deleted, or made anew under the same name, takes its sessions with it.
  if (!session || !account || role?.id !== session.roleId) return undefined;
  const { sessionName, sourceIdentity, tags } = session;
  return {
    account,
    secret: session.secret,
    session: { token: session.token, expiresAt: session.expiresAt },
    active: true,
    key: undefined,
    principal: {
      kind: 'assumed-role',
      partition: account.partition,
      accountId: account.id,
      arn: sessionArn(account, role, sessionName),
      userId: `${role.id}:${sessionName}`,
      accessKeyId,
      role: {
        name: role.name,
        arn: roleArn(account, role),
        sessionName,
        tags,
        ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
      },
    },
  };
}

/** Where a long-term key was last seen. Only a hint: it is checked at every use, so that nobody has to keep it up to date. */
interface KeyPlace {
  accountId: string;
  /** Absent for a key of the root user. */
  userName: string | undefined;
}

const keyPlaces = new WeakMap<World, Map<string, KeyPlace>>();

function longTermCredential(world: World, accessKeyId: string): Credential | undefined {
  const place = keyPlaces.get(world)?.get(accessKeyId);
  const found = place && credentialAt(world, place, accessKeyId);
  if (found) return found;
  const places = indexKeys(world);
  keyPlaces.set(world, places);
  const fresh = places.get(accessKeyId);
  return fresh && credentialAt(world, fresh, accessKeyId);
}

function indexKeys(world: World): Map<string, KeyPlace> {
  const places = new Map<string, KeyPlace>();
  for (const account of Object.values(world.accounts)) {
    for (const key of account.rootAccessKeys) places.set(key.id, { accountId: account.id, userName: undefined });
    for (const user of Object.values(account.users)) {
      for (const key of user.accessKeys) places.set(key.id, { accountId: account.id, userName: user.name });
    }
  }
  return places;
}

function credentialAt(world: World, { accountId, userName }: KeyPlace, accessKeyId: string): Credential | undefined {
  const account = world.accounts[accountId];
  if (!account) return undefined;
  const isIt = (key: AccessKey) => key.id === accessKeyId;
  const common = { partition: account.partition, accountId: account.id, accessKeyId };
  if (userName === undefined) {
    const key = account.rootAccessKeys.find(isIt);
    if (!key) return undefined;
    const principal: Principal = { ...common, kind: 'root', arn: rootArn(account), userId: account.id };
    return { account, principal, secret: key.secret, session: undefined, active: key.status === 'Active', key };
  }
  const user = account.users[userName];
  const key = user?.accessKeys.find(isIt);
  if (!user || !key) return undefined;
  const principal: Principal = { ...common, kind: 'user', arn: userArn(account, user), userId: user.id, userName };
  return { account, principal, secret: key.secret, session: undefined, active: key.status === 'Active', key };
}

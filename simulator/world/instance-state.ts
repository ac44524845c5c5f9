import type { SimulatedInstance } from './world.ts';

/** Stops an instance: it keeps its private addresses and loses its public ones. */
export function stopped(instance: SimulatedInstance, at: Date): SimulatedInstance {
  const { PublicIpAddress, ...rest } = instance;
  return {
    ...rest,
    State: { Code: 80, Name: 'stopped' },
    StateReason: USER_SHUTDOWN,
    StateTransitionReason: `User initiated (${gmt(at)})`,
    PublicDnsName: '',
    NetworkInterfaces: (instance.NetworkInterfaces ?? []).map(({ Association, ...nic }) => ({
      ...nic,
      PrivateIpAddresses: (nic.PrivateIpAddresses ?? []).map(({ Association, ...address }) => address),
    })),
  };
}

/** Starts a stopped instance: its launch time is that of its latest start, its public address, if it gets one, is new. */
export function started(
  instance: SimulatedInstance,
  at: Date,
  address?: { PublicIp: string; PublicDnsName: string },
): SimulatedInstance {
  const { StateReason, ...rest } = instance;
  const association = address ? { Association: { IpOwnerId: 'amazon', ...address } } : {};
  return {
    ...rest,
    State: { Code: 16, Name: 'running' },
    StateTransitionReason: '',
    LaunchTime: at.toISOString(),
    ...(address ? { PublicIpAddress: address.PublicIp, PublicDnsName: address.PublicDnsName } : {}),
    NetworkInterfaces: (instance.NetworkInterfaces ?? []).map(nic => ({
      ...nic,
      ...association,
      PrivateIpAddresses: (nic.PrivateIpAddresses ?? []).map(one => (one.Primary ? { ...one, ...association } : one)),
    })),
  };
}

/** What is left of a terminated instance for the hour that EC2 still shows it: no network, no volumes, its tags. */
export function terminated(instance: SimulatedInstance, at: Date): SimulatedInstance {
  const { PublicIpAddress, PrivateIpAddress, SubnetId, VpcId, SourceDestCheck, ...rest } = instance;
  const { IamInstanceProfile, PrivateDnsNameOptions, ...left } = rest;
  return {
    ...left,
    terminatedAt: at.toISOString(),
    State: { Code: 48, Name: 'terminated' },
    StateReason: USER_SHUTDOWN,
    StateTransitionReason: `User initiated (${gmt(at)})`,
    PublicDnsName: '',
    PrivateDnsName: '',
    BlockDeviceMappings: [],
    NetworkInterfaces: [],
    SecurityGroups: [],
    ...(instance.MetadataOptions ? { MetadataOptions: { ...instance.MetadataOptions, State: 'pending' } } : {}),
  };
}

/** The states that last only a moment; nothing but the state differs yet. */
export function inTransition(
  instance: SimulatedInstance,
  state: 'pending' | 'stopping' | 'shutting-down',
): SimulatedInstance {
  const codes = { pending: 0, stopping: 64, 'shutting-down': 32 };
  return { ...instance, State: { Code: codes[state], Name: state } };
}

/** EC2 forgets a terminated instance about an hour after; until then it still lists it. */
export const TERMINATED_VISIBLE_MS = 60 * 60 * 1_000;

export function isVisible(instance: SimulatedInstance, now: Date): boolean {
  return (
    instance.terminatedAt === undefined || now.getTime() - Date.parse(instance.terminatedAt) < TERMINATED_VISIBLE_MS
  );
}

/** What EC2 shows of an instance; undefined while it does not know it yet, and when it has forgotten it. */
export function asListed(instance: SimulatedInstance, now: Date): SimulatedInstance | undefined {
  const { spreading } = instance;
  if (spreading && Date.parse(spreading.until) > now.getTime()) return spreading.before;
  return isVisible(instance, now) ? instance : undefined;
}

/**
 * The instance as its change left it, which listings follow only after the world's delay: EC2 is eventually consistent
 * (https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html).
 */
export function spreadingFrom(
  before: SimulatedInstance | undefined,
  changed: SimulatedInstance,
  { listingDelaySeconds = 0, now }: { listingDelaySeconds?: number | undefined; now: Date },
): SimulatedInstance {
  const { spreading: _, ...rest } = changed;
  if (listingDelaySeconds === 0) return rest;
  const until = new Date(now.getTime() + listingDelaySeconds * 1_000).toISOString();
  const shown = before && asListed(before, now);
  return { ...rest, spreading: { until, ...(shown ? { before: shown } : {}) } };
}

const USER_SHUTDOWN = {
  Code: 'Client.UserInitiatedShutdown',
  Message: 'Client.UserInitiatedShutdown: User initiated shutdown',
};

function gmt(at: Date): string {
  return at
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' GMT');
}

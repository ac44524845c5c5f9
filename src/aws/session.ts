import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { type Fault, fault, retryOf } from '../domain/faults.ts';
import type { Hub } from '../domain/hub.ts';
import { LIMITS } from '../domain/limits.ts';
import type { PartitionFacts } from '../domain/partition.ts';
import { ok, type Result } from '../domain/result.ts';
import type { ParsedRoleArn } from '../domain/role-arn.ts';
import { type Aws, clientSettings } from './aws.ts';
import { type Budget, call, patient } from './call.ts';
import { hubPace } from './clients.ts';
import { type Credentials, type CredentialsProvider, type HubIdentity, hubCredentials } from './credentials.ts';
import { provenHub } from './identity.ts';
import { keepOrder } from './kept-order.ts';
import { FaultError } from './translate.ts';

/** A way into one member account for as long as it is needed: its credentials renew themselves before they end. */
export interface MemberSession {
  /** The same for all sessions of one hub identity, role and external ID. */
  readonly key: string;
  readonly hub: Hub;
  readonly facts: PartitionFacts;
  readonly accountId: string;
  /** arn:…:sts::ACCOUNT:assumed-role/ROLE/SESSION, as AWS answered it when the session was opened. */
  readonly callerArn: string;
  /** When STS let us in; a session that was open already is from before. */
  readonly assumedAt: Date;
  /** For clients. Throws a FaultError when the session has to be renewed and cannot be. */
  readonly credentials: CredentialsProvider;
}

export interface SessionRequest {
  readonly hub: HubIdentity;
  readonly role: ParsedRoleArn;
  readonly externalId: string;
  /** What the session is for, such as a run's id; becomes part of the session's name in CloudTrail. */
  readonly purpose: string;
  /** Told of every assumption that STS was asked for, renewals too; what it throws ends the assumption. */
  readonly onUse: (use: HubUse) => Promise<void>;
}

/** One AssumeRole that STS was asked for. */
export interface HubUse {
  readonly hub: Hub;
  readonly roleArn: string;
  readonly sessionName: string;
  readonly externalId: 'own' | 'none' | 'random';
  /** Absent when STS accepted. */
  readonly fault?: Fault;
}

/** A session in the cache. While `opening` is set, everybody who wants the session waits for that one assumption. */
export interface SessionSlot {
  /** Who asked for it last: a renewal is made and recorded in their name. */
  readonly request: SessionRequest;
  readonly current?: AssumedRole | undefined;
  readonly opening?: Opening | undefined;
}

interface Opening {
  readonly result: Promise<Result<AssumedRole>>;
  readonly triesMax: number;
}

interface AssumedRole {
  readonly at: Date;
  readonly arn: string;
  readonly credentials: Credentials & { readonly expiration: Date };
}

/**
 * Opens a session of a member account's role through a hub, or takes the one that is open already (unless `fresh`), at
 * most one assumption at a time per hub identity, role and external ID. The account, partition and role that STS answers
 * with must be those of the role ARN (invariant I3), else the fault is `wrong-account` and nothing is kept.
 */
export async function openSession(
  aws: Aws,
  request: SessionRequest,
  { budget, fresh = false }: { budget: Budget; fresh?: boolean },
): Promise<Result<MemberSession>> {
  const { hub, role } = request;
  const key = sessionKey(request);
  const opened = await takeOrAssume(aws, request, { budget, fresh });
  if (!opened.ok) return opened;
  return ok({
    key,
    hub: hub.hub,
    facts: hub.facts,
    accountId: role.accountId,
    callerArn: opened.value.arn,
    assumedAt: opened.value.at,
    credentials: renewingCredentials(aws, request),
  });
}

/**
 * `memoized` makes the SDK ask for every request instead of keeping a copy until the machine's clock calls it old: one
 * cache, with one clock, that can also be told to forget.
 */
function renewingCredentials(aws: Aws, request: SessionRequest): CredentialsProvider {
  const provider = async () => {
    const latest = aws.sessions.get(sessionKey(request))?.request ?? request;
    const renewed = await renew(aws, latest);
    if (!renewed.ok) throw new FaultError(renewed.fault);
    return renewed.value.credentials;
  };
  return Object.assign(provider, { memoized: true });
}

/** Takes hours-long runs over the replacement of a hub's key: what is in its place may go on for it. */
async function renew(aws: Aws, request: SessionRequest): Promise<Result<AssumedRole>> {
  const how = { budget: patient(aws.clock), fresh: false };
  const renewed = await takeOrAssume(aws, request, how);
  if (renewed.ok) return renewed;
  const next = await request.hub.successor?.();
  return next && next.id !== request.hub.id ? await takeOrAssume(aws, { ...request, hub: next }, how) : renewed;
}

/** Makes the next user of this session assume the role anew, as when AWS does not accept it any more. */
export function forgetSession(aws: Aws, { key }: Pick<MemberSession, 'key'>): void {
  aws.sessions.delete(key);
}

/** Which external ID a probe sends: none, one that nobody knows, or the role's own. */
export type ProbeExternalId = 'none' | 'random' | { readonly own: string };

/** Whether STS lets the hub assume the role. A session that it gives is thrown away, and is the shortest there is. */
export async function probeRole(
  aws: Aws,
  { externalId, ...request }: Omit<SessionRequest, 'externalId'> & { externalId: ProbeExternalId },
  budget: Budget,
): Promise<Result<void>> {
  const sent = {
    none: {},
    random: { externalId: `causeway-probe-${aws.ids.secret(24)}` },
    own: typeof externalId === 'string' ? {} : { externalId: externalId.own },
  };
  const externalIdKind = typeof externalId === 'string' ? externalId : 'own';
  const seconds = LIMITS.probeSessionSeconds;
  const assumed = await assume(aws, request, { budget, externalIdKind, ...sent[externalIdKind], seconds });
  return assumed.ok ? ok(undefined) : assumed;
}

async function takeOrAssume(
  aws: Aws,
  request: SessionRequest,
  { budget, fresh }: { budget: Budget; fresh: boolean },
): Promise<Result<AssumedRole>> {
  const key = sessionKey(request);
  const slot = aws.sessions.get(key);
  if (!fresh && slot?.current && isFresh(aws, slot.current)) {
    if (slot.request !== request) aws.sessions.set(key, { ...slot, request });
    return ok(slot.current);
  }
  if (!fresh && slot?.opening !== undefined) {
    const shared = await slot.opening.result;
    // Somebody who was in a hurry, such as a check, gave up on what this caller has the patience for.
    const gaveUp = !shared.ok && retryOf(shared.fault) === 'now' && slot.opening.triesMax < budget.triesMax;
    return gaveUp ? await takeOrAssume(aws, request, { budget, fresh }) : shared;
  }
  const result = assume(aws, request, {
    budget,
    externalIdKind: 'own',
    externalId: request.externalId,
    seconds: LIMITS.memberSessionSeconds,
  });
  const opening = { result, triesMax: budget.triesMax };
  aws.sessions.set(key, { request, current: slot?.current, opening });
  try {
    const opened = await result;
    if (opened.ok) aws.sessions.set(key, { request, current: opened.value });
    return opened;
  } finally {
    // A refusal or an exception: nobody after this one may wait for it, and what was open before stays open.
    if (aws.sessions.get(key)?.opening === opening) {
      if (slot?.current) aws.sessions.set(key, { request, current: slot.current });
      else aws.sessions.delete(key);
    }
  }
}

function isFresh(aws: Aws, { credentials }: AssumedRole): boolean {
  const leftMs = credentials.expiration.getTime() - aws.clock.now().getTime();
  return leftMs > LIMITS.sessionRenewBeforeSeconds * 1_000;
}

function sessionKey({ hub, role, externalId }: SessionRequest): string {
  return [hub.id, role.arn, externalId].join('\n');
}

async function assume(
  aws: Aws,
  { hub, role, purpose, onUse }: Omit<SessionRequest, 'externalId'>,
  {
    budget,
    externalId,
    externalIdKind,
    seconds,
  }: { budget: Budget; externalId?: string; externalIdKind: HubUse['externalId']; seconds: number },
): Promise<Result<AssumedRole>> {
  const proven = await provenHub(aws, hub, budget);
  if (!proven.ok) return proven;
  const client = await stsClient(aws, hub);
  if (!client.ok) return client;
  const sessionName = sessionNameOf(purpose);
  const command = new AssumeRoleCommand({
    RoleArn: role.arn,
    RoleSessionName: sessionName,
    DurationSeconds: seconds,
    ...(externalId === undefined ? {} : { ExternalId: externalId }),
  });
  const pace = hubPace(hub);
  const names = { service: 'sts', operation: 'AssumeRole', subject: role.arn, signedBy: 'hub', budget, pace } as const;
  const assumed = await call(
    aws,
    async signal => ({
      ...readAssumed(await client.value.send(command, { abortSignal: signal }), role),
      at: aws.clock.now(),
    }),
    names,
  );
  if (!assumed.ok && assumed.fault.code === 'no-turn') return assumed;
  aws.totals.add('hub_uses_total', {
    account_type: hub.facts.accountType,
    hub: hub.hub.kind,
    external_id: externalIdKind,
    outcome: assumed.ok ? 'accepted' : 'refused',
  });
  const use = { hub: hub.hub, roleArn: role.arn, sessionName, externalId: externalIdKind };
  await onUse(assumed.ok ? use : { ...use, fault: assumed.fault });
  return assumed;
}

/** The client is kept; the credentials are asked for each time, so that a deleted hub identity is never used again. */
async function stsClient(aws: Aws, hub: HubIdentity): Promise<Result<STSClient>> {
  const credentials = await hubCredentials(aws, hub);
  if (!credentials.ok) return credentials;
  const known = aws.stsClients.get(hub.id);
  if (known) return ok(known);
  const region = hub.facts.stsRegion;
  const client = new STSClient(clientSettings(aws, { service: 'sts', region, credentials: credentials.value }));
  keepOrder(client);
  aws.stsClients.set(hub.id, client);
  return ok(client);
}

interface AssumeRoleAnswer {
  readonly AssumedRoleUser?: { readonly Arn?: string | undefined } | undefined;
  readonly Credentials?:
    | {
        readonly AccessKeyId?: string | undefined;
        readonly SecretAccessKey?: string | undefined;
        readonly SessionToken?: string | undefined;
        readonly Expiration?: Date | undefined;
      }
    | undefined;
}

/** Throws a FaultError for an answer that is no session, or one of another account, partition or role (invariant I3). */
function readAssumed(
  { AssumedRoleUser, Credentials: given }: AssumeRoleAnswer,
  role: ParsedRoleArn,
): Omit<AssumedRole, 'at'> {
  const subject = role.arn;
  const arn = AssumedRoleUser?.Arn;
  if (!arn || !given?.AccessKeyId || !given.SecretAccessKey || !given.SessionToken || !given.Expiration) {
    throw new FaultError(fault('incomplete-answer', 'STS answered without the parts of a session.', { subject }));
  }
  if (!arn.startsWith(`arn:${role.partition}:sts::${role.accountId}:assumed-role/${role.name}/`)) {
    throw new FaultError(fault('wrong-account', `Asked for ${role.arn}, STS answered with ${arn}.`, { subject }));
  }
  return {
    arn,
    credentials: {
      accessKeyId: given.AccessKeyId,
      secretAccessKey: given.SecretAccessKey,
      sessionToken: given.SessionToken,
      expiration: given.Expiration,
    },
  };
}

/**
 * RoleSessionName has 2 to 64 characters of [\w+=,.@-] (STS API reference) and stands in every CloudTrail entry of the
 * session, so it carries the run's id. SourceIdentity would be harder to lose in a role chain, but asking for one needs
 * sts:SetSourceIdentity in the hub's policy and in every role's trust policy, and STS refuses the whole assumption
 * without it: roles that work today would fail.
 */
export function sessionNameOf(purpose: string): string {
  return `causeway-${purpose}`.replace(/[^\w+=,.@-]/g, '-').slice(0, 64);
}

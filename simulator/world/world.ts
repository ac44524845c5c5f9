import type { Instance, Subnet, Vpc } from '@aws-sdk/client-ec2';
import type { DocumentType } from '@smithy/types';
import type { Partition } from '../../src/domain/partition.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { ResourceType, ResourceTypes } from './resource-types.ts';
import type { Stock } from './stock.ts';

/**
 * The state of simulated AWS as plain data: what a world file holds, what the generator makes and what the control API
 * changes. Times are ISO-8601 text so that a world survives a round trip through JSON; services turn them into dates.
 */
export interface World {
  /** Version of this shape, for world files. */
  version: 1;
  /** What the generator was seeded with; 0 for a world made by hand. */
  seed: number;
  /** How many random streams this world has drawn from its seed so far, so that the next one is new. */
  drawn: number;
  organizations: Organization[];
  /** By account ID: twelve digits, unique across partitions here so that one control API can name them. */
  accounts: Record<string, Account>;
  /** How long STS takes to follow a change of a role or its trust policy; absent: none. */
  propagationSeconds?: number;
  /** How long EC2's listings take to follow a launch, a change or a termination by the control API; absent: none. */
  listingDelaySeconds?: number;
  /** Sessions that AssumeRole handed out, by access key ID (ASIA…). Kept so that they survive a restart. */
  sessions: Record<string, RoleSession>;
  /** What accounts have besides instances; absent: nothing. */
  stock?: Stock;
  /** Instances of many accounts, made when they are asked for; where an account has EC2 state of its own, that counts. */
  fleet?: Fleet;
}

export interface Organization {
  id: string;
  partition: Partition;
  managementAccountId: string;
  /** Without the management account. */
  memberAccountIds: string[];
  /** Service control policies by account ID; each allows or denies for every principal of that account but the management account's. */
  serviceControlPolicies: Record<string, PolicyDocument[]>;
}

export interface Account {
  id: string;
  partition: Partition;
  name: string;
  email: string;
  state: 'ACTIVE' | 'SUSPENDED' | 'PENDING_CLOSURE' | 'CLOSED';
  joinedAt: string;
  /** Opt-in regions that this account has enabled, beyond the partition's default regions. */
  enabledRegions: string[];
  /** Default regions whose STS endpoint the account's administrator has deactivated. */
  disabledRegions: string[];
  users: Record<string, User>;
  roles: Record<string, Role>;
  /** Customer-managed policies by name. */
  policies: Record<string, ManagedPolicy>;
  /** Access keys of the root user; real and usable, so that the product's refusal of them can be tried. */
  rootAccessKeys: AccessKey[];
  /** EC2 state by region; a region that is absent is empty. */
  ec2: Record<string, Ec2Region>;
  /** What it has besides, by region (`global` where a service is one for all) and type; what is absent is as the stock has it. */
  resources?: Record<string, { [Type in ResourceType]?: JsonSafe<ResourceTypes[Type]>[] }>;
}

export interface User {
  name: string;
  path: string;
  /** AIDA… */
  id: string;
  createdAt: string;
  accessKeys: AccessKey[];
  inlinePolicies: Record<string, PolicyDocument>;
  attachedPolicyArns: string[];
  /** ARN of the managed policy that is its permissions boundary: what is not allowed there, it may not do. */
  permissionsBoundaryArn?: string;
  tags: Record<string, string>;
}

export interface AccessKey {
  /** AKIA… */
  id: string;
  secret: string;
  status: 'Active' | 'Inactive';
  createdAt: string;
  /** The last call signed with it; absent until the first. */
  lastUsed?: { at: string; service: string; region: string };
}

export interface Role {
  name: string;
  path: string;
  /** AROA… */
  id: string;
  createdAt: string;
  description: string;
  maxSessionSeconds: number;
  trustPolicy: PolicyDocument;
  /** While STS does not know the last change yet: until when, and what it goes by; without `before` the role is new. */
  spreading?: { until: string; before?: PolicyDocument };
  inlinePolicies: Record<string, PolicyDocument>;
  attachedPolicyArns: string[];
  /** ARN of the managed policy that is its permissions boundary: what is not allowed there, it may not do. */
  permissionsBoundaryArn?: string;
  tags: Record<string, string>;
}

export interface ManagedPolicy {
  name: string;
  path: string;
  /** ANPA… */
  id: string;
  createdAt: string;
  document: PolicyDocument;
}

/** A policy as its owner wrote it; read defensively by the evaluator, never assumed well-formed. */
export type PolicyDocument = unknown;

export interface RoleSession {
  /** ASIA… */
  accessKeyId: string;
  secret: string;
  token: string;
  accountId: string;
  roleName: string;
  /** AROA… of the role at the time; a recreated role does not revive old sessions. */
  roleId: string;
  sessionName: string;
  sourceIdentity?: string;
  tags: Record<string, string>;
  /** Whether the session was assumed by another role's session: then it lives one hour at most. */
  chained: boolean;
  /** Session policy passed to AssumeRole, if any. */
  policy?: PolicyDocument;
  issuedAt: string;
  expiresAt: string;
}

export interface Ec2Region {
  /**
   * Instances in the shape EC2 answers with; times inside as ISO text. In order of launch, appended only, so that a page
   * token can be a position. An instance object is never changed in place: a change puts a new object in its position, so
   * that anything derived from an instance can be cached by its identity.
   */
  instances: SimulatedInstance[];
  vpcs: Vpc[];
  subnets: Subnet[];
}

/** JSON-safe: every Date of the SDK's type is ISO text here. */
export type JsonSafe<T> = DocumentType extends T
  ? T
  : T extends Date
    ? string
    : T extends object
      ? { [K in keyof T]: JsonSafe<T[K]> }
      : T;

export type SimulatedInstance = JsonSafe<Instance> & {
  InstanceId: string;
  /** Instances launched by one call share it and stand next to each other; it groups them as EC2 does. */
  reservationId: string;
  /** When it reached the state terminated; such instances vanish an hour later, as EC2's do. */
  terminatedAt?: string;
  /** While listings do not follow its last change yet: until when, and what they show; without `before` it is new. */
  spreading?: { until: string; before?: SimulatedInstance };
};

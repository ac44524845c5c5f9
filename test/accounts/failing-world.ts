import { setTrustPolicy } from '../../simulator/iam/propagation.ts';
import { accountOf, addAccessKey, addRole, addUser } from '../../simulator/world/build.ts';
import { assumeRolePolicy, readPolicy } from '../../simulator/world/policies.ts';
import type { PolicyDocument, World } from '../../simulator/world/world.ts';
import { createBaseAccount } from '../../src/accounts/base-accounts.ts';
import { checkConnector } from '../../src/accounts/check.ts';
import { createConnector } from '../../src/accounts/connectors.ts';
import type { BaseAccountInput, ConnectorInput } from '../../src/accounts/shapes.ts';
import {
  baseAccountInput,
  type Causeway,
  connectorInput,
  DEVELOPMENT,
  EXTERNAL_ID,
  keyOf,
  must,
  PLATFORM,
  PRODUCTION,
  SECURITY,
} from './support.ts';

/** What scripted failures are made of: the world of `startCauseway`, put back before each, and one old connector. */
export interface FailingWorld {
  readonly causeway: Causeway;
  /** The connector of the member account PRODUCTION, made two minutes ago. */
  connectorId: string;
}

const actor = 'user:ada';
const MINUTES_AGO = 2;

export function worldKeeper(causeway: Causeway): () => void {
  const atFirst = structuredClone(causeway.world);
  return () => {
    delete causeway.world.propagationSeconds;
    Object.assign(causeway.world, structuredClone(atFirst));
  };
}

export async function makeConnector(
  { deps, clock }: Causeway,
  { memberId = PRODUCTION, ...change }: Partial<ConnectorInput> & { memberId?: string } = {},
): Promise<string> {
  const { id } = must(await createConnector(deps, { input: connectorInput(memberId, change), actor }));
  clock.advance(MINUTES_AGO * 60_000);
  return id;
}

export async function check({ causeway: { deps }, connectorId: id }: FailingWorld) {
  return must(await checkConnector(deps, { id, actor }));
}

/** The connector works through the platform account, and then SECURITY becomes the base account. */
export async function startMoving(failing: FailingWorld, change: Partial<BaseAccountInput> = {}): Promise<void> {
  const { causeway } = failing;
  const checked = await check(failing);
  if (checked.outcome !== 'ok') throw new Error('the connector has to work before it moves');
  await makeBase(causeway, change);
}

export async function makeBase({ deps, ...causeway }: Causeway, change: Partial<BaseAccountInput> = {}): Promise<void> {
  const input = baseAccountInput(keyOf({ deps, ...causeway }, SECURITY), change);
  must(await createBaseAccount(deps, { input, actor }));
}

/** Another connector that the platform account was tried on. */
export async function tryOther(causeway: Causeway): Promise<void> {
  const id = must(await createConnector(causeway.deps, { input: connectorInput(DEVELOPMENT), actor })).id;
  must(await checkConnector(causeway.deps, { id, actor }));
}

export function statement(change: object = {}): object {
  return {
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${PLATFORM}:root` },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'sts:ExternalId': EXTERNAL_ID } },
    ...change,
  };
}

/** The statement by which the platform account gets in, and others. */
export function setTrust(world: World, ...statements: object[]): void {
  const role = roleOf(world);
  setTrustPolicy(world, role, { document: policy(...statements), now: new Date() });
}

export function policy(...statements: object[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements };
}

export function roleOf(world: World, memberId = PRODUCTION) {
  const role = accountOf(world, memberId).roles.Reader;
  if (!role) throw new Error('the role is gone');
  return role;
}

export function makeRole(world: World, document: PolicyDocument) {
  return addRole(world, PRODUCTION, {
    name: 'Reader',
    trustPolicy: document,
    inlinePolicies: { Read: readPolicy() },
    createdAt: new Date().toISOString(),
  });
}

/** What the hub's user may do, besides what is needed to ask IAM about it. */
export function setHubPolicy(world: World, hubId: string, ...policies: PolicyDocument[]): void {
  const user = accountOf(world, hubId).users.causeway;
  if (!user) throw new Error('the hub has no user');
  user.inlinePolicies = Object.fromEntries(policies.map((document, i) => [`Policy${i}`, document]));
}

export const MAY_SIMULATE = policy({ Effect: 'Allow', Action: 'iam:SimulatePrincipalPolicy', Resource: '*' });
export const MAY_ASSUME = assumeRolePolicy();

/** The hub's user made anew under its name, with another key. */
export function remakeHubUser(world: World, hubId: string) {
  addUser(world, hubId, { name: 'causeway', inlinePolicies: { Assume: MAY_ASSUME } });
  const key = addAccessKey(world, hubId, { userName: 'causeway' });
  return { accessKeyId: key.id, secretAccessKey: key.secret };
}

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readTrustPolicy } from '../../simulator/iam/stored-policies.ts';
import { accountOf } from '../../simulator/world/build.ts';
import { readPolicy } from '../../simulator/world/policies.ts';
import { connectorTrust } from '../../src/accounts/connector-trust.ts';
import { getConnector } from '../../src/accounts/connectors.ts';
import { reach } from '../../src/accounts/reach.ts';
import type { AdviceAnswer, EditAnswer, TrustForm } from '../../src/trust/answer-advice.ts';
import {
  check,
  type FailingWorld,
  makeBase,
  makeConnector,
  makeRole,
  policy,
  roleOf,
  setTrust,
  startMoving,
  statement,
  worldKeeper,
} from './failing-world.ts';
import { type Causeway, must, PLATFORM, PRODUCTION, SECURITY, startCauseway } from './support.ts';

let causeway: Causeway;
let failing: FailingWorld;
let putBack: () => void;
const platform = { kind: 'platform-account', accountId: PLATFORM };
const security = { kind: 'base-account', accountId: SECURITY };

beforeAll(async () => {
  causeway = await startCauseway();
  putBack = worldKeeper(causeway);
});
beforeEach(async () => {
  await causeway.reset();
  putBack();
  failing = { causeway, connectorId: await makeConnector(causeway) };
});
afterAll(() => causeway.stop());

const world = () => causeway.world;
const trust = async (form?: TrustForm) => must(await connectorTrust(causeway.deps, { id: failing.connectorId, form }));
const run = () => {
  const purpose = { kind: 'run', runId: causeway.deps.ids.uuid(), trigger: 'schedule' } as const;
  return reach(causeway.deps, { connectorId: failing.connectorId, purpose });
};
const mayNotReadItself = () => {
  roleOf(world()).inlinePolicies = { Read: readPolicy({ without: ['iam:GetRole'] }) };
};
const readings = () => causeway.callLog.calls().filter(({ operation }) => operation === 'GetRole').length;
const root = (id: string) => `arn:aws:iam::${id}:root`;

function edits(advice: AdviceAnswer | null): { overlap: EditAnswer; final: EditAnswer } {
  if (advice?.kind !== 'edits') throw new Error(`no edits: ${JSON.stringify(advice)}`);
  return advice;
}

describe('a connector’s trust', () => {
  it('is unknown before anybody was let in, and the proposed policy needs no edit', async () => {
    const { advice, ...rest } = await trust();
    expect(rest).toEqual({
      connectorId: failing.connectorId,
      state: 'unknown',
      currentHub: null,
      targetHub: platform,
      evidence: [],
      policy: { known: false, fault: null, triedAt: null },
      analysis: null,
      diagnosis: null,
    });
    const { overlap, final } = edits(advice);
    expect(overlap).toMatchObject({ decision: 'allowed', document: policy({ Sid: 'CausewayHub' }) });
    expect(overlap.diff.every(({ kind }) => kind === 'same')).toBe(true);
    expect(final).toEqual(overlap);
  });

  it('is on target after a good check, with the policy as its owner wrote it', async () => {
    await check(failing);
    const { state, policy: live, analysis, diagnosis } = await trust();
    expect({ state, diagnosis }).toEqual({ state: 'on-target', diagnosis: null });
    expect(live.known && JSON.parse(live.text)).toEqual(roleOf(world()).trustPolicy);
    expect(analysis).toMatchObject({ decision: 'allowed' });
  });

  it('is moving until the new target is tried, and then refused for a reason that is proved', async () => {
    await startMoving(failing);
    expect(await trust()).toMatchObject({
      state: 'moving',
      currentHub: platform,
      targetHub: security,
      diagnosis: null,
      analysis: { decision: 'denied', because: expect.stringContaining(SECURITY) },
    });
    const { diagnosis } = await check(failing);
    expect(await trust()).toMatchObject({
      state: 'refused',
      evidence: [
        { hub: security, outcome: 'refused' },
        { hub: platform, outcome: 'accepted' },
      ],
      diagnosis,
    });
  });

  it('after a run is diagnosed by the policy that the run has read', async () => {
    await startMoving(failing);
    must(await run());
    expect((await trust()).diagnosis).toMatchObject({
      certainty: 'certain',
      causes: [{ code: 'trust-does-not-name-hub' }],
    });
  });

  it('whose policy cannot be read starts the advice from the one that was proposed for the present hub', async () => {
    mayNotReadItself();
    await startMoving(failing);
    const { policy: live, analysis, advice } = await trust();
    expect(live).toMatchObject({ known: false, fault: { code: 'access-denied' }, triedAt: expect.any(Date) });
    expect(analysis).toBeNull();
    const { overlap, final } = edits(advice);
    expect(overlap.document).toMatchObject({ Statement: [{ Principal: { AWS: [root(PLATFORM), root(SECURITY)] } }] });
    expect(final.document).toMatchObject({ Statement: [{ Principal: { AWS: root(SECURITY) } }] });
  });

  it('has no advice without a hub', async () => {
    const deps = { ...causeway.deps, platformAccounts: {} };
    const none = must(await connectorTrust(deps, { id: failing.connectorId }));
    expect(none).toMatchObject({ state: 'unknown', targetHub: null, analysis: null, advice: null });
  });

  it('of a connector that is not there says so', async () => {
    const answer = await connectorTrust(causeway.deps, { id: causeway.deps.ids.uuid() });
    expect(answer).toMatchObject({ ok: false, fault: { code: 'not-found' } });
  });
});

describe('the edit that is advised', () => {
  const paste = ({ text }: EditAnswer) => {
    roleOf(world()).trustPolicy = readTrustPolicy(world(), accountOf(world(), PRODUCTION), text);
  };

  it.each<[TrustForm, string]>([
    ['account', root(SECURITY)],
    ['exact-principal', `arn:aws:iam::${SECURITY}:user/causeway`],
    ['account-and-principal-arn', root(SECURITY)],
  ])('as %s is taken by IAM, moves the connector, and lets the old hub be left out', async (form, named) => {
    await startMoving(failing);
    await check(failing);
    const { overlap } = edits((await trust(form)).advice);
    expect(overlap).toMatchObject({ decision: 'allowed', fits: 'default-quota' });
    expect(overlap.text).toContain(root(PLATFORM));
    expect(overlap.text).toContain(named);
    paste(overlap);
    expect(await check(failing)).toMatchObject({ outcome: 'ok', hub: security });

    const { final } = edits((await trust(form)).advice);
    expect(final.text).not.toContain(PLATFORM);
    paste(final);
    expect(await check(failing)).toMatchObject({
      outcome: 'ok',
      hub: security,
      probes: { withoutExternalId: 'refused', wrongExternalId: 'refused' },
    });
    expect(await trust(form)).toMatchObject({ state: 'on-target', analysis: { decision: 'allowed' } });
  });

  it('keeps what else the policy has', async () => {
    const ci = { Sid: 'Ci', Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' };
    setTrust(world(), ci, statement({ Sid: 'Old' }));
    await startMoving(failing);
    await check(failing);
    const { overlap, final } = edits((await trust()).advice);
    for (const { document } of [overlap, final]) expect(document).toMatchObject({ Statement: [ci, { Sid: 'Old' }] });
  });
});

describe('the policy of a role', () => {
  const known = async () => {
    const { policy: live } = await trust();
    return live.known ? JSON.parse(live.text) : live.fault?.code;
  };

  it('is read again by a run when the target hub was refused, else once a day', async () => {
    must(await run());
    expect(readings()).toBe(1);
    must(await run());
    expect(readings()).toBe(1);
    causeway.clock.advance(25 * 3_600_000);
    must(await run());
    expect(readings()).toBe(2);
    await makeBase(causeway);
    must(await run());
    must(await run());
    expect(readings()).toBe(4);
  });

  it('of a role made anew is the new role’s', async () => {
    await check(failing);
    const document = policy(statement({ Sid: 'Anew' }));
    delete accountOf(world(), PRODUCTION).roles.Reader;
    makeRole(world(), document);
    await check(failing);
    expect(await known()).toEqual(document);
  });

  it('that may not be read any more is unknown, not what it was', async () => {
    await check(failing);
    mayNotReadItself();
    await check(failing);
    expect(await known()).toBe('access-denied');
  });

  it('stays what it was when IAM throttles or fails', async () => {
    await check(failing);
    const before = await known();
    causeway.faults.put({ id: 'busy', match: { operation: 'GetRole' }, effect: { kind: 'throttle' } });
    expect((await check(failing)).outcome).toBe('ok');
    expect(await known()).toEqual(before);
  });

  it('that was never read says why when IAM throttles', async () => {
    causeway.faults.put({ id: 'busy', match: { operation: 'GetRole' }, effect: { kind: 'throttle' } });
    expect((await check(failing)).outcome).toBe('ok');
    expect(await known()).toBe('aws-throttled');
  });

  it('never makes a run or a check fail', async () => {
    causeway.faults.put({ id: 'off', match: { operation: 'GetRole' }, effect: { kind: 'drop' } });
    must(await run());
    expect((await check(failing)).outcome).toBe('ok');
    expect(must(await getConnector(causeway.deps, failing.connectorId))).toMatchObject({ currentHub: platform });
  });
});

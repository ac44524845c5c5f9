import fc from 'fast-check';
import { expect, it } from 'vitest';
import { evaluateTrust as simulate } from '../../simulator/iam/evaluate.ts';
import { parseRoleArn } from '../../src/domain/role-arn.ts';
import { adviseTrust } from '../../src/trust/advise.ts';
import { parseTrustPolicy } from '../../src/trust/parse-policy.ts';
import { parseCaller } from '../../src/trust/principal.ts';
import { EXTERNAL_ID, HUB, HUB_ACCOUNT, ROLE } from './policies.ts';
import { derivedKeys, told, userArn, worlds } from './worlds.ts';

const OLD = { kind: 'user' as const, accountId: '999988887777', name: 'hub' };

it('an edit of any policy admits the hub in simulated AWS, takes nothing away, and opens nothing', () => {
  let edited = 0;
  fc.assert(
    fc.property(
      worlds(),
      fc.constantFrom('exact-principal' as const, 'account-and-principal-arn' as const),
      (world, form) => {
        const policy = parseTrustPolicy(world.policy);
        const [role, hub, old] = [parseRoleArn(ROLE), parseCaller(HUB, 'aws'), parseCaller(userArn(OLD), 'aws')];
        if (!policy.ok || !role.ok || !hub.ok || !old.ok || hub.value.kind !== 'user') throw new Error('all are valid');
        // Of the call everything is known, and none of the keys that may be absent is there.
        const {
          'sts:ExternalId': _,
          'aws:PrincipalArn': __,
          ...context
        } = told({ ...world, keys: {}, hidden: [] }).context ?? {};
        const input = { policy: policy.value, role: role.value, hub: hub.value, retiring: [old.value], form, context };
        const advice = adviseTrust({ ...input, externalId: EXTERNAL_ID });
        if (advice.kind === 'blocked') return;
        edited += 1;
        const before = admits(world.policy, OLD);
        for (const { document } of [advice.overlap, advice.final]) {
          expect(admits(document, HUB_CALLER)).toBe(true);
          expect(admits(document, HUB_CALLER, {}) && !admits(world.policy, HUB_CALLER, {})).toBe(false);
        }
        if (before) expect(admits(advice.overlap.document, OLD)).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
  expect(edited).toBeGreaterThan(200);
});

const HUB_CALLER = { kind: 'user' as const, accountId: HUB_ACCOUNT, name: 'hub' };

function admits(
  document: unknown,
  caller: typeof OLD,
  keys: Record<string, string> = { 'sts:ExternalId': EXTERNAL_ID },
): boolean {
  const all = Object.entries({ ...keys, ...derivedKeys(caller) });
  const context = new Map(all.map(([key, value]) => [key.toLowerCase(), [value]]));
  const account = [caller.accountId, `arn:aws:iam::${caller.accountId}:root`];
  const arn = userArn(caller);
  const names = { account, itself: [arn], federated: [], names: [account, [arn]] };
  return simulate(document, names, { action: 'sts:AssumeRole', resource: ROLE, context }).effect === 'allow';
}

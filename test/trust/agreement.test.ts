import fc from 'fast-check';
import { expect, it } from 'vitest';
import { evaluateTrust as simulate } from '../../simulator/iam/evaluate.ts';
import type { CallerNames } from '../../simulator/iam/principal.ts';
import { evaluateTrust } from '../../src/trust/evaluate.ts';
import { parseTrustPolicy } from '../../src/trust/parse-policy.ts';
import { readAssumeRequest } from '../../src/trust/request.ts';
import { derivedKeys, roleArn, sessionArn, told, userArn, type World, worlds } from './worlds.ts';

// Two evaluators by different hands, from the same documentation. Where they differ AWS's documentation decides, and the
// difference becomes a case. A soak: TRUST_RUNS=100000 npx vitest run test/trust/agreement.test.ts
const RUNS = Number(process.env.TRUST_RUNS ?? 2_000);

it(
  'decides as simulated AWS does, or says that it cannot tell',
  () => {
    const seen = { allowed: 0, denied: 0, 'cannot-tell': 0, malformed: 0 };
    fc.assert(
      fc.property(worlds(), world => {
        const parsed = parseTrustPolicy(world.policy);
        const request = readAssumeRequest(told(world));
        if (!request.ok) throw new Error(request.fault.detail);
        if (parsed.ok) {
          const { decision, because } = evaluateTrust(parsed.value, request.value);
          seen[decision] += 1;
          if (decision !== 'cannot-tell') expect(decision, because).toBe(simulatedDecision(world));
        } else {
          seen.malformed += 1;
          expect(simulatedDecision(world), parsed.fault.detail).toBe('denied');
        }
      }),
      { numRuns: RUNS },
    );
    // A generator that only ever makes refusals would prove nothing.
    expect(seen.allowed, JSON.stringify(seen)).toBeGreaterThan(RUNS / 20);
    expect(seen.denied, JSON.stringify(seen)).toBeGreaterThan(RUNS / 5);
    expect(seen['cannot-tell'], JSON.stringify(seen)).toBeLessThan(RUNS / 2);
    if (process.env.TRUST_RUNS) process.stdout.write(`${JSON.stringify(seen)}\n`);
  },
  RUNS * 10 + 20_000,
);

function simulatedDecision(world: World): 'allowed' | 'denied' {
  const { policy, caller, keys, role } = world;
  const all = Object.entries({ ...keys, ...derivedKeys(caller) });
  const context = new Map(all.map(([key, value]) => [key.toLowerCase(), [value].flat()]));
  const actions = [
    'sts:AssumeRole',
    ...(keys['sts:SourceIdentity'] === undefined ? [] : ['sts:SetSourceIdentity']),
    ...(keys['aws:TagKeys'] === undefined ? [] : ['sts:TagSession']),
  ];
  const allowed = actions.every(
    action => simulate(policy, namesOf(caller), { action, resource: role, context }).effect === 'allow',
  );
  return allowed ? 'allowed' : 'denied';
}

function namesOf(caller: World['caller']): CallerNames {
  const account = [caller.accountId, `arn:aws:iam::${caller.accountId}:root`];
  const itself = caller.kind === 'user' ? [userArn(caller)] : [roleArn(caller), sessionArn(caller)];
  return { account, itself, federated: [], names: [account, ...itself.map(name => [name])] };
}

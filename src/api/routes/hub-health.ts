import type { AccountsDeps } from '../../accounts/deps.ts';
import { type HubHealth, hubHealth, type RoleFacts } from '../../accounts/hub-health.ts';
import { hubPolicy } from '../../accounts/hub-policy.ts';
import { mapped } from '../../domain/result.ts';
import { wireFault } from '../fault-reply.ts';
import type { Handlers, WireOf } from '../routes.ts';
import { wireProof } from './base-accounts.ts';

export function hubHealthRoutes(deps: AccountsDeps): Pick<Handlers, 'hubHealth' | 'hubPolicy'> {
  return {
    async hubHealth({ params: { id } }, { actor }) {
      return mapped(await hubHealth(deps, { id, actor }), wireHealth);
    },
    async hubPolicy({ params: { id } }) {
      return await hubPolicy(deps, id);
    },
  };
}

function wireHealth({ proof, key, roles, dangerous, policies, ...health }: HubHealth): WireOf<'hubHealth'> {
  return {
    checkedAt: health.checkedAt.toISOString(),
    proof: wireProof(proof),
    keyAgeDays: key?.ageDays ?? null,
    keyAgeFrom: key?.from ?? null,
    policies: policies.policies,
    policyForm: policies.form,
    policyBecause: policies.because,
    selfManagement: health.selfManagement,
    roles: wireRoles(roles),
    dangerous: dangerous.ok
      ? dangerous.value
          .filter(({ decision }) => decision === 'allowed')
          .map(({ action, resource, why, by }) => ({ action, resource, why, by }))
      : null,
    dangerousFault: dangerous.ok ? null : wireFault(dangerous.fault),
    findings: health.findings,
    trustRetired: health.trustRetired.map(({ at, ...one }) => ({ ...one, at: at.toISOString() })),
  };
}

function wireRoles({ total, accepted, refused, simulated, simulationFault }: RoleFacts): WireOf<'hubHealth'>['roles'] {
  const decided = (wanted: string) => simulated?.filter(({ decision }) => decision === wanted) ?? [];
  return {
    total,
    simulated: simulated && {
      asked: simulated.length,
      allowed: decided('allowed').length,
      denied: decided('denied').map(({ resource, by }) => ({ roleArn: resource, by: by ?? 'AWS' })),
      unknown: decided('unknown').length,
    },
    simulationFault: simulationFault && wireFault(simulationFault),
    accepted,
    refused,
    untried: total - accepted - refused,
  };
}

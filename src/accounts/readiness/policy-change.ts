import { type AccountType, factsOfAccountType } from '../../domain/partition.ts';
import { findAssetType } from '../../inventory/registry.ts';
import { putPermissions } from '../role-setup.ts';
import type { PolicyDocument, RoleSetup } from '../shapes.ts';
import type { Reason } from './reasons.ts';

/** What to change at a connector's role so that its denied actions are allowed: one change for all of them. */
export interface PolicyChange {
  /** What was denied and would be allowed. */
  readonly denied: readonly string[];
  /** What else the same asset types need; it was not reached, so nobody knows whether it is allowed. */
  readonly alsoNeeded: readonly string[];
  /** To be added to a policy of the role. */
  readonly statement: {
    readonly Sid: string;
    readonly Effect: 'Allow';
    readonly Action: readonly string[];
    readonly Resource: '*';
  };
  /** Or the whole of what the role needs, in place of the policy that was proposed with the role. */
  readonly permissionsPolicy: PolicyDocument;
  readonly awsCli: string;
  readonly cloudFormationTemplate: string;
  readonly terraform: string;
}

/** The actions that a change of the role's permissions policy would mend; none where such a change does not help. */
export function actionsToAdd(reasons: readonly Reason[]): Pick<PolicyChange, 'denied' | 'alsoNeeded'> {
  const mended = reasons.filter(({ policyHelps }) => policyHelps);
  const denied = [...new Set(mended.flatMap(({ actions }) => actions))].sort();
  // Where the listing itself was denied, the further calls for its items were never made.
  const types = new Set(
    mended.filter(({ readiness }) => readiness === 'denied').flatMap(({ assetTypes }) => assetTypes),
  );
  const needed = [...types].flatMap(type => findAssetType(type)?.iamActions ?? []);
  return { denied, alsoNeeded: [...new Set(needed)].filter(action => !denied.includes(action)).sort() };
}

/** `setup` is the role as it is proposed, with at least these actions. */
export function policyChange(
  { denied, alsoNeeded }: Pick<PolicyChange, 'denied' | 'alsoNeeded'>,
  { accountType, setup }: { accountType: AccountType; setup: RoleSetup },
): PolicyChange {
  const { roleName, permissionsPolicy, cloudFormationTemplate, terraform } = setup;
  return {
    denied,
    alsoNeeded,
    statement: {
      Sid: 'CausewayReadMore',
      Effect: 'Allow',
      Action: [...denied, ...alsoNeeded].sort(),
      Resource: '*',
    },
    permissionsPolicy,
    awsCli: putPermissions({ facts: factsOfAccountType(accountType), roleName }, permissionsPolicy),
    cloudFormationTemplate,
    terraform,
  };
}

import type { PartitionFacts } from '../domain/partition.ts';
import { DEFAULT_ROLE_NAME } from './role-setup.ts';
import type { PolicyDocument } from './shapes.ts';

/**
 * What a hub's identity has to be allowed: to assume exactly these roles. IAM knows no empty resource list, so without a
 * connector it is the role name that role set-ups propose.
 */
export function assumeRolePolicy({
  facts,
  roleArns,
}: {
  facts: PartitionFacts;
  roleArns: readonly string[];
}): PolicyDocument {
  const resources = roleArns.length > 0 ? roleArns : [`arn:${facts.partition}:iam::*:role/${DEFAULT_ROLE_NAME}`];
  return {
    Version: '2012-10-17',
    Statement: [
      { Sid: 'AssumeConnectorRoles', Effect: 'Allow', Action: 'sts:AssumeRole', Resource: [...resources].sort() },
    ],
  };
}

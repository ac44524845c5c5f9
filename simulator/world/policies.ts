import type { Partition } from '../../src/domain/partition.ts';
import type { PolicyDocument } from './world.ts';

/** A role's trust policy: these accounts' principals, each with the external ID unless it is left out. */
export function trustPolicy(trust: {
  partition: Partition;
  accountIds: string[];
  externalId?: string;
}): PolicyDocument {
  const roots = trust.accountIds.map(id => `arn:${trust.partition}:iam::${id}:root`);
  return statement({
    Effect: 'Allow',
    Principal: { AWS: roots.length === 1 ? roots[0] : roots },
    Action: 'sts:AssumeRole',
    ...(trust.externalId === undefined ? {} : { Condition: { StringEquals: { 'sts:ExternalId': trust.externalId } } }),
  });
}

/** A trust policy that lets only EC2 itself in: what a role has whose owner has not edited it yet. */
export function trustsNobodyPolicy(): PolicyDocument {
  return statement({ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' });
}

/** What a hub's identity needs. */
export function assumeRolePolicy(): PolicyDocument {
  return statement({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' });
}

/** What a hub's user needs to see its own rights and to replace its own access key. */
export function ownKeyPolicy(userArn: string): PolicyDocument {
  return statement({
    Effect: 'Allow',
    Action: [
      'iam:CreateAccessKey',
      'iam:DeleteAccessKey',
      'iam:GetAccessKeyLastUsed',
      'iam:GetUser',
      'iam:ListAccessKeys',
      'iam:SimulatePrincipalPolicy',
      'iam:UpdateAccessKey',
    ],
    Resource: userArn,
  });
}

/** The role's name in every member account that is made here. */
export const CONNECTOR_ROLE_NAME = 'CausewayReadOnly';

export const READ_ACTIONS = [
  'autoscaling:Describe*',
  'cloudfront:Get*',
  'cloudfront:List*',
  'dynamodb:Describe*',
  'dynamodb:List*',
  'ec2:DescribeAddresses',
  'ec2:DescribeAvailabilityZones',
  'ec2:DescribeImages',
  'ec2:DescribeInstances',
  'ec2:DescribeInternetGateways',
  'ec2:DescribeNetworkAcls',
  'ec2:DescribeRegions',
  'ec2:DescribeRouteTables',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSnapshots',
  'ec2:DescribeSubnets',
  'ec2:DescribeVolumes',
  'ec2:DescribeVpcEndpoints',
  'ec2:DescribeVpcEndpointServiceConfigurations',
  'ec2:DescribeVpcs',
  'ecs:Describe*',
  'ecs:List*',
  'eks:Describe*',
  'eks:List*',
  'elasticloadbalancing:Describe*',
  'iam:GetAccountAuthorizationDetails',
  'iam:GetLoginProfile',
  'iam:GetRole',
  'iam:GetUser',
  'iam:ListAccessKeys',
  'iam:ListMFADevices',
  'kms:DescribeKey',
  'kms:List*',
  'lambda:GetPolicy',
  'lambda:List*',
  'logs:Describe*',
  'logs:ListTagsForResource',
  'rds:Describe*',
  's3:Get*',
  's3:ListAllMyBuckets',
  'sagemaker:Describe*',
  'sagemaker:List*',
  'sns:Get*',
  'sns:List*',
  'sqs:GetQueueAttributes',
  'sqs:List*',
] as const;

/** What a connector's role needs and no more; `without` leaves actions out. */
export function readPolicy({ without = [] }: { without?: string[] } = {}): PolicyDocument {
  return statement({
    Effect: 'Allow',
    Action: READ_ACTIONS.filter(action => !without.some(one => one === action)),
    Resource: '*',
  });
}

/** A service control policy that denies EC2 in some regions. */
export function denyRegionsPolicy(regions: string[]): PolicyDocument {
  return statement({
    Sid: 'DenyRegions',
    Effect: 'Deny',
    Action: 'ec2:*',
    Resource: '*',
    Condition: { StringEquals: { 'aws:RequestedRegion': regions } },
  });
}

function statement(one: Record<string, unknown>): PolicyDocument {
  return { Version: '2012-10-17', Statement: [one] };
}

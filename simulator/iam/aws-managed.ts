import type { Partition } from '../../src/domain/partition.ts';
import type { PolicyDocument } from '../world/world.ts';

/**
 * AWS-managed policies by the end of their ARN, as far as the simulated services go: the patterns are AWS's, the services
 * that are not simulated are left out.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
 */
const ACTIONS: Record<string, readonly string[]> = {
  AdministratorAccess: ['*'],
  ReadOnlyAccess: [
    'ec2:Describe*',
    'ec2:Get*',
    'iam:Get*',
    'iam:List*',
    'iam:Generate*',
    'organizations:Describe*',
    'organizations:List*',
    'sts:GetAccessKeyInfo',
    'sts:GetCallerIdentity',
    'sts:GetSessionToken',
  ],
  'job-function/ViewOnlyAccess': [
    'ec2:DescribeInstances',
    'ec2:DescribeRegions',
    'ec2:DescribeVpcs',
    'ec2:DescribeSubnets',
    'ec2:DescribeVolumes',
    'ec2:DescribeSecurityGroups',
    'iam:List*',
    'iam:GetAccountSummary',
    'organizations:List*',
  ],
  SecurityAudit: [
    'ec2:Describe*',
    'iam:Get*',
    'iam:List*',
    'iam:SimulatePrincipalPolicy',
    'organizations:Describe*',
    'organizations:List*',
    'sts:GetAccessKeyInfo',
  ],
  AmazonEC2ReadOnlyAccess: ['ec2:Describe*'],
  IAMReadOnlyAccess: ['iam:Get*', 'iam:List*', 'iam:Simulate*', 'iam:Generate*'],
  IAMFullAccess: [
    'iam:*',
    'organizations:DescribeAccount',
    'organizations:DescribeOrganization',
    'organizations:List*',
  ],
};

export function managedPolicyArns(partition: Partition): string[] {
  return Object.keys(ACTIONS).map(name => `arn:${partition}:iam::aws:policy/${name}`);
}

/** The document behind the ARN of an AWS-managed policy; undefined for one that is not simulated. */
export function managedPolicyDocument(arn: string): PolicyDocument | undefined {
  const name = /^arn:[^:]+:iam::aws:policy\/(.+)$/.exec(arn)?.[1];
  return name === undefined ? undefined : DOCUMENTS.get(name);
}

const DOCUMENTS = new Map<string, PolicyDocument>(
  Object.entries(ACTIONS).map(([name, actions]) => [
    name,
    { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] },
  ]),
);

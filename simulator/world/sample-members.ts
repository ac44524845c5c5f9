import type { Partition } from '../../src/domain/partition.ts';

export interface SampleMember {
  id: string;
  name: string;
  description: string;
  /** Default aws. */
  partition?: Partition;
  environment: string;
  owner: string;
  /** How many by region. */
  instances: Record<string, number>;
  /** Whom the role's trust policy admits. */
  trusts: 'platform' | 'platform-and-hub' | 'hub' | 'platform-without-external-id' | 'nobody' | 'no-role-yet';
  /** Opt-in regions that the account has enabled. */
  enabledRegions?: string[];
  /** Regions that the connector reads; default all. */
  connectorRegions?: string[];
  /** Actions that the role's policy lacks. */
  withoutActions?: string[];
  /** Regions in which a service control policy denies EC2. */
  deniedRegions?: string[];
}

export const SAMPLE_MEMBERS: readonly SampleMember[] = [
  {
    id: '222222222222',
    name: 'Production',
    description: 'Customer-facing services',
    environment: 'production',
    owner: 'platform@example.com',
    instances: { 'us-east-1': 260, 'eu-central-1': 140, 'eu-west-1': 60, 'ap-southeast-2': 40 },
    trusts: 'platform-and-hub',
  },
  {
    id: '333333333333',
    name: 'Development',
    description: 'Where things are tried first',
    environment: 'development',
    owner: 'web@example.com',
    instances: { 'us-east-1': 90, 'eu-central-1': 75, 'us-west-2': 25 },
    trusts: 'platform-and-hub',
  },
  {
    id: '444444444444',
    name: 'Staging',
    description: 'Production’s rehearsal; its role trusts the platform account only',
    environment: 'staging',
    owner: 'platform@example.com',
    instances: { 'us-east-1': 110, 'eu-central-1': 60 },
    trusts: 'platform',
  },
  {
    id: '555555555555',
    name: 'Payments',
    description: 'Card processing; AWS throttles this account',
    environment: 'production',
    owner: 'payments@example.com',
    instances: { 'us-east-1': 95, 'ap-southeast-2': 40, 'eu-west-1': 35 },
    trusts: 'platform-and-hub',
  },
  {
    id: '666666666666',
    name: 'Data Platform',
    description: 'Warehouse and streams, also in Zurich and Hyderabad, which AWS enables on request only',
    environment: 'production',
    owner: 'data@example.com',
    instances: { 'us-west-2': 210, 'eu-central-2': 45, 'ap-south-2': 20 },
    enabledRegions: ['eu-central-2', 'ap-south-2'],
    trusts: 'platform-and-hub',
  },
  {
    id: '777777777777',
    name: 'Networking',
    description: 'Transit and inspection; the role may not read subnets',
    environment: 'production',
    owner: 'security@example.com',
    instances: { 'us-east-1': 30, 'eu-central-1': 30, 'ap-northeast-1': 20 },
    trusts: 'platform-and-hub',
    withoutActions: ['ec2:DescribeSubnets'],
  },
  {
    id: '888888888888',
    name: 'Shared Services',
    description: 'Build, mail and directories; the organisation denies EC2 in Frankfurt here',
    environment: 'production',
    owner: 'platform@example.com',
    instances: { 'us-east-1': 85, 'eu-central-1': 25, 'eu-west-2': 40 },
    trusts: 'platform-and-hub',
    deniedRegions: ['eu-central-1'],
  },
  {
    id: '121212121212',
    name: 'Sandbox',
    description: 'Everybody’s playground; the role asks for no external ID',
    environment: 'sandbox',
    owner: 'web@example.com',
    instances: { 'us-east-1': 55, 'us-east-2': 30, 'eu-north-1': 15, 'sa-east-1': 10 },
    trusts: 'platform-without-external-id',
  },
  {
    id: '131313131313',
    name: 'Northwind (acquired)',
    description: 'Its owners have not yet edited the role’s trust policy',
    environment: 'production',
    owner: 'northwind@example.com',
    instances: { 'ca-central-1': 60, 'us-east-2': 25 },
    trusts: 'nobody',
  },
  {
    id: '141414141414',
    name: 'New Venture',
    description: 'The role is still to be made',
    environment: 'development',
    owner: 'mobile@example.com',
    instances: { 'eu-west-3': 12 },
    trusts: 'no-role-yet',
  },
  {
    id: '616161616161',
    name: 'Gov Production',
    description: 'Public-sector services',
    partition: 'aws-us-gov',
    environment: 'production',
    owner: 'platform@example.com',
    instances: { 'us-gov-west-1': 180, 'us-gov-east-1': 60 },
    trusts: 'platform-and-hub',
  },
  {
    id: '626262626262',
    name: 'Gov Development',
    description: 'Public-sector trials; its role trusts the base account only',
    partition: 'aws-us-gov',
    environment: 'development',
    owner: 'web@example.com',
    instances: { 'us-gov-west-1': 48 },
    trusts: 'hub',
  },
];

import type { _InstanceType } from '@aws-sdk/client-ec2';

/** What instances can be made of: real type names, cores and usage codes, so that what an inventory shows looks right. */

export interface InstanceShape {
  type: _InstanceType;
  architecture: 'x86_64' | 'arm64';
  cores: number;
  threadsPerCore: 1 | 2;
  /** How common it is. */
  weight: number;
  /** Types before Nitro run on Xen. */
  xen?: true;
}

export const INSTANCE_SHAPES: readonly InstanceShape[] = [
  { type: 't3.micro', architecture: 'x86_64', cores: 1, threadsPerCore: 2, weight: 14 },
  { type: 't3.small', architecture: 'x86_64', cores: 1, threadsPerCore: 2, weight: 9 },
  { type: 't3.medium', architecture: 'x86_64', cores: 1, threadsPerCore: 2, weight: 14 },
  { type: 't3a.large', architecture: 'x86_64', cores: 1, threadsPerCore: 2, weight: 4 },
  { type: 't4g.small', architecture: 'arm64', cores: 2, threadsPerCore: 1, weight: 6 },
  { type: 't2.micro', architecture: 'x86_64', cores: 1, threadsPerCore: 1, weight: 5, xen: true },
  { type: 'm5.large', architecture: 'x86_64', cores: 1, threadsPerCore: 2, weight: 12 },
  { type: 'm5.xlarge', architecture: 'x86_64', cores: 2, threadsPerCore: 2, weight: 8 },
  { type: 'm5.2xlarge', architecture: 'x86_64', cores: 4, threadsPerCore: 2, weight: 4 },
  { type: 'm6i.large', architecture: 'x86_64', cores: 1, threadsPerCore: 2, weight: 6 },
  { type: 'm6g.large', architecture: 'arm64', cores: 2, threadsPerCore: 1, weight: 5 },
  { type: 'm7g.2xlarge', architecture: 'arm64', cores: 8, threadsPerCore: 1, weight: 3 },
  { type: 'c5.large', architecture: 'x86_64', cores: 1, threadsPerCore: 2, weight: 6 },
  { type: 'c5.4xlarge', architecture: 'x86_64', cores: 8, threadsPerCore: 2, weight: 2 },
  { type: 'c6g.xlarge', architecture: 'arm64', cores: 4, threadsPerCore: 1, weight: 3 },
  { type: 'r5.large', architecture: 'x86_64', cores: 1, threadsPerCore: 2, weight: 5 },
  { type: 'r6i.4xlarge', architecture: 'x86_64', cores: 8, threadsPerCore: 2, weight: 2 },
  { type: 'i3.large', architecture: 'x86_64', cores: 1, threadsPerCore: 2, weight: 1, xen: true },
  { type: 'g4dn.xlarge', architecture: 'x86_64', cores: 2, threadsPerCore: 2, weight: 1 },
];

export interface ImageKind {
  name: string;
  architecture: 'x86_64' | 'arm64';
  platformDetails: string;
  /** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/billing-info-fields.html */
  usageOperation: string;
  windows?: true;
  rootDevice: '/dev/xvda' | '/dev/sda1';
  rootGib: number;
  weight: number;
}

export const IMAGE_KINDS: readonly ImageKind[] = [
  {
    name: 'al2023',
    architecture: 'x86_64',
    platformDetails: 'Linux/UNIX',
    usageOperation: 'RunInstances',
    rootDevice: '/dev/xvda',
    rootGib: 8,
    weight: 40,
  },
  {
    name: 'ubuntu-24.04',
    architecture: 'x86_64',
    platformDetails: 'Linux/UNIX',
    usageOperation: 'RunInstances',
    rootDevice: '/dev/sda1',
    rootGib: 20,
    weight: 28,
  },
  {
    name: 'rhel-9',
    architecture: 'x86_64',
    platformDetails: 'Red Hat Enterprise Linux',
    usageOperation: 'RunInstances:0010',
    rootDevice: '/dev/sda1',
    rootGib: 10,
    weight: 8,
  },
  {
    name: 'sles-15',
    architecture: 'x86_64',
    platformDetails: 'SUSE Linux',
    usageOperation: 'RunInstances:000g',
    rootDevice: '/dev/sda1',
    rootGib: 10,
    weight: 3,
  },
  {
    name: 'windows-2022',
    architecture: 'x86_64',
    platformDetails: 'Windows',
    usageOperation: 'RunInstances:0002',
    windows: true,
    rootDevice: '/dev/sda1',
    rootGib: 50,
    weight: 16,
  },
  {
    name: 'windows-2019-sql-standard',
    architecture: 'x86_64',
    platformDetails: 'Windows with SQL Server Standard',
    usageOperation: 'RunInstances:0006',
    windows: true,
    rootDevice: '/dev/sda1',
    rootGib: 100,
    weight: 3,
  },
  {
    name: 'al2023-arm',
    architecture: 'arm64',
    platformDetails: 'Linux/UNIX',
    usageOperation: 'RunInstances',
    rootDevice: '/dev/xvda',
    rootGib: 8,
    weight: 30,
  },
  {
    name: 'ubuntu-24.04-arm',
    architecture: 'arm64',
    platformDetails: 'Linux/UNIX',
    usageOperation: 'RunInstances',
    rootDevice: '/dev/sda1',
    rootGib: 20,
    weight: 12,
  },
];

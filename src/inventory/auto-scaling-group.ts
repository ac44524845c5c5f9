import { assetType } from './asset-type.ts';
import { tagsOf } from './attributes.ts';
import { listing } from './listing.ts';
import { SAMPLE_REGION, sampleArn } from './sample.ts';

/** Auto Scaling groups with their instances. AWS gives a status only while a group is being deleted. */
export const autoScalingGroup = assetType({
  assetType: 'AWS::AutoScaling::AutoScalingGroup',
  label: 'Auto Scaling group',
  plural: 'Auto Scaling groups',
  scope: 'regional',
  list: listing('auto-scaling', 'DescribeAutoScalingGroups', {
    input: token => ({ MaxRecords: 100, NextToken: token }),
    next: answer => answer.NextToken,
    items: answer => answer.AutoScalingGroups,
  }),
  id: group => group.AutoScalingGroupName,
  arn: group => group.AutoScalingGroupARN,
  name: group => group.AutoScalingGroupName,
  state: group => group.Status,
  tags: group => tagsOf(group.Tags),
  properties: [
    { name: 'minSize', label: 'Smallest size', path: 'minSize', kind: 'number', column: true },
    { name: 'maxSize', label: 'Largest size', path: 'maxSize', kind: 'number', column: true },
    { name: 'desiredSize', label: 'Desired size', path: 'desiredCapacity', kind: 'number', column: true },
    {
      name: 'attachedTo',
      label: 'Attached to',
      path: 'instances[].instanceId',
      kind: 'text',
      column: false,
      inSearch: 'id',
    },
    {
      name: 'launchTemplate',
      label: 'Launch template',
      path: 'launchTemplate.launchTemplateName',
      kind: 'text',
      column: false,
      inSearch: 'own',
    },
    {
      name: 'launchConfiguration',
      label: 'Launch configuration',
      path: 'launchConfigurationName',
      kind: 'text',
      column: false,
      inSearch: 'shared',
    },
    { name: 'healthCheckType', label: 'Health check', path: 'healthCheckType', kind: 'text', column: false },
    {
      name: 'availabilityZone',
      label: 'Availability Zone',
      path: 'availabilityZones[]',
      kind: 'text',
      column: false,
      inSearch: 'shared',
    },
    { name: 'createdAt', label: 'Created', path: 'createdTime', kind: 'time', column: true },
  ],
  leftOut: { Tags: 'they are the asset’s tags' },
  sample: {
    AutoScalingGroupName: 'orders-workers',
    AutoScalingGroupARN: sampleArn(
      'autoscaling',
      'autoScalingGroup:1234abcd-12ab-34cd-56ef-1234567890ab:autoScalingGroupName/orders-workers',
    ),
    LaunchTemplate: {
      LaunchTemplateId: 'lt-0a1b2c3d4e5f60001',
      LaunchTemplateName: 'orders-worker',
      Version: '$Default',
    },
    MinSize: 1,
    MaxSize: 6,
    DesiredCapacity: 2,
    DefaultCooldown: 300,
    AvailabilityZones: [`${SAMPLE_REGION}a`, `${SAMPLE_REGION}b`],
    LoadBalancerNames: [],
    TargetGroupARNs: [],
    HealthCheckType: 'EC2',
    HealthCheckGracePeriod: 300,
    Instances: [
      {
        InstanceId: 'i-0a1b2c3d4e5f60001',
        InstanceType: 'm7g.large',
        AvailabilityZone: `${SAMPLE_REGION}a`,
        LifecycleState: 'InService',
        HealthStatus: 'Healthy',
        ProtectedFromScaleIn: false,
      },
    ],
    CreatedTime: new Date('2026-01-15T09:30:00Z'),
    SuspendedProcesses: [],
    VPCZoneIdentifier: 'subnet-0a1b2c3d4e5f60001',
    EnabledMetrics: [],
    TerminationPolicies: ['Default'],
    NewInstancesProtectedFromScaleIn: false,
    Tags: [
      {
        ResourceId: 'orders-workers',
        ResourceType: 'auto-scaling-group',
        Key: 'Owner',
        Value: 'web@example.com',
        PropagateAtLaunch: true,
      },
    ],
  },
});

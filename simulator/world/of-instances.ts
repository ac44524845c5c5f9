import type { ResourceTypes } from './resource-types.ts';
import type { JsonSafe, SimulatedInstance } from './world.ts';

type Volume = JsonSafe<ResourceTypes['AWS::EC2::Volume']>;
type SecurityGroup = JsonSafe<ResourceTypes['AWS::EC2::SecurityGroup']>;

/** The volumes that instances have attached, so that what an instance names is there. Terminated ones have let theirs go. */
export function volumesOf(instances: Iterable<SimulatedInstance>, pattern: Volume): Volume[] {
  return [...instances].flatMap(instance => {
    if (instance.State?.Name === 'terminated') return [];
    // An instance object is never changed in place (world.ts), so its volumes are made once.
    const known = made.get(instance);
    if (known) return known;
    const volumes = (instance.BlockDeviceMappings ?? []).map(({ DeviceName, Ebs }, index): Volume => {
      const VolumeId = Ebs?.VolumeId;
      return {
        ...pattern,
        VolumeId,
        AvailabilityZone: instance.Placement?.AvailabilityZone,
        CreateTime: Ebs?.AttachTime,
        Size: index === 0 ? 20 : 200,
        Attachments: [
          {
            VolumeId,
            InstanceId: instance.InstanceId,
            Device: DeviceName,
            State: 'attached',
            AttachTime: Ebs?.AttachTime,
            DeleteOnTermination: Ebs?.DeleteOnTermination,
          },
        ],
        Tags: instance.Tags?.filter(({ Key }) => Key === 'Name'),
      };
    });
    made.set(instance, volumes);
    return volumes;
  });
}

const made = new WeakMap<SimulatedInstance, Volume[]>();

/** The security groups that instances are in. */
export function securityGroupsOf(
  instances: readonly SimulatedInstance[],
  pattern: SecurityGroup,
  place: { ownerId: string; arnOf: (groupId: string) => string },
): SecurityGroup[] {
  const groups = new Map<string, SecurityGroup>();
  for (const { SecurityGroups = [], VpcId } of instances) {
    for (const { GroupId = '', GroupName } of SecurityGroups) {
      if (groups.has(GroupId)) continue;
      const more = { GroupId, GroupName, VpcId, OwnerId: place.ownerId, SecurityGroupArn: place.arnOf(GroupId) };
      groups.set(GroupId, { ...pattern, ...more });
    }
  }
  return [...groups.values()];
}

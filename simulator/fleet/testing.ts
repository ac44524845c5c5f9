import type { DescribeInstancesCommandOutput, EC2Client } from '@aws-sdk/client-ec2';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import type { Simulation } from '../simulation.ts';
import { clientsOf, credentialsOf, sessionCredentials } from '../testing.ts';
import { accountOf } from '../world/build.ts';
import { GENERATED_PLATFORM_ACCOUNT_ID, generatedExternalId } from '../world/generate.ts';
import { CONNECTOR_ROLE_NAME } from '../world/policies.ts';

/** For tests: a client of a member of a generated world, by the role that the platform account may assume. */
export async function membersClient(
  { endpoint, world }: Simulation,
  { accountId, region }: { accountId: string; region: string },
): Promise<EC2Client> {
  const key = accountOf(world, GENERATED_PLATFORM_ACCOUNT_ID).users['causeway-platform']?.accessKeys[0];
  if (!key) throw new Error('a platform account without a key');
  const { sts } = clientsOf({ endpoint, credentials: credentialsOf(key) });
  const session = await sts.send(
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${accountId}:role/${CONNECTOR_ROLE_NAME}`,
      RoleSessionName: 'test',
      ExternalId: generatedExternalId(accountId),
    }),
  );
  return clientsOf({ endpoint, region, credentials: sessionCredentials(session) }).ec2;
}

export function instancesOf({ Reservations = [] }: DescribeInstancesCommandOutput) {
  return Reservations.flatMap(({ Instances = [] }) => Instances);
}

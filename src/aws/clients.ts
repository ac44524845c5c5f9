import type { EC2Client } from '@aws-sdk/client-ec2';
import { type Aws, clientSettings } from './aws.ts';
import type { MemberSession } from './session.ts';

/**
 * The EC2 client of a session in one region; the same one again while it is among those used last. Its credentials renew
 * themselves. Do not destroy it: connections are shared with all clients.
 */
export async function ec2Client(aws: Aws, session: MemberSession, region: string): Promise<EC2Client> {
  const key = `${session.key}\n${region}`;
  const known = aws.ec2Clients.get(key);
  if (known) return known;
  // Loaded when first needed: the module costs more to load than everything else here together.
  const { EC2Client } = await import('@aws-sdk/client-ec2');
  const client = new EC2Client(clientSettings(aws, { service: 'ec2', region, credentials: session.credentials }));
  aws.ec2Clients.set(key, client);
  return client;
}

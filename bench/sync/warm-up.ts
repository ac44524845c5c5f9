import { Agent, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import { defaultRegions } from '../../simulator/world/regions.ts';
import { LIMITS } from '../../src/domain/limits.ts';
import type { FleetMember, SimulatedFleet } from './simulated-fleet.ts';

/**
 * Some thousand calls of those that contestants make, before any of them does: code that is new to a process takes several
 * times as long, and AWS is not started for whoever is measured first. Each is signed once and sent again and again.
 */
export async function warmUp(fleet: Pick<SimulatedFleet, 'endpoint' | 'hub' | 'members'>): Promise<void> {
  const { endpoint, hub, members } = fleet;
  const agent = new Agent({ keepAlive: true, maxSockets: AT_A_TIME });
  try {
    const warming = members.slice(-MEMBERS_MAX).map(async member => {
      const session = await sessionOf(member, { endpoint, agent, credentials: hub });
      const caller = { endpoint, agent, credentials: session };
      await repeat({ ...caller, service: 'ec2', region: HOME_REGION, body: DESCRIBE_REGIONS });
      for (const region of defaultRegions('aws')) {
        await repeat({ ...caller, service: 'ec2', region, body: DESCRIBE_INSTANCES });
      }
    });
    await Promise.all(warming);
  } finally {
    agent.destroy();
  }
}

const MEMBERS_MAX = 20;
const AT_A_TIME = 20;
const TIMES = 4;
const HOME_REGION = 'us-east-1';
const DESCRIBE_REGIONS = 'Action=DescribeRegions&Version=2016-11-15';
const DESCRIBE_INSTANCES = `Action=DescribeInstances&Version=2016-11-15&MaxResults=${LIMITS.pageItemsMax}`;

interface Caller {
  readonly endpoint: string;
  readonly agent: Agent;
  readonly credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
}

async function sessionOf({ roleArn, externalId }: FleetMember, caller: Caller): Promise<Caller['credentials']> {
  const asked = { RoleArn: roleArn, ExternalId: externalId, RoleSessionName: 'warm-up' };
  const body = `Action=AssumeRole&Version=2011-06-15&${new URLSearchParams(asked)}`;
  const answer = await repeat({ ...caller, service: 'sts', region: HOME_REGION, body });
  const said = (name: string) => new RegExp(`<${name}>([^<]*)<`).exec(answer.toString())?.[1] ?? '';
  return {
    accessKeyId: said('AccessKeyId'),
    secretAccessKey: said('SecretAccessKey'),
    sessionToken: said('SessionToken'),
  };
}

/** Compressed and plain by turns; answers the last one, which is plain. */
async function repeat({
  endpoint,
  agent,
  credentials,
  service,
  region,
  body,
}: Caller & { service: string; region: string; body: string }): Promise<Buffer> {
  const { hostname, host, port } = new URL(endpoint);
  const signer = new SignatureV4({ service, region, sha256: Sha256, credentials });
  const { headers } = await signer.sign({
    protocol: 'http:',
    hostname,
    port: Number(port),
    path: '/',
    method: 'POST',
    headers: { host, 'content-type': 'application/x-www-form-urlencoded' },
    body,
  });
  let answer: Buffer = Buffer.alloc(0);
  for (let turn = 0; turn < TIMES; turn += 1) {
    const encoding = turn % 2 === 0 ? { 'accept-encoding': 'gzip' } : {};
    answer = await send({ agent, hostname, port, method: 'POST', headers: { ...headers, ...encoding } }, body);
  }
  return answer;
}

async function send(options: Parameters<typeof request>[1] & object, body: string): Promise<Buffer> {
  return await new Promise((resolve, reject) => {
    request(options, answer => buffer(answer).then(resolve, reject))
      .on('error', reject)
      .end(body);
  });
}

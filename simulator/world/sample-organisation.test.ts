import { expect, test } from 'vitest';
import { factsOfAccountType } from '../../src/domain/partition.ts';
import { SAMPLE_MEMBERS } from './sample-members.ts';
import { SAMPLE_ACCOUNTS, sampleOrganisation } from './sample-organisation.ts';
import type { Role } from './world.ts';

const now = new Date('2026-03-01T12:00:00Z');
const { world, faultScript, guide } = sampleOrganisation({ seed: 1, now });

test('the sample organisation is the same for the same seed and time', () => {
  const again = sampleOrganisation({ seed: 1, now });
  expect(JSON.stringify(again)).toBe(JSON.stringify({ world, faultScript, guide }));
});

test('it has about twelve members and two thousand instances in two partitions', () => {
  const instances = Object.values(world.accounts).flatMap(({ ec2 }) => Object.values(ec2).flatMap(r => r.instances));
  expect(guide.connectors).toHaveLength(12);
  expect(instances.length).toBeGreaterThan(1_900);
  expect(instances.length).toBeLessThan(2_200);
  expect(new Set(Object.values(world.accounts).map(({ partition }) => partition))).toEqual(
    new Set(['aws', 'aws-us-gov']),
  );
});

test('the guide’s credentials are those of users in the accounts it names', () => {
  const identities = [...Object.values(guide.platformAccounts), ...Object.values(guide.hubs)];
  expect(identities).toHaveLength(4);
  for (const { accountId, accessKeyId, secretAccessKey, userArn } of identities) {
    const users = Object.values(world.accounts[accountId]?.users ?? {});
    const user = users.find(({ accessKeys }) => accessKeys.some(({ id }) => id === accessKeyId));
    expect(user?.accessKeys[0]?.secret).toBe(secretAccessKey);
    expect(userArn).toContain(`:${accountId}:user/${user?.name}`);
    expect(JSON.stringify(user?.inlinePolicies)).toContain('sts:AssumeRole');
  }
});

test('every connector names a role of its partition, and the role asks for the connector’s external ID', () => {
  for (const connector of guide.connectors) {
    const { partition } = factsOfAccountType(connector.accountType);
    const [, inArn, , , accountId = ''] = connector.roleArn.split(':');
    expect(inArn).toBe(partition);
    const member = SAMPLE_MEMBERS.find(({ id }) => id === accountId);
    if (!['platform', 'platform-and-hub', 'hub'].includes(member?.trusts ?? '')) continue;
    expect(JSON.stringify(roleOf(accountId)?.trustPolicy)).toContain(`"sts:ExternalId":"${connector.externalId}"`);
  }
});

test('Production and Development trust both hubs; Staging trusts the platform account only', () => {
  const { platformGlobal, centralSecurity } = SAMPLE_ACCOUNTS;
  for (const id of ['222222222222', '333333333333']) {
    expect(trustOf(id)).toContain(platformGlobal);
    expect(trustOf(id)).toContain(centralSecurity);
  }
  expect(trustOf('444444444444')).toContain(platformGlobal);
  expect(trustOf('444444444444')).not.toContain(centralSecurity);
});

test('it has the disorder that organisations have', () => {
  expect(roleOf('141414141414')).toBeUndefined();
  expect(trustOf('131313131313')).not.toContain('sts:ExternalId');
  expect(trustOf('131313131313')).not.toContain(SAMPLE_ACCOUNTS.platformGlobal);
  expect(trustOf('121212121212')).toContain(SAMPLE_ACCOUNTS.platformGlobal);
  expect(trustOf('121212121212')).not.toContain('sts:ExternalId');
  expect(JSON.stringify(roleOf('777777777777')?.inlinePolicies)).not.toContain('ec2:DescribeSubnets');
  expect(JSON.stringify(world.organizations[0]?.serviceControlPolicies['888888888888'])).toContain('eu-central-1');
  expect(faultScript.map(({ match }) => match.accountId)).toContain('555555555555');
});

function roleOf(accountId: string): Role | undefined {
  return world.accounts[accountId]?.roles.CausewayReadOnly;
}

function trustOf(accountId: string): string {
  return JSON.stringify(roleOf(accountId)?.trustPolicy);
}

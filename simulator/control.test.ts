import { beforeEach, describe, expect, test } from 'vitest';
import { createCallLog } from './call-log.ts';
import { type Controlled, createControl, type HandleControl } from './control.ts';
import { createFaults } from './faults.ts';
import { createVirtualClock } from './virtual-clock.ts';
import { generateWorld } from './world/generate.ts';

const start = new Date('2026-03-01T12:00:00Z');
const remake = () => generateWorld({ seed: 5, now: start, accounts: 2, instances: 40, regions: ['us-east-1'] });
const MEMBER = '200000000001';

let simulation: Controlled;
let control: HandleControl;
let changes: number;

beforeEach(() => {
  const clock = createVirtualClock(start);
  changes = 0;
  simulation = {
    world: remake(),
    clock,
    faults: createFaults({ clock }),
    callLog: createCallLog(),
    remake,
    changed: () => {
      changes += 1;
    },
  };
  control = createControl(simulation);
});

describe('instances', () => {
  test('are launched with every field, in one reservation, at addresses not in use', async () => {
    const before = new Set(addresses());
    const answer = await ask('POST', `/accounts/${MEMBER}/instances`, {
      region: 'us-east-1',
      count: 3,
      type: 'm5.large',
      tags: { Name: 'new', Empty: '' },
    });
    expect(answer).toMatchObject({
      status: 201,
      body: { instanceIds: [expect.any(String), expect.any(String), expect.any(String)] },
    });
    const launched = instances().slice(-3);
    expect(new Set(launched.map(({ reservationId }) => reservationId)).size).toBe(1);
    for (const instance of launched) {
      expect(instance).toMatchObject({
        InstanceType: 'm5.large',
        LaunchTime: start.toISOString(),
        State: { Name: 'running' },
        Tags: [
          { Key: 'Name', Value: 'new' },
          { Key: 'Empty', Value: '' },
        ],
      });
      expect(before).not.toContain(instance.PrivateIpAddress);
    }
  });

  test('can be launched in a region that had none, with a network of its own', async () => {
    const answer = await ask('POST', `/accounts/${MEMBER}/instances`, { region: 'eu-west-1' });
    expect(answer.status).toBe(201);
    const region = simulation.world.accounts[MEMBER]?.ec2['eu-west-1'];
    expect(region?.vpcs.map(({ VpcId }) => VpcId)).toContain(region?.instances[0]?.VpcId);
  });

  test('cannot be launched in a region that the account has not enabled', async () => {
    const answer = await ask('POST', `/accounts/${MEMBER}/instances`, { region: 'eu-south-1' });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-field', field: 'region' } });
  });

  test('stop, start and terminate, leaving the object of before as it was', async () => {
    const before = runningInstance();
    const copy = structuredClone(before);
    const path = `/accounts/${MEMBER}/instances/${before.InstanceId}`;
    await ask('PATCH', path, { state: 'stopped' });
    expect(named(before.InstanceId)).toMatchObject({ State: { Code: 80, Name: 'stopped' }, PublicDnsName: '' });
    expect(named(before.InstanceId)).not.toHaveProperty('PublicIpAddress');
    await ask('PATCH', path, { state: 'running' });
    expect(named(before.InstanceId)).toMatchObject({ State: { Name: 'running' }, LaunchTime: start.toISOString() });
    expect((await ask('DELETE', path)).status).toBe(200);
    expect(named(before.InstanceId)).toMatchObject({ State: { Code: 48, Name: 'terminated' }, NetworkInterfaces: [] });
    expect(before).toEqual(copy);
  });

  test('once terminated change no more, and are unknown an hour later', async () => {
    const { InstanceId } = runningInstance();
    const path = `/accounts/${MEMBER}/instances/${InstanceId}`;
    await ask('DELETE', path);
    expect((await ask('PATCH', path, { state: 'running' })).status).toBe(400);
    await ask('POST', '/clock', { advanceSeconds: 3_600 });
    expect((await ask('PATCH', path, { state: 'running' })).status).toBe(404);
  });

  test('have tags put on and taken off', async () => {
    const { InstanceId } = runningInstance();
    const path = `/accounts/${MEMBER}/instances/${InstanceId}`;
    await ask('PATCH', path, { tags: { Colour: 'blue' } });
    const answer = await ask('PATCH', path, { tags: { Colour: null, Shape: 'round' } });
    expect(answer.body).toMatchObject({ tags: expect.objectContaining({ Shape: 'round' }) });
    expect(named(InstanceId)?.Tags?.map(({ Key }) => Key)).not.toContain('Colour');
  });

  test('churn changes the share asked for', async () => {
    const answer = await ask('POST', '/churn', { share: 1 });
    expect(answer.body).toEqual({ changed: 40 });
    expect(instances().every(({ Tags }) => Tags?.some(({ Key }) => Key === 'Touched'))).toBe(true);
  });
});

describe('roles', () => {
  const path = `/accounts/${MEMBER}/roles/CausewayReadOnly`;

  test('get a new trust policy without becoming another role', async () => {
    const id = role()?.id;
    const answer = await ask('PUT', `${path}/trust-policy`, { Version: '2012-10-17', Statement: [] });
    expect(answer.status).toBe(200);
    expect(role()).toMatchObject({ id, trustPolicy: { Statement: [] } });
  });

  test('made again after deletion have another id', async () => {
    const id = role()?.id;
    expect((await ask('DELETE', path)).status).toBe(204);
    expect(role()).toBeUndefined();
    expect((await ask('PUT', path, { trustPolicy: {} })).status).toBe(201);
    expect(role()?.id).toMatch(/^AROA/);
    expect(role()?.id).not.toBe(id);
  });

  test('that do not exist are not found', async () => {
    const answer = await ask('PUT', `/accounts/${MEMBER}/roles/Nobody/trust-policy`, {});
    expect(answer).toMatchObject({ status: 404, body: { code: 'not-found' } });
  });

  function role() {
    return simulation.world.accounts[MEMBER]?.roles.CausewayReadOnly;
  }
});

describe('accounts', () => {
  test('enable regions, and get service control policies', async () => {
    const policy = { Version: '2012-10-17', Statement: [] };
    const answer = await ask('PATCH', `/accounts/${MEMBER}`, {
      enabledRegions: ['eu-south-1'],
      serviceControlPolicies: [policy],
    });
    expect(answer.status).toBe(200);
    expect(simulation.world.accounts[MEMBER]?.enabledRegions).toEqual(['eu-south-1']);
    expect(simulation.world.organizations[0]?.serviceControlPolicies[MEMBER]).toEqual([policy]);
  });

  test('have keys that can be switched off', async () => {
    const users = simulation.world.accounts['100000000001']?.users;
    const key = users?.['causeway-platform']?.accessKeys[0];
    await ask('PATCH', `/accounts/100000000001/access-keys/${key?.id}`, { status: 'Inactive' });
    expect(key?.status).toBe('Inactive');
  });

  test('have users that get another key, up to the two that IAM allows, and policies', async () => {
    const user = simulation.world.accounts['100000000001']?.users['causeway-platform'];
    const path = '/accounts/100000000001/users/causeway-platform';
    const made = await ask('POST', `${path}/access-keys`);
    const key = user?.accessKeys[1];
    expect(made).toMatchObject({ status: 201, body: { accessKeyId: key?.id, secretAccessKey: key?.secret } });
    expect((await ask('POST', `${path}/access-keys`)).status).toBe(400);
    const policy = { Version: '2012-10-17', Statement: [] };
    expect((await ask('PUT', `${path}/policies/OwnKey`, policy)).status).toBe(200);
    expect(user?.inlinePolicies).toMatchObject({ AssumeRoles: {}, OwnKey: policy });
    expect((await ask('PUT', '/accounts/100000000001/users/nobody/policies/OwnKey', policy)).status).toBe(404);
  });
});

describe('the fault script', () => {
  test('takes a rule, shows it and lets go of it', async () => {
    const rule = { match: { region: 'us-*' }, effect: { kind: 'slow', delayMs: 5 }, times: 3 };
    expect((await ask('PUT', '/faults/late', rule)).status).toBe(200);
    expect((await ask('GET', '/faults')).body).toEqual({ items: [{ id: 'late', ...rule }] });
    expect((await ask('DELETE', '/faults/late')).status).toBe(204);
    expect((await ask('DELETE', '/faults/late')).status).toBe(404);
  });

  test('is replaced as a whole, or not at all', async () => {
    const good = { id: 'a', match: {}, effect: { kind: 'deny', by: 'scp' } };
    await ask('PUT', '/faults', { rules: [good] });
    const answer = await ask('PUT', '/faults', { rules: [good, { id: 'b', effect: { kind: 'explode' } }] });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-field', field: 'rules[1].effect.kind' } });
    expect(simulation.faults.rules()).toEqual([good]);
  });
});

describe('calls', () => {
  beforeEach(() => {
    for (const region of ['us-east-1', 'eu-west-1', 'us-east-1']) {
      simulation.callLog.record({
        at: start.toISOString(),
        requestId: 'r',
        service: 'ec2',
        operation: 'DescribeInstances',
        region,
        accountId: MEMBER,
        status: region === 'eu-west-1' ? 0 : 200,
      });
    }
  });

  test('are counted by account, region and operation', async () => {
    const count = { accountId: MEMBER, service: 'ec2', operation: 'DescribeInstances' };
    expect((await ask('GET', '/call-counts')).body).toEqual({
      items: [
        { ...count, region: 'us-east-1', calls: 2, errors: 0 },
        { ...count, region: 'eu-west-1', calls: 1, errors: 1 },
      ],
    });
  });

  test('are listed newest first, by region and limit', async () => {
    expect((await ask('GET', '/calls', undefined, 'region=us-east-1')).body).toMatchObject({ items: [{}, {}] });
    expect((await ask('GET', '/calls', undefined, 'limit=1')).body).toMatchObject({ items: [{ region: 'us-east-1' }] });
  });

  test('are forgotten on demand', async () => {
    await ask('DELETE', '/calls');
    expect((await ask('GET', '/calls')).body).toEqual({ items: [] });
  });
});

test('the summary tells what there is', async () => {
  expect((await ask('GET', '/')).body).toMatchObject({
    now: start.toISOString(),
    clock: 'virtual',
    seed: 5,
    accounts: [{ id: '100000000001' }, { id: MEMBER, roles: ['CausewayReadOnly'] }, { id: '200000000002' }],
  });
});

test('reset puts the world back in place, so that whoever holds it sees the old state', async () => {
  const { world } = simulation;
  const before = structuredClone(world);
  await ask('DELETE', `/accounts/${MEMBER}/roles/CausewayReadOnly`);
  await ask('POST', '/churn', { share: 1 });
  expect(world).not.toEqual(before);
  expect((await ask('POST', '/reset')).status).toBe(204);
  expect(simulation.world).toBe(world);
  expect(world).toEqual(before);
});

test('every change is announced, and no reading or refusal is', async () => {
  await ask('GET', '/');
  await ask('DELETE', `/accounts/${MEMBER}/roles/Nobody`);
  expect(changes).toBe(0);
  await ask('POST', '/churn', { share: 0.5 });
  expect(changes).toBe(1);
});

test('refusals name what is wrong', async () => {
  expect(await ask('POST', `/accounts/${MEMBER}/instances`, {})).toMatchObject({
    status: 400,
    body: { code: 'missing-field', field: 'region' },
  });
  expect(await ask('POST', `/accounts/${MEMBER}/instances`, { region: 'us-east-1', cout: 2 })).toMatchObject({
    status: 400,
    body: { code: 'unknown-field', field: 'cout' },
  });
  expect(await ask('POST', '/accounts/000000000000/instances', {})).toMatchObject({ status: 404 });
  expect(await ask('GET', '/nothing')).toMatchObject({ status: 404, body: { code: 'not-found' } });
  const broken = await control({ method: 'POST', path: '/_control/clock', query: new URLSearchParams(), body: '{' });
  expect(broken).toMatchObject({ status: 400 });
});

test('only a virtual clock can be advanced, and only forwards', async () => {
  const later = await ask('POST', '/clock', { advanceSeconds: 90 });
  expect(later.body).toEqual({ now: '2026-03-01T12:01:30.000Z' });
  expect((await ask('POST', '/clock', { advanceSeconds: -1 })).status).toBe(400);
});

function ask(method: string, path: string, body?: unknown, query = '') {
  return control({
    method,
    path: `/_control${path}`,
    query: new URLSearchParams(query),
    body: body === undefined ? '' : JSON.stringify(body),
  });
}

function instances() {
  return simulation.world.accounts[MEMBER]?.ec2['us-east-1']?.instances ?? [];
}

function named(id: string) {
  return instances().find(({ InstanceId }) => InstanceId === id);
}

function runningInstance() {
  const found = instances().find(({ State }) => State?.Name === 'running');
  if (!found) throw new Error('the test’s world has no running instance');
  return found;
}

function addresses() {
  return instances().map(({ PrivateIpAddress }) => PrivateIpAddress);
}

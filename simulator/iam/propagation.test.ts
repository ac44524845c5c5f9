import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, test } from 'vitest';
import { createCallLog } from '../call-log.ts';
import { createControl } from '../control.ts';
import { createFaults } from '../faults.ts';
import { type SimulatedAws, startSimulatedAws } from '../server.ts';
import { clientsOf, credentialsOf, EXTERNAL_ID, HUB, hubAndMember, MEMBER, ROLE_ARN } from '../testing.ts';
import { createVirtualClock } from '../virtual-clock.ts';
import { accountOf } from '../world/build.ts';
import { trustPolicy, trustsNobodyPolicy } from '../world/policies.ts';

let aws: SimulatedAws | undefined;
afterEach(() => aws?.close());

/** A world in which STS follows IAM after ten seconds. */
async function start() {
  const { world, hubKey } = hubAndMember();
  const clock = createVirtualClock(new Date());
  const faults = createFaults({ clock });
  const handleControl = createControl({
    world,
    clock,
    faults,
    callLog: createCallLog(),
    remake: () => hubAndMember().world,
    changed: () => {},
  });
  aws = await startSimulatedAws({ world, clock, callLog: createCallLog(), decideFault: faults.decide, handleControl });
  const { url } = aws;
  const { sts } = clientsOf({ endpoint: url, credentials: credentialsOf(hubKey) });
  const put = (path: string, body: unknown) =>
    fetch(`${url}/_control/${path}`, { method: 'PUT', body: JSON.stringify(body) });
  await put('propagation', { seconds: 10 });
  const assume = () =>
    sts.send(new AssumeRoleCommand({ RoleArn: ROLE_ARN, RoleSessionName: 'test', ExternalId: EXTERNAL_ID })).then(
      () => 'let in',
      error => error.name,
    );
  return { world, clock, put, assume, url };
}

const admits = trustPolicy({ partition: 'aws', accountIds: [HUB], externalId: EXTERNAL_ID });

describe('while a change spreads', () => {
  test('a role that was let in still is, and is not any more afterwards', async () => {
    const { clock, put, assume } = await start();
    await put(`accounts/${MEMBER}/roles/Reader/trust-policy`, trustsNobodyPolicy());
    expect(await assume()).toBe('let in');
    clock.advance(10_000);
    expect(await assume()).toBe('AccessDenied');
  });

  test('the last change counts, whatever was changed before it in the meantime', async () => {
    const { clock, put, assume } = await start();
    await put(`accounts/${MEMBER}/roles/Reader/trust-policy`, trustsNobodyPolicy());
    clock.advance(5_000);
    await put(`accounts/${MEMBER}/roles/Reader/trust-policy`, admits);
    clock.advance(10_000);
    expect(await assume()).toBe('let in');
  });

  test('a new role is as one that does not exist, though IAM shows it', async () => {
    const { world, clock, put, assume } = await start();
    const { roles } = accountOf(world, MEMBER);
    delete roles.Reader;
    await put(`accounts/${MEMBER}/roles/Reader`, { trustPolicy: admits });
    expect(accountOf(world, MEMBER).roles.Reader?.trustPolicy).toEqual(admits);
    expect(await assume()).toBe('AccessDenied');
    clock.advance(10_000);
    expect(await assume()).toBe('let in');
  });
});

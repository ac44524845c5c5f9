import { sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import { changeChannel } from '../../src/alerts/channels.ts';
import { deliverAlerts } from '../../src/alerts/deliver.ts';
import { evaluateAlerts } from '../../src/alerts/evaluate.ts';
import { type Fault, fault } from '../../src/domain/faults.ts';
import { must } from '../accounts/support.ts';
import { addWebhook, denied, deniedAbove, HUB, KEY_DELETED, lookAndTell, startFleet } from './fleet.ts';
import { receiverOfTest, trustTheReceivers } from './receivers.ts';

beforeAll(trustTheReceivers);

/** A receiver and a fleet whose alerts go there. */
async function stage(change: Parameters<typeof addWebhook>[2] = {}) {
  const receiver = await receiverOfTest();
  const fleet = await startFleet();
  const channel = await addWebhook(fleet, receiver.url, change);
  const events = () => receiver.received.map(({ message }) => message.event);
  return { receiver, fleet, channel, events };
}

const THROTTLED = fault('aws-throttled', 'EC2 asked to slow down.');

describe('one alert per cause', () => {
  it('300 connectors that fail because the hub’s key was deleted are one alert, which names some of them', async () => {
    const { receiver, fleet } = await stage();
    const ids = await fleet.add(300);
    await fleet.complete(ids);
    fleet.wait({ minutes: 170 });
    await fleet.fail(ids, KEY_DELETED);
    await lookAndTell(fleet);
    expect(await fleet.alerts()).toEqual([]);
    fleet.wait({ minutes: 10 });
    await lookAndTell(fleet);
    expect(await fleet.alerts()).toMatchObject([
      { connectors: 300, cause: { code: 'unknown-access-key', hub: { accountId: HUB } }, occurrences: 1 },
    ]);
    expect(receiver.received).toHaveLength(1);
    const { message } = receiver.received[0] ?? {};
    expect(message).toMatchObject({
      ...{ version: 1, event: 'alert.opened', sequence: 1 },
      summary:
        '300 connectors (Global) not complete: AWS does not know the access key ID (platform account 999900000001).',
      alert: { state: 'open', connectors: { total: 300, most: 300 } },
    });
    expect(message?.alert?.connectors.named).toHaveLength(25);
    expect(message?.alert?.connectors.named[0]).toMatchObject({ name: 'connector 00001', intervals: 3, scopes: 0 });
  });

  it('an action that is denied in 14 regions is one alert; two actions of one role are one, another set is another', async () => {
    const { receiver, fleet } = await stage();
    const [one = '', other = '', third = ''] = await fleet.add(3);
    const regions = Array.from({ length: 14 }, (_, index) => `region-${index}`);
    const broken = (action: string, assetType: string) =>
      regions.map(region => ({ region, assetType, outcome: 'denied', fault: denied(action) }));
    fleet.wait({ minutes: 181 });
    await fleet.problems([one, other], broken('sqs:ListQueues', 'AWS::SQS::Queue'));
    await fleet.problems(
      [third],
      [...broken('sqs:ListQueues', 'AWS::SQS::Queue'), ...broken('sns:ListTopics', 'AWS::SNS::Topic')],
    );
    await lookAndTell(fleet);
    expect((await fleet.alerts()).map(({ cause, connectors }) => [cause.actions, connectors]).sort()).toEqual([
      [['sns:ListTopics', 'sqs:ListQueues'], 1],
      [['sqs:ListQueues'], 2],
    ]);
    const told = receiver.received.find(({ message }) => message.alert?.cause.actions.length === 1)?.message;
    expect(told?.alert).toMatchObject({
      cause: { detail: 'sqs:ListQueues is not allowed for the role.', hub: null },
      connectors: {
        named: [
          { scopes: 14, regions: 14 },
          { scopes: 14, regions: 14 },
        ],
      },
    });
  });

  it('what service and what resource control policies deny are two alerts, and each names its kind', async () => {
    const { receiver, fleet } = await stage();
    const [both = '', other = ''] = await fleet.add(2);
    const scope = (assetType: string, why: Fault, region = 'eu-west-1') => {
      return { region, assetType, outcome: 'denied', fault: why };
    };
    fleet.wait({ minutes: 181 });
    await fleet.problems(
      [both],
      [
        scope('AWS::SQS::Queue', deniedAbove('sqs:ListQueues', 'service')),
        scope('AWS::SQS::Queue', deniedAbove('sqs:ListQueues', 'resource'), 'us-east-1'),
        scope('AWS::KMS::Key', deniedAbove('kms:ListKeys', 'resource'), 'us-east-1'),
      ],
    );
    await fleet.problems([other], [scope('AWS::SQS::Queue', deniedAbove('sqs:ListQueues', 'service'))]);
    await lookAndTell(fleet);
    const told = receiver.received.map(({ message }) => [message.summary, message.alert?.cause.detail]);
    expect(told.sort()).toEqual([
      [
        '1 connector (Global) not complete: The AWS organisation denies this call (2 actions).',
        'A resource control policy denies kms:ListKeys and sqs:ListQueues.',
      ],
      [
        '2 connectors (Global) not complete: The AWS organisation denies this call (sqs:ListQueues).',
        'A service control policy denies sqs:ListQueues.',
      ],
    ]);
  });

  it('a connector that was never complete counts from its creation, one that is disabled never', async () => {
    const { fleet } = await stage();
    const [waiting = '', disabled = ''] = await fleet.add(2);
    await sql`update connectors set enabled = false where id = ${disabled}`.execute(fleet.deps.db);
    fleet.wait({ minutes: 181 });
    await fleet.look();
    expect(await fleet.alerts()).toMatchObject([{ connectors: 1, cause: { code: 'no-run-ended' } }]);
    await fleet.fail([waiting], KEY_DELETED);
    await fleet.look();
    expect((await fleet.alerts()).map(({ cause, connectors }) => [cause.code, connectors])).toEqual([
      ['unknown-access-key', 1],
      ['no-run-ended', 0],
    ]);
  });

  it('scopes that were throttled and others that timed out are two causes of one connector', async () => {
    const { fleet } = await stage();
    const ids = await fleet.add(1);
    fleet.wait({ minutes: 181 });
    await fleet.problems(ids, [
      { region: 'us-east-1', assetType: 'AWS::EC2::Instance', outcome: 'throttled', fault: THROTTLED },
      { region: 'us-west-2', assetType: 'AWS::EC2::Instance', outcome: 'throttled', fault: THROTTLED },
      { region: 'us-west-2', assetType: 'AWS::EC2::VPC', outcome: 'timed-out', fault: fault('aws-timeout', 'Late.') },
    ]);
    await fleet.look();
    expect((await fleet.alerts()).map(({ cause }) => cause.code).sort()).toEqual(['aws-throttled', 'aws-timeout']);
  });

  it('faults of one code that name different actions are one cause, over the regions of all of them', async () => {
    const { receiver, fleet } = await stage();
    const ids = await fleet.add(1);
    const scope = (region: string, assetType: string, why: Fault) => {
      return { region, assetType, outcome: 'denied', fault: why };
    };
    const session = (action?: string) =>
      fault('session-not-accepted', 'The session is not accepted.', {
        aws: { service: 'ec2', operation: 'DescribeVpcs', name: 'AuthFailure', ...(action ? { action } : {}) },
      });
    fleet.wait({ minutes: 181 });
    await fleet.problems(ids, [
      scope('us-east-1', 'AWS::EC2::Instance', session()),
      scope('us-east-1', 'AWS::EC2::VPC', session('ec2:DescribeVpcs')),
      scope('eu-west-1', 'AWS::EC2::VPC', session('ec2:DescribeVpcs')),
      scope('us-east-1', 'AWS::SQS::Queue', denied('sqs:ListQueues')),
      scope('eu-west-1', 'AWS::SNS::Topic', denied('sns:ListTopics')),
    ]);
    await lookAndTell(fleet);
    const told = receiver.received.map(({ message }) => message.alert);
    expect(told.map(alert => [alert?.cause.code, alert?.connectors.named[0]]).sort()).toMatchObject([
      ['access-denied', { scopes: 2, regions: 2 }],
      ['session-not-accepted', { scopes: 3, regions: 2 }],
    ]);
  });

  it('a run with problems whose reasons are gone is an alert all the same', async () => {
    const { fleet } = await stage();
    const ids = await fleet.add(1);
    fleet.wait({ minutes: 181 });
    await fleet.problems(ids, []);
    await fleet.look();
    expect(await fleet.alerts()).toMatchObject([{ connectors: 1, cause: { code: 'no-run-ended' } }]);
  });
});

describe('what is told, and what is not', () => {
  it('an open alert is told once, again after a day, and as resolved when its connectors are complete', async () => {
    const { receiver, fleet, events } = await stage();
    const ids = await fleet.add(4);
    fleet.wait({ minutes: 181 });
    await fleet.fail(ids, KEY_DELETED);
    for (let look = 0; look < 5; look++) await lookAndTell(fleet);
    expect(events()).toEqual(['alert.opened']);
    fleet.wait({ minutes: 23 * 60 });
    await fleet.fail(ids, KEY_DELETED);
    await lookAndTell(fleet);
    expect(events()).toEqual(['alert.opened']);
    fleet.wait({ minutes: 60 });
    await lookAndTell(fleet);
    expect(events()).toEqual(['alert.opened', 'alert.reminder']);
    await fleet.complete(ids.slice(1));
    await lookAndTell(fleet);
    expect(events()).toHaveLength(2);
    await fleet.complete(ids);
    await lookAndTell(fleet);
    expect(events()).toEqual(['alert.opened', 'alert.reminder', 'alert.resolved']);
    const last = receiver.received.at(-1)?.message;
    expect(last).toMatchObject({
      sequence: 3,
      alert: { state: 'resolved', connectors: { total: 0, most: 4, recovered: 4, otherwise: 0 } },
    });
    expect(await fleet.alerts()).toEqual([]);
    await lookAndTell(fleet);
    expect(events()).toHaveLength(3);
  });

  it('an alert is updated when twice as many connectors have joined, and not with each of them', async () => {
    const { receiver, fleet, events } = await stage();
    const ids = await fleet.add(100);
    fleet.wait({ minutes: 120 });
    await fleet.complete(ids.slice(10, 15));
    fleet.wait({ minutes: 61 });
    await fleet.complete(ids.slice(15));
    await fleet.fail(ids.slice(0, 10), KEY_DELETED);
    await lookAndTell(fleet);
    fleet.wait({ minutes: 120 });
    await fleet.fail(ids, KEY_DELETED);
    await lookAndTell(fleet);
    expect(await fleet.alerts()).toMatchObject([{ connectors: 15 }]);
    expect(events()).toEqual(['alert.opened']);
    fleet.wait({ minutes: 60 });
    for (let look = 0; look < 5; look++) await lookAndTell(fleet);
    expect(events()).toEqual(['alert.opened', 'alert.updated']);
    expect(receiver.received.at(-1)?.message.alert?.connectors.total).toBe(100);
  });

  it('a connector that fails and works by turns is told of at most every six hours', async () => {
    const { fleet, events } = await stage({ afterIntervals: 2 });
    const ids = await fleet.add(1);
    for (let hour = 0; hour < 24; hour++) {
      if (hour % 3 === 2) await fleet.complete(ids);
      else await fleet.fail(ids, KEY_DELETED);
      for (let look = 0; look < 3; look++) {
        fleet.wait({ minutes: 19 });
        await lookAndTell(fleet);
      }
    }
    expect(await fleet.alerts('resolved')).toHaveLength(1);
    expect(events().filter(event => event === 'alert.opened').length).toBeGreaterThan(1);
    expect(events().filter(event => event === 'alert.opened').length).toBeLessThanOrEqual(4);
    expect(events().filter(event => event === 'alert.resolved').length).toBeLessThanOrEqual(4);
  });

  it('causes that alternate are told once each', async () => {
    const { fleet, events } = await stage();
    const ids = await fleet.add(1);
    fleet.wait({ minutes: 181 });
    for (let run = 0; run < 12; run++) {
      await fleet.fail(ids, run % 2 === 0 ? THROTTLED : KEY_DELETED);
      await lookAndTell(fleet);
      fleet.wait({ minutes: 59 });
    }
    expect(events()).toEqual(['alert.opened', 'alert.opened']);
    await fleet.fail(ids, THROTTLED);
    fleet.wait({ minutes: 60 });
    await lookAndTell(fleet);
    expect((await fleet.alerts()).map(({ cause, connectors }) => [cause.code, connectors])).toEqual([
      ['unknown-access-key', 0],
      ['aws-throttled', 1],
    ]);
    fleet.wait({ minutes: 120 });
    await lookAndTell(fleet);
    expect(events()).toEqual(['alert.opened', 'alert.opened', 'alert.resolved']);
    expect(await fleet.alerts('resolved')).toMatchObject([{ cause: { code: 'unknown-access-key' }, otherwise: 1 }]);
  });

  it('a channel that wants to know later is told later, and of the connectors that concern it only', async () => {
    const { receiver, fleet } = await stage({ afterIntervals: 5 });
    const early = await fleet.add(1);
    fleet.wait({ minutes: 120 });
    const late = await fleet.add(1);
    fleet.wait({ minutes: 181 });
    await fleet.fail([...early, ...late], KEY_DELETED);
    await lookAndTell(fleet);
    expect(await fleet.alerts()).toMatchObject([{ connectors: 2 }]);
    expect(receiver.received[0]?.message.alert?.connectors).toMatchObject({ total: 1, named: [{ intervals: 5 }] });
  });

  it('a channel that is disabled is told nothing, and when it is enabled again, what is open then', async () => {
    const { fleet, channel, events } = await stage();
    const ids = await fleet.add(2);
    fleet.wait({ minutes: 181 });
    await fleet.fail(ids, KEY_DELETED);
    await fleet.look();
    const change = (enabled: boolean) =>
      changeChannel(fleet.deps, { id: channel.id, change: { kind: 'webhook', enabled }, actor: 'system' });
    must(await change(false));
    await deliverAlerts(fleet.deps);
    await lookAndTell(fleet);
    expect(events()).toEqual([]);
    must(await change(true));
    await lookAndTell(fleet);
    expect(events()).toEqual(['alert.opened']);
  });

  it('a channel that is disabled before it is told that an alert is resolved is told so when it is enabled again', async () => {
    const { receiver, fleet, channel, events } = await stage();
    const ids = await fleet.add(2);
    fleet.wait({ minutes: 181 });
    await fleet.fail(ids, KEY_DELETED);
    await lookAndTell(fleet);
    await fleet.complete(ids);
    await fleet.look();
    for (const enabled of [false, true]) {
      const change = { kind: 'webhook', enabled } as const;
      must(await changeChannel(fleet.deps, { id: channel.id, change, actor: 'system' }));
    }
    await lookAndTell(fleet);
    await lookAndTell(fleet);
    expect(events()).toEqual(['alert.opened', 'alert.resolved']);
    expect(receiver.received.at(-1)?.message.sequence).toBeGreaterThan(1);
  });
});

describe('many at once', () => {
  it('10,000 connectors that fail at once cost a dozen statements, and nothing more when nothing changes', async () => {
    const { receiver, fleet } = await stage();
    const ids = await fleet.add(10_000);
    fleet.wait({ minutes: 181 });
    await fleet.fail(ids, KEY_DELETED);
    await fleet.look();
    expect(await fleet.alerts()).toMatchObject([{ connectors: 10_000 }]);
    await deliverAlerts(fleet.deps);
    expect(receiver.received).toHaveLength(1);
    expect(receiver.received[0]?.body.length).toBeLessThan(10_000);
    const { rows } = await sql<{ members: number }>`select count(*) as members from alert_connectors`.execute(
      fleet.deps.db,
    );
    expect(rows).toEqual([{ members: 10_000 }]);
  });

  it('two workers that look at the same moment find each alert once', async () => {
    const { fleet } = await stage();
    const ids = await fleet.add(50);
    fleet.wait({ minutes: 181 });
    await fleet.fail(ids, KEY_DELETED);
    fleet.wait({ minutes: 1 });
    const looked = await Promise.all([1, 2, 3, 4].map(() => evaluateAlerts(fleet.deps)));
    expect(looked.filter(Boolean)).toHaveLength(1);
    expect(await fleet.alerts()).toHaveLength(1);
    expect(await evaluateAlerts(fleet.deps)).toBe(false);
  });
});

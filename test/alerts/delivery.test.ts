import { createHmac } from 'node:crypto';
import net from 'node:net';
import { networkInterfaces } from 'node:os';
import { sql } from 'kysely';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { resealSecrets } from '../../src/accounts/reseal.ts';
import { createVault } from '../../src/accounts/vault.ts';
import { changeChannel, createChannel, getChannel, testChannel } from '../../src/alerts/channels.ts';
import { deliverAlerts } from '../../src/alerts/deliver.ts';
import { evaluateAlerts } from '../../src/alerts/evaluate.ts';
import { claimChannels, listDeliveries, nextDelivery, noteTry } from '../../src/store/alert-deliveries.ts';
import { must } from '../accounts/support.ts';
import { addWebhook, type Fleet, HUB, KEY_DELETED, lookAndTell, SIGNING_SECRET, startFleet } from './fleet.ts';
import { mailServer, portOf, receiverOfTest, trustTheReceivers } from './receivers.ts';

beforeAll(trustTheReceivers);

/** A fleet with one alert, which the channel at `url` is to be told of. */
async function alerted(url: string, options: Parameters<typeof startFleet>[0] = {}) {
  const fleet = await startFleet(options);
  const channel = await addWebhook(fleet, url);
  const ids = await fleet.add(2);
  fleet.wait({ minutes: 181 });
  await fleet.fail(ids, KEY_DELETED);
  await fleet.look();
  return { fleet, channel, ids };
}

async function deliveriesOf({ deps }: Fleet, channelId: string) {
  return await listDeliveries(deps.db, { channelId, after: null, limit: 100 });
}

describe('a webhook', () => {
  it('is signed over time and body, so that its receiver can tell who sent it', async () => {
    const receiver = await receiverOfTest();
    const { fleet } = await alerted(receiver.url);
    expect(await deliverAlerts(fleet.deps)).toBe(1);
    const { headers, body, message } = receiver.received[0] ?? {};
    const [, seconds = '', mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers?.['causeway-signature'])) ?? [];
    expect(Number(seconds) * 1_000).toBe(Math.floor(fleet.now().getTime() / 1_000) * 1_000);
    expect(mac).toBe(createHmac('sha256', SIGNING_SECRET).update(`${seconds}.${body}`).digest('hex'));
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'causeway-event': 'alert.opened',
      'causeway-delivery': message?.id,
    });
  });

  it('is not sent to this machine, its link or a metadata service, by address or by name', async () => {
    const receiver = await receiverOfTest();
    const { port } = receiver;
    const fleet = await startFleet({ networks: [] });
    const hosts = ['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '0x7f.1', '2130706433', '0.0.0.0'];
    const own = Object.values(networkInterfaces())
      .flatMap(one => one ?? [])
      .filter(({ scopeid, internal }) => !internal && !scopeid)
      .map(({ address, family }) => (family === 'IPv6' ? `[${address}]` : address));
    const metadata = [
      '169.254.169.254',
      '[fd00:ec2::254]',
      '100.100.100.200',
      '[64:ff9b::a9fe:a9fe]',
      '[fe80::1]',
      '[fd20:ce::254]',
      '[::ffff:0:7f00:1]',
    ];
    for (const host of [...hosts, ...own, ...metadata]) {
      const channel = await addWebhook(fleet, `https://${host}:${port}/`);
      const tested = must(await testChannel(fleet.deps, { id: channel.id, actor: 'system' }));
      expect([host, tested.fault?.code]).toEqual([host, 'address-not-allowed']);
    }
    expect(receiver.connections).toBe(0);
  });

  it('goes to an address of this machine if the setting allows it, and to no other', async () => {
    const receiver = await receiverOfTest();
    const fleet = await startFleet({ networks: ['127.0.0.0/8'] });
    const channel = await addWebhook(fleet, receiver.url);
    expect(must(await testChannel(fleet.deps, { id: channel.id, actor: 'system' })).outcome).toBe('ok');
    expect(receiver.received[0]?.message).toMatchObject({ event: 'alert.test', alert: null });
    const other = await addWebhook(fleet, `https://[::1]:${receiver.port}/`);
    const tested = must(await testChannel(fleet.deps, { id: other.id, actor: 'system' }));
    expect(tested.fault?.code).toBe('address-not-allowed');
  });

  it('follows no redirect', async () => {
    const [receiver, elsewhere] = [await receiverOfTest(), await receiverOfTest()];
    receiver.answer = { status: 307, headers: { location: elsewhere.url } };
    const { fleet, channel } = await alerted(receiver.url);
    expect(await deliverAlerts(fleet.deps)).toBe(0);
    expect(elsewhere.connections).toBe(0);
    expect(await deliveriesOf(fleet, channel.id)).toMatchObject([
      { state: 'pending', tries: 1, fault: { code: 'channel-refused', detail: expect.stringContaining('status 307') } },
    ]);
  });

  it('is not sent to a server whose certificate nobody vouches for', async () => {
    const receiver = await receiverOfTest();
    const fleet = await startFleet({ networks: ['127.0.0.0/8'] });
    const channel = await addWebhook(fleet, `https://127.0.0.2:${receiver.port}/`);
    const tested = must(await testChannel(fleet.deps, { id: channel.id, actor: 'system' }));
    expect(tested.fault?.code).toBe('channel-unreachable');
    expect(receiver.received).toEqual([]);
  });
});

describe('a channel that is down', () => {
  it('is tried again, less and less often, and told once when it is back', async () => {
    const down = await receiverOfTest();
    const { port } = down;
    await down.close();
    const { fleet, channel, ids } = await alerted(`https://127.0.0.1:${port}/`);
    for (let minute = 0; minute < 240; minute += 4) {
      if (minute % 60 === 0) await fleet.fail(ids, KEY_DELETED);
      fleet.wait({ minutes: 3 });
      await lookAndTell(fleet);
    }
    const [waiting] = await deliveriesOf(fleet, channel.id);
    expect(waiting).toMatchObject({ state: 'pending', fault: { code: 'channel-unreachable' } });
    expect(waiting?.tries).toBeGreaterThan(8);
    expect(waiting?.tries).toBeLessThan(16);
    const back = await receiverOfTest({ port });
    for (let minute = 0; minute < 32; minute += 4) {
      fleet.wait({ minutes: 3 });
      await lookAndTell(fleet);
    }
    expect(back.received.map(({ message }) => message.event)).toEqual(['alert.opened']);
    expect(must(await getChannel(fleet.deps, channel.id))).toMatchObject({ failures: 0, pending: 0, lastFault: null });
  });

  it('is told only that it is resolved, when that is all there is to say by then', async () => {
    const receiver = await receiverOfTest();
    receiver.answer = { status: 503 };
    const { fleet, channel, ids } = await alerted(receiver.url);
    await deliverAlerts(fleet.deps);
    await fleet.complete(ids);
    await fleet.look();
    receiver.answer = { status: 200 };
    fleet.wait({ minutes: 2 });
    await deliverAlerts(fleet.deps);
    expect(receiver.received.map(({ message }) => message.event)).toEqual(['alert.opened', 'alert.resolved']);
    expect((await deliveriesOf(fleet, channel.id)).map(({ state }) => state)).toEqual(['sent', 'replaced']);
  });

  it('is given up for a message after a day, and what it was to be told is queued anew', async () => {
    const receiver = await receiverOfTest();
    receiver.answer = { status: 500 };
    const { fleet, channel, ids } = await alerted(receiver.url);
    fleet.wait({ minutes: 24 * 60 });
    await deliverAlerts(fleet.deps);
    expect(await deliveriesOf(fleet, channel.id)).toMatchObject([{ state: 'failed', tries: 1 }]);
    receiver.answer = { status: 200 };
    await fleet.fail(ids, KEY_DELETED);
    fleet.wait({ minutes: 1 });
    await lookAndTell(fleet);
    expect(await deliveriesOf(fleet, channel.id)).toMatchObject([
      { state: 'sent', event: 'opened' },
      { state: 'failed' },
    ]);
  });

  it('is told what another version of Causeway left unsent in the words of this one', async () => {
    const receiver = await receiverOfTest();
    const { fleet, channel } = await alerted(receiver.url);
    await sql`update alert_deliveries set message = '{"version": 0}'`.execute(fleet.deps.db);
    expect(await deliverAlerts(fleet.deps)).toBe(0);
    fleet.wait({ minutes: 1 });
    await lookAndTell(fleet);
    expect(receiver.received.map(({ message }) => message.event)).toEqual(['alert.opened']);
    expect((await deliveriesOf(fleet, channel.id)).map(({ state }) => state)).toEqual(['sent', 'failed']);
  });

  it('does not hold up another one', async () => {
    const [dead, alive] = [await receiverOfTest(), await receiverOfTest()];
    dead.answer = { status: 500 };
    const fleet = await startFleet();
    for (const { url } of [dead, alive]) await addWebhook(fleet, url);
    const ids = await fleet.add(1);
    fleet.wait({ minutes: 181 });
    await fleet.fail(ids, KEY_DELETED);
    await lookAndTell(fleet);
    expect([dead.received.length, alive.received.length]).toEqual([1, 1]);
  });
});

describe('workers that die', () => {
  it('one that dies between sending and noting it: the message comes again, under the same id', async () => {
    const receiver = await receiverOfTest();
    const { fleet } = await alerted(receiver.url);
    const { db } = fleet.deps;
    // What it noted is lost with it.
    await sql`create function lose() returns trigger language plpgsql as 'begin raise exception ''killed''; end'`.execute(
      db,
    );
    await sql`create trigger lose before update of tries on alert_deliveries execute function lose()`.execute(db);
    await expect(deliverAlerts(fleet.deps)).rejects.toThrow('killed');
    await sql`drop trigger lose on alert_deliveries`.execute(db);
    expect(await deliverAlerts(fleet.deps)).toBe(0); // the channel is still its
    fleet.wait({ minutes: 2 });
    expect(await deliverAlerts(fleet.deps)).toBe(1);
    const [first, second, ...more] = receiver.received;
    expect(more).toEqual([]);
    expect(second?.message.id).toBe(first?.message.id);
    expect(second?.body).toBe(first?.body);
  });

  it('one that dies while it looks leaves nothing half done', async () => {
    const receiver = await receiverOfTest();
    const fleet = await startFleet();
    await addWebhook(fleet, receiver.url);
    const ids = await fleet.add(2);
    fleet.wait({ minutes: 181 });
    await fleet.fail(ids, KEY_DELETED);
    const { db } = fleet.deps;
    await sql`create function lose() returns trigger language plpgsql as 'begin raise exception ''killed''; end'`.execute(
      db,
    );
    await sql`create trigger lose before insert on alert_deliveries execute function lose()`.execute(db);
    await expect(evaluateAlerts(fleet.deps)).rejects.toThrow('killed');
    expect(await fleet.alerts()).toEqual([]);
    await sql`drop trigger lose on alert_deliveries`.execute(db);
    expect(await evaluateAlerts(fleet.deps)).toBe(true);
    await deliverAlerts(fleet.deps);
    expect(receiver.received.map(({ message }) => message.event)).toEqual(['alert.opened']);
  });

  it('one that was frozen writes nothing about a channel that another has taken', async () => {
    const receiver = await receiverOfTest();
    const { fleet } = await alerted(receiver.url);
    const { db } = fleet.deps;
    const at = fleet.now();
    const [frozen] = await claimChannels(db, { now: at, heldUntil: new Date(at.getTime() + 60_000), limit: 10 });
    if (!frozen) throw new Error('nothing was claimed');
    const delivery = await nextDelivery(db, frozen.hold, new Date(at.getTime() + 60_000));
    fleet.wait({ minutes: 2 });
    expect(await deliverAlerts(fleet.deps)).toBe(1);
    const fault = KEY_DELETED;
    const end = { deliveryId: delivery?.id ?? '', at: fleet.now(), sent: false, fault, nextTryAt: null, giveUp: false };
    expect(await noteTry(db, frozen.hold, end)).toBe(false);
    expect(await nextDelivery(db, frozen.hold, at)).toBeUndefined();
  });

  it('two that deliver at the same moment send each message once', async () => {
    const receiver = await receiverOfTest();
    const { fleet } = await alerted(receiver.url);
    await Promise.all([1, 2, 3].map(() => deliverAlerts(fleet.deps)));
    expect(receiver.received).toHaveLength(1);
  });
});

describe('e-mail', () => {
  const settings = {
    kind: 'email',
    from: 'causeway@example.com',
    to: ['ops@example.com', 'boss@example.com'],
  } as const;

  async function mailed(
    change: { port: number; security: 'tls' | 'starttls' | 'none'; username?: string | null },
    secret: string | null = 'mail password',
  ) {
    const fleet = await startFleet();
    const input = {
      ...{ name: 'mail', enabled: true, afterIntervals: 3, remindHours: 24, secret },
      settings: { ...settings, host: '127.0.0.1', username: secret === null ? null : 'causeway', ...change },
    };
    return { fleet, channel: must(await createChannel(fleet.deps, { input, actor: 'system' })) };
  }

  it.each(['starttls', 'tls'] as const)('goes out over %s with user and password, as text and HTML', async security => {
    const server = await mailServer({ secure: security === 'tls' });
    const { fleet } = await mailed({ port: server.port, security });
    const ids = await fleet.add(1);
    const name = 'evil\r\nBcc: victim@example.com\r\n<script>';
    await sql`update connectors set name = ${name}`.execute(fleet.deps.db);
    fleet.wait({ minutes: 181 });
    await fleet.fail(ids, KEY_DELETED);
    await lookAndTell(fleet);
    expect(server.mails).toMatchObject([{ from: settings.from, to: settings.to, secure: true }]);
    const source = (server.mails[0]?.source ?? '').replaceAll('\r\n ', ' ');
    expect(source).toContain('Subject: [Causeway] 1 connector (Global) not complete: AWS does not know the');
    expect(source).toContain('multipart/alternative');
    const [{ id = '' } = {}] = await fleet.alerts();
    const words = source.replaceAll('=\r\n', '');
    expect(words).toContain(`causeway alerts show ${id}`);
    expect(words).toContain(`Hub: platform account ${HUB}`);
    expect(words).toContain('3 polling intervals');
    expect(source).toMatch(/Message-ID: <[0-9a-f-]{36}@causeway\.invalid>/);
    expect(source).not.toMatch(/^bcc:/im);
    expect(source.slice(source.indexOf('<!doctype html>'))).not.toContain('<script>');
  });

  it('is not sent in the clear when the server offers no encryption, nor its password', async () => {
    const heard: string[] = [];
    const server = await mailServer({
      hideSTARTTLS: true,
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth({ username }, _session, callback) {
        heard.push(username ?? '');
        callback(null, { user: 'causeway' });
      },
    });
    const { fleet, channel } = await mailed({ port: server.port, security: 'starttls' });
    const tested = must(await testChannel(fleet.deps, { id: channel.id, actor: 'system' }));
    expect(tested.outcome).toBe('failed');
    expect([server.mails, heard]).toEqual([[], []]);
  });

  it('says what the server answered when it refuses the password', async () => {
    const server = await mailServer();
    const { fleet, channel } = await mailed({ port: server.port, security: 'starttls' }, 'wrong');
    const { fault } = must(await testChannel(fleet.deps, { id: channel.id, actor: 'system' }));
    expect(fault).toMatchObject({ code: 'channel-refused', detail: expect.stringContaining('535') });
  });

  it('goes once to those that the server takes, and says which it refuses', async () => {
    const server = await mailServer({
      onRcptTo({ address }, _session, callback) {
        if (address === 'boss@example.com') callback(Object.assign(new Error('no such user'), { responseCode: 550 }));
        else callback();
      },
    });
    const { fleet, channel } = await mailed({ port: server.port, security: 'starttls' });
    const ids = await fleet.add(1);
    fleet.wait({ minutes: 181 });
    await fleet.fail(ids, KEY_DELETED);
    for (let look = 0; look < 3; look++) await lookAndTell(fleet);
    expect(server.mails).toMatchObject([{ to: ['ops@example.com'] }]);
    expect(must(await getChannel(fleet.deps, channel.id))).toMatchObject({
      ...{ failures: 0, pending: 0 },
      lastFault: { code: 'recipients-refused', detail: expect.stringContaining('boss@example.com') },
    });
    expect(await deliveriesOf(fleet, channel.id)).toMatchObject([{ state: 'sent', tries: 1 }]);
  });

  it('shows nothing of what a server says that does not speak SMTP', async () => {
    const other = net.createServer(socket => socket.end('SSH-2.0-secret 5.1\r\n'));
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    const { fleet, channel } = await mailed({ port: portOf(other.address()), security: 'starttls' });
    const { fault } = must(await testChannel(fleet.deps, { id: channel.id, actor: 'system' }));
    expect(fault).toMatchObject({ code: 'channel-unreachable', detail: expect.stringContaining('speak SMTP') });
    expect(JSON.stringify(fault)).not.toContain('secret 5.1');
  });

  it('goes to a relay without encryption only where there is no password to tell', async () => {
    const server = await mailServer({ authOptional: true });
    const { fleet, channel } = await mailed({ port: server.port, security: 'none' }, null);
    expect(must(await testChannel(fleet.deps, { id: channel.id, actor: 'system' })).outcome).toBe('ok');
    expect(server.mails).toMatchObject([{ secure: false }]);
    await expect(mailed({ port: server.port, security: 'none' })).rejects.toThrow('invalid-field');
  });

  it('is not sent to this machine unless the setting allows it', async () => {
    const server = await mailServer();
    const { fleet, channel } = await mailed({ port: server.port, security: 'starttls' });
    const tested = must(await testChannel({ ...fleet.deps, alertNetworks: [] }, { id: channel.id, actor: 'system' }));
    expect(tested.fault?.code).toBe('address-not-allowed');
  });

  it('keeps its password from another server', async () => {
    const { fleet, channel } = await mailed({ port: 2525, security: 'starttls' });
    const change = { kind: 'email', host: 'thief.example.com' } as const;
    const changed = await changeChannel(fleet.deps, { id: channel.id, change, actor: 'system' });
    expect(changed).toMatchObject({ ok: false, fault: { code: 'missing-field', field: 'secret' } });
  });
});

describe('the secret of a channel', () => {
  it('is sealed at rest, and sealed anew under a new master key', async () => {
    const receiver = await receiverOfTest();
    const { fleet } = await alerted(receiver.url);
    const { rows } = await sql<{ row: string }>`select ch::text as row from alert_channels ch`.execute(fleet.deps.db);
    expect(rows[0]?.row).not.toContain(SIGNING_SECRET);
    const [old, fresh] = [
      { version: 'test', bytes: Buffer.alloc(32, 7) },
      { version: 'fresh', bytes: Buffer.alloc(32, 8) },
    ];
    const both = { ...fleet.deps, vault: createVault([fresh, old]) };
    expect(await resealSecrets(both, { actor: 'system' })).toMatchObject({ resealed: 1, faults: [] });
    await deliverAlerts({ ...fleet.deps, vault: createVault([fresh]) });
    expect(receiver.received).toHaveLength(1);
  });
});

import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { evaluateAlerts } from '../../src/alerts/evaluate.ts';
import { systemIds } from '../../src/domain/ids.ts';
import { trustTheReceivers } from '../alerts/receivers.ts';
import { send, signIn, startTestApi, type TestApi } from './test-api.ts';

let api: TestApi;
let administrator: Awaited<ReturnType<typeof signIn>>;
let reader: Awaited<ReturnType<typeof signIn>>;
const channelPath = '/api/v1/alert-channels';

beforeAll(async () => {
  trustTheReceivers();
  api = await startTestApi();
  administrator = await signIn(api, { username: 'administrator' });
  reader = await signIn(api, { username: 'reader' });
});
afterAll(() => api?.stop());

const webhook = { kind: 'webhook', name: 'pager', url: 'https://hooks.example.com/x', secret: 'sixteen characters' };
const mail = {
  kind: 'email',
  name: 'mail',
  host: 'mail.example.com',
  port: 587,
  from: 'a@b.example',
  to: ['c@d.example'],
};

async function create(body: unknown) {
  return await send(api, administrator, { method: 'POST', path: channelPath, body });
}

it('a channel never tells its secret, and the audit log neither that nor a webhook’s path', async () => {
  const made = await create(webhook);
  expect(made).toMatchObject({
    status: 201,
    body: { name: 'pager', enabled: true, afterIntervals: 3, remindHours: 24, settings: { url: webhook.url } },
  });
  const path = `${channelPath}/${made.body.id}`;
  const changed = await send(api, administrator, {
    method: 'PATCH',
    path,
    body: { kind: 'webhook', afterIntervals: 5 },
  });
  expect(changed.body).toMatchObject({ afterIntervals: 5, settings: { url: webhook.url } });
  const audit = await send(api, administrator, { path: '/api/v1/audit' });
  expect(audit.body.items.map(({ action }: { action: string }) => action)).toEqual(
    expect.arrayContaining(['alert-channel.created', 'alert-channel.changed']),
  );
  for (const body of [made.body, changed.body, audit.body]) expect(JSON.stringify(body)).not.toContain(webhook.secret);
  expect(JSON.stringify(audit.body)).not.toContain('hooks.example.com/x');
  expect((await send(api, administrator, { method: 'DELETE', path })).status).toBe(204);
  expect((await send(api, administrator, { path })).body.code).toBe('not-found');
});

it.each([
  ['a webhook that is not https', { ...webhook, url: 'http://hooks.example.com' }, 'url'],
  ['a webhook with a password in its address', { ...webhook, url: 'https://me:secret@hooks.example.com' }, 'url'],
  ['a short secret', { ...webhook, secret: 'short' }, 'secret'],
  ['too few intervals', { ...webhook, afterIntervals: 1 }, 'afterIntervals'],
  ['a line break in a name', { ...webhook, name: 'a\nBcc: b' }, 'name'],
  ['a sender that is two', { ...mail, from: 'a@b.example, x@y.example' }, 'from'],
  ['a recipient with a header', { ...mail, to: ['a@b.example\r\nBcc: x@y.example'] }, 'to[0]'],
  ['a user without a password', { ...mail, username: 'me' }, 'secret'],
  ['a password over a connection in the clear', { ...mail, username: 'me', secret: 'x', security: 'none' }, 'security'],
])('%s is refused, and which field', async (_what, body, field) => {
  expect(await create(body)).toMatchObject({ status: 400, body: { field } });
});

it('readers see alerts and their connectors, but no channels', async () => {
  const { db } = api.deps;
  const id = systemIds.uuid();
  const at = api.deps.clock.now();
  await sql`
    insert into connectors (id, name, description, account_type, partition, account_id, role_arn, external_id,
      polling_minutes, enabled, in_cloud_view, in_asset_view, asset_tags, tags, next_run_at, created_at, updated_at)
    values (${id}, 'Production', '', 'global', 'aws', '222222222222', 'arn:aws:iam::222222222222:role/Reader', 'x-1234',
      60, true, true, false, '{}', '{}', ${at}, ${at}, ${at})
  `.execute(db);
  api.advance({ minutes: 181 });
  administrator = await signIn(api, { username: 'administrator' });
  reader = await signIn(api, { username: 'reader' });
  expect((await send(api, reader, { path: '/api/v1/alerts' })).body).toMatchObject({ items: [], evaluatedAt: null });
  expect(await evaluateAlerts(api.deps)).toBe(true);
  const list = await send(api, reader, { path: '/api/v1/alerts?state=open' });
  expect(list.body).toMatchObject({
    items: [{ state: 'open', cause: { fault: { code: 'no-run-ended' } }, connectors: { total: 1 } }],
    nextCursor: null,
    evaluatedAt: expect.any(String),
  });
  const [{ id: alertId }] = list.body.items;
  const connectors = await send(api, reader, { path: `/api/v1/alerts/${alertId}/connectors` });
  expect(connectors.body.items).toMatchObject([{ connectorId: id, name: 'Production', intervals: 3 }]);
  expect((await send(api, reader, { path: '/api/v1/alerts?state=resolved' })).body.items).toEqual([]);
  expect((await send(api, reader, { path: channelPath })).status).toBe(403);
  const metrics = await send(api, reader, { path: '/metrics' });
  expect(metrics.body).toContain('causeway_alerts_open{cause="no-run-ended"} 1');
});

it('a test message to an address of this machine is refused with what to do', async () => {
  const made = await create({ ...webhook, name: 'inside', url: 'https://localhost:1/' });
  const path = `${channelPath}/${made.body.id}/test`;
  const tested = await send(api, administrator, { method: 'POST', path });
  expect(tested).toMatchObject({ status: 200, body: { outcome: 'failed', fault: { code: 'address-not-allowed' } } });
  expect(tested.body.fault.remedy).toContain('CAUSEWAY_ALERT_NETWORKS');
});

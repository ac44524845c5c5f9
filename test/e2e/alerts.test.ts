import { sql } from 'kysely';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { accountOf } from '../../simulator/world/build.ts';
import { CONNECTOR_ROLE_NAME, readPolicy } from '../../simulator/world/policies.ts';
import type { PolicyDocument } from '../../simulator/world/world.ts';
import { CERTIFICATE_FILE, type WebhookReceiver, webhookReceiver } from '../alerts/receivers.ts';
import { launchBrowser } from '../support/browser.ts';
import { addConnector, PRODUCTION, runNow, type Stage, signIn, startStage } from './stage.ts';

const browser: Browser | undefined = await launchBrowser();
const EXTERNAL_ID = 'x-production';

describe.skipIf(!browser)('an administrator is told that a role has lost a right', () => {
  let stage: Stage;
  let receiver: WebhookReceiver;
  const events = () => receiver.received.map(({ message }) => message.event);

  beforeAll(async () => {
    if (!browser) return;
    receiver = await webhookReceiver();
    stage = await startStage(browser, 'alerts', {
      CAUSEWAY_ALERT_NETWORKS: '127.0.0.1',
      NODE_EXTRA_CA_CERTS: CERTIFICATE_FILE,
    });
    await addConnector(stage, {
      ...{ name: 'Production', accountId: PRODUCTION, externalId: EXTERNAL_ID },
      apps: ['cloud-view'],
    });
  }, 120_000);
  afterAll(async () => {
    await stage?.stop();
    await receiver?.close();
    await browser?.close();
  });

  test('there is no alert, and no channel; a webhook is created and tested', async () => {
    const { page, look } = stage;
    await page.goto('/cloudview/alerts');
    await signIn(page);
    await page.getByText('No open alerts').waitFor();
    await look('no-alerts');
    await page.getByRole('link', { name: 'Alert channels' }).first().click();
    await page.getByText('No alert channels').waitFor();
    await page.getByRole('button', { name: 'Create alert channel' }).click();
    const dialog = page.getByRole('dialog', { name: 'Create alert channel' });
    await dialog.getByLabel('Name').fill('on-call');
    await dialog.getByLabel('Address').fill('http://hooks.example.com');
    await dialog.getByLabel('Signing secret').fill('a signing secret');
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await dialog.getByText('must be an address that begins with https://').first().waitFor();
    await look('create-channel-refused');
    await dialog.getByLabel('Address').fill(receiver.url);
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByRole('row', { name: /on-call.*Webhook.*3 intervals/ }).waitFor();
    await page.getByRole('button', { name: 'Actions for on-call' }).click();
    await page.getByRole('menuitem', { name: 'Send test message' }).click();
    await page.getByText('on-call: the receiver took the test message').waitFor();
    expect(events()).toEqual(['alert.test']);
    await look('channel');
  });

  test('an e-mail channel is drafted in the same dialog', async () => {
    const { page, look } = stage;
    await page.getByRole('button', { name: 'Create alert channel' }).click();
    const dialog = page.getByRole('dialog', { name: 'Create alert channel' });
    await dialog.getByRole('radio', { name: /E-mail/ }).click();
    await dialog.getByLabel('User').fill('causeway');
    await dialog.getByLabel('Password').waitFor();
    await look('create-email');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  test('the role loses a right: one alert for all regions says so, on the page and to the channel', async () => {
    const { page, look, db, client } = stage;
    allowInAws(stage, readPolicy({ without: ['ec2:DescribeInstances'] }));
    const found = await client.call('listConnectors', { query: { search: 'Production' } });
    const id = found.ok ? (found.value.items[0]?.id ?? '') : '';
    expect(await client.call('startRun', { params: { id } })).toMatchObject({ ok: true });
    await vi.waitFor(async () => {
      expect(await client.call('getConnector', { params: { id } })).toMatchObject({ value: { state: 'problems' } });
    }, 60_000);
    await sql`update connectors set last_complete_at = now() - interval '13 hours'`.execute(db);
    await sql`update alert_evaluations set evaluated_at = 'epoch'`.execute(db);
    await vi.waitFor(() => expect(events()).toEqual(['alert.test', 'alert.opened']), 30_000);
    expect(receiver.received.at(-1)?.message.alert).toMatchObject({
      cause: { code: 'access-denied', actions: ['ec2:DescribeInstances'] },
      connectors: { total: 1, named: [{ name: 'Production', scopes: 17, regions: 17, intervals: 3 }] },
    });
    await page.getByRole('link', { name: 'Alerts', exact: true }).click();
    await page.getByRole('row', { name: /The role may not make this call.*Open.*1.*ec2:DescribeInstances/ }).waitFor();
    await look('open-alert');
    await page.getByRole('link', { name: 'The role may not make this call' }).click();
    await page.getByRole('row', { name: /Production.*222222222222.*17 in 17 regions/ }).waitFor();
    await look('alert');
    await page.getByRole('button', { name: 'Dark theme' }).click();
    await look('alert-dark');
  }, 120_000);

  test('the right is given back: the alert is resolved, and the channel is told', async () => {
    const { page, look, db } = stage;
    allowInAws(stage, readPolicy());
    await runNow(stage, 'Production');
    await sql`update alert_evaluations set evaluated_at = 'epoch'`.execute(db);
    await vi.waitFor(() => expect(events().at(-1)).toBe('alert.resolved'), 30_000);
    await page.getByRole('link', { name: 'Alerts', exact: true }).first().click();
    await page.getByRole('button', { name: 'Resolved' }).click();
    await page.getByRole('row', { name: /The role may not make this call.*Resolved/ }).waitFor();
    await look('past-alerts-dark');
    await page.goto('/administration/alert-channels');
    await page.getByRole('button', { name: 'Actions for on-call' }).click();
    await page.getByRole('menuitem', { name: 'Show messages' }).click();
    await page
      .getByRole('dialog')
      .getByRole('row', { name: /Resolved.*Sent/ })
      .waitFor();
    await look('messages-dark');
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
    await page.getByRole('button', { name: 'Actions for on-call' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('No alert channels').waitFor();
  }, 120_000);
});

/** Changes what the role’s permissions policy allows. */
function allowInAws({ simulation }: Stage, policy: PolicyDocument): void {
  const role = accountOf(simulation.world, PRODUCTION).roles[CONNECTOR_ROLE_NAME];
  if (!role) throw new Error('there is no role');
  role.inlinePolicies.Read = policy;
}

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addAccessKey, addAccount } from '../../simulator/world/build.ts';
import { addHub, type HubCredentials } from '../../simulator/world/hub.ts';
import { CONNECTOR_ROLE_NAME, trustPolicy } from '../../simulator/world/policies.ts';
import { launchBrowser } from '../support/browser.ts';
import {
  addConnector,
  CENTRAL_SECURITY,
  DEVELOPMENT,
  editTrustPolicyInAws,
  PRODUCTION,
  runNow,
  type Stage,
  settledOn,
  signIn,
  startStage,
} from './stage.ts';

/**
 * Replacing the credentials of a base account while its connectors run: another key, another account whose roles nobody
 * has edited yet, and back in one action.
 */

const browser = await launchBrowser();
const SECOND_SECURITY = '666666666666';
const MEMBERS = [
  { name: 'Production', accountId: PRODUCTION, externalId: 'production-1' },
  { name: 'Development', accountId: DEVELOPMENT, externalId: 'development-1' },
] as const;
let stage: Stage;
let second: HubCredentials;

beforeAll(async () => {
  if (!browser) return;
  stage = await startStage(browser, 'replace-credentials');
  addAccount(stage.simulation.world, { id: SECOND_SECURITY, name: 'Second Security' });
  second = addHub(stage.simulation.world, SECOND_SECURITY, 'causeway');
  for (const member of MEMBERS) await addConnector(stage, { ...member, apps: ['cloud-view'] });
  for (const { accountId, externalId } of MEMBERS) {
    const policy = trustPolicy({ partition: 'aws', accountIds: [CENTRAL_SECURITY], externalId });
    editTrustPolicyInAws(stage, { accountId, roleName: CONNECTOR_ROLE_NAME, policy });
  }
  await stage.page.goto('/configuration/aws/base-accounts/create');
  await signIn(stage.page);
  await stage.page.getByRole('heading', { name: 'Create base account' }).waitFor();
}, 120_000);
afterAll(async () => {
  await stage?.stop();
  await browser?.close();
}, 60_000);

describe.skipIf(!browser)('replacing the credentials of a base account', { timeout: 90_000 }, () => {
  test('the preview of a new base account says who moves, and it is created from there', async () => {
    const { page, look, hub } = stage;
    await page.getByRole('textbox', { name: 'Title' }).fill('Central Security');
    await page.getByLabel('AWS account ID').fill(CENTRAL_SECURITY);
    await page.getByRole('radio', { name: 'Web identity' }).check();
    await page.getByText('Keyless: chained sessions of one hour').waitFor();
    await look('create-keyless');
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByText('Enter the ARN of the role that the token is exchanged for.').waitFor();
    await page.getByRole('radio', { name: 'Access key', exact: true }).check();
    await page.getByLabel('Access key ID').fill(hub.accessKeyId);
    await page.getByLabel('Secret access key').fill('A'.repeat(40));
    await page.getByRole('button', { name: 'Preview' }).click();
    // A preview that is refused for a field leads back to the field.
    const wrong = page.locator('[aria-invalid="true"]');
    await wrong.waitFor();
    const dialog = page.getByRole('dialog', { name: 'What would happen' });
    await dialog.waitFor({ state: 'hidden' });
    await expect.poll(() => wrong.evaluate(field => field.matches(':focus'))).toBe(true);
    await page.getByLabel('Secret access key').fill(hub.secretAccessKey);
    await page.getByRole('button', { name: 'Preview' }).click();
    await dialog.getByText('No connector would stop working').waitFor();
    for (const { name } of MEMBERS) await dialog.getByRole('button', { name: new RegExp(`${name}.*Moves`) }).waitFor();
    await look('preview-of-create');
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByText('Base account “Central Security” was created').waitFor();
    for (const { name } of MEMBERS) await settledOn(stage, name, CENTRAL_SECURITY);
  });

  test('another key of the account is previewed, and what becomes of the old one is asked', async () => {
    const { page, look } = stage;
    const key = addAccessKey(stage.simulation.world, CENTRAL_SECURITY, { userName: 'causeway' });
    await edit();
    await page.getByLabel('Access key ID').fill(key.id);
    await page.getByLabel('Secret access key').fill(key.secret);
    expect(await page.getByRole('radio', { name: 'Keep them for a while' }).isChecked()).toBe(true);
    await page.getByRole('radio', { name: 'Destroy them at once, because they leaked' }).check();
    await look('another-key');
    await page.getByRole('button', { name: 'Preview' }).click();
    const dialog = page.getByRole('dialog', { name: 'What would happen' });
    await dialog.getByText('No connector would stop working').waitFor();
    await dialog.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Base account “Central Security” was saved').waitFor();
    for (const { name } of MEMBERS) await runNow(stage, name);
  });

  test('with another account that no role trusts yet the connectors go on through the one they had', async () => {
    const { page, look } = stage;
    await edit();
    await page.getByLabel('AWS account ID').fill(SECOND_SECURITY);
    await page.getByLabel('Access key ID').fill(second.accessKeyId);
    await page.getByLabel('Secret access key').fill(second.secretAccessKey);
    await page.getByRole('button', { name: 'Preview' }).click();
    const dialog = page.getByRole('dialog', { name: 'What would happen' });
    await dialog.getByRole('button', { name: /Production.*Stays/ }).waitFor();
    await dialog
      .getByText(/its role does not let the target hub in yet/)
      .first()
      .waitFor();
    await look('preview-of-another-account');
    await dialog.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Base account “Central Security” was saved').waitFor();
    for (const { name } of MEMBERS) await runNow(stage, name);
    for (const { name } of MEMBERS) await settledOn(stage, name, CENTRAL_SECURITY);
    await page.getByRole('link', { name: 'Central Security' }).click();
    await page.getByText('0 of 2 connectors are reached through it.').waitFor();
    await look('nobody-moved');
  });

  test('destroying what they run through needs their number', async () => {
    const { page, look } = stage;
    await page.getByRole('tab', { name: 'Credentials' }).click();
    const earlier = page.getByRole('table', { name: 'Earlier credentials' });
    await earlier.getByRole('row', { name: new RegExp(CENTRAL_SECURITY) }).waitFor();
    await page.getByRole('button', { name: 'Destroy earlier credentials' }).click();
    const dialog = page.getByRole('dialog', { name: /Destroy the earlier credentials/ });
    await dialog.getByText('2 connectors run through them').waitFor();
    await dialog.getByLabel('To confirm, type how many connectors run through them: 2').waitFor();
    await look('destroy-earlier');
    const destroy = dialog.getByRole('button', { name: 'Destroy', exact: true });
    expect(await destroy.getAttribute('aria-disabled')).toBe('true');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  test('one action rolls back, and no connector has failed all the while', async () => {
    const { page, look } = stage;
    await page.getByRole('button', { name: 'Roll back' }).click();
    const dialog = page.getByRole('dialog', { name: /Roll back/ });
    await dialog.getByText('No connector would stop working').waitFor();
    await look('roll-back');
    await dialog.getByRole('button', { name: 'Roll back' }).click();
    await page.getByText('“Central Security” is rolled back').waitFor();
    for (const { name } of MEMBERS) await runNow(stage, name);
    await page.getByRole('tab', { name: 'Connectors' }).click();
    await page.getByText('2 of 2 connectors are reached through it.').waitFor();
    expect(await failures()).toEqual([]);
    await look('rolled-back');
  });
});

async function edit(): Promise<void> {
  const { page } = stage;
  await page.goto('/configuration/aws/base-accounts');
  await page.getByRole('button', { name: 'Actions for Central Security' }).click();
  await page.getByRole('menuitem', { name: 'Edit' }).click();
  await page.getByRole('heading', { name: 'Edit Central Security' }).waitFor();
}

/** The runs of all connectors that have failed so far. */
async function failures() {
  const listed = await stage.client.call('listConnectors', { query: {} });
  if (!listed.ok) throw new Error(JSON.stringify(listed));
  const runs = await Promise.all(
    listed.value.items.map(({ id }) => stage.client.call('listRuns', { params: { id }, query: {} })),
  );
  return runs.flatMap(reply => (reply.ok ? reply.value.items : [])).filter(({ state }) => state === 'failed');
}

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CONNECTOR_ROLE_NAME } from '../../simulator/world/policies.ts';
import { launchBrowser } from '../support/browser.ts';
import {
  ALL_SCOPES,
  addConnector,
  CENTRAL_SECURITY,
  copiedBy,
  DEVELOPMENT,
  editTrustPolicyInAws,
  jsonOn,
  PLATFORM,
  PRODUCTION,
  type Stage,
  signIn,
  startStage,
} from './stage.ts';

/**
 * The life of a base account beside connectors that exist before it: created, its connectors move one by one as their
 * trust policies are edited; edited; deleted, and the connectors go back.
 */

const browser = await launchBrowser();
const MEMBERS = [
  { name: 'Production', accountId: PRODUCTION, externalId: 'production-1' },
  { name: 'Development', accountId: DEVELOPMENT, externalId: 'development-1' },
] as const;
let stage: Stage;

beforeAll(async () => {
  if (!browser) return;
  stage = await startStage(browser, 'base-account-life');
  for (const member of MEMBERS) await addConnector(stage, { ...member, apps: ['cloud-view'] });
  await stage.page.goto('/cloudview/connectors');
  await signIn(stage.page);
}, 120_000);
afterAll(async () => {
  await stage?.stop();
  await browser?.close();
}, 60_000);

describe.skipIf(!browser)('a base account beside connectors that exist already', { timeout: 90_000 }, () => {
  test('signing in leads to the page that was asked for, and the connectors run through the platform account', async () => {
    const { page, look } = stage;
    await page.getByRole('heading', { name: 'Connectors (2)' }).waitFor();
    for (const { name } of MEMBERS) {
      await expect
        .poll(() => rowOf(name), { timeout: 30_000 })
        .toMatch(new RegExp(`OK.*Platform 999999999999.*${ALL_SCOPES} of ${ALL_SCOPES} scopes`));
    }
    await look('connectors-on-the-platform-account');
  });

  test('after its creation every connector is moving and still works', async () => {
    const { page, look, hub } = stage;
    await page.goto('/configuration/aws/base-accounts/create');
    await page.getByRole('textbox', { name: 'Title' }).fill('Central Security');
    await page.getByLabel('AWS account ID').fill(CENTRAL_SECURITY);
    await page.getByLabel('Access key ID').fill(hub.accessKeyId);
    await page.getByLabel('Secret access key').fill(hub.secretAccessKey);
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByText('Base account “Central Security” was created').waitFor();
    await expect.poll(() => rowOf('Central Security')).toMatch(/0 of 2 on it.*2 moving/);
    await look('base-account-with-moving-connectors');

    await page.goto('/cloudview/connectors');
    for (const { name } of MEMBERS) {
      await expect.poll(() => rowOf(name)).toMatch(/OK.*Moving.*Platform 999999999999.*→ Base 111111111111/);
    }
    await look('connectors-moving');
  });

  test('a connector moves by itself once the role has the trust policy that its page shows', async () => {
    const { page, look } = stage;
    await page.goto('/cloudview/connectors');
    await page.getByRole('link', { name: 'Production' }).click();
    const banner = page.getByText(/Still on platform account 999999999999/);
    await banner.waitFor();
    await page.getByRole('button', { name: 'Check now' }).click();
    await page.getByText('“Production” works, still through platform account 999999999999').waitFor();
    await look('connector-moving');
    await page.getByRole('link', { name: 'See the change', exact: true }).click();
    await page.getByText('In the end').click();
    await page.getByText('The new policy as a whole').click();
    const policy = await jsonOn(page, 'new trust policy as a whole');
    expect(JSON.stringify(policy)).toContain(`arn:aws:iam::${CENTRAL_SECURITY}:root`);
    editTrustPolicyInAws(stage, { accountId: PRODUCTION, roleName: CONNECTOR_ROLE_NAME, policy });
    // A run that was under way before the edit does not know of it; and while there is one, no other can be asked for.
    await expect
      .poll(
        async () => {
          if (await banner.isHidden()) return 'moved';
          await page.getByRole('button', { name: 'Run now' }).click();
          return 'moving';
        },
        { timeout: 60_000, interval: 5_000 },
      )
      .toBe('moved');
    await page.getByText(`Base account ${CENTRAL_SECURITY}`).first().waitFor();
    await page.getByRole('tab', { name: 'Check' }).click();
    await page.getByRole('button', { name: 'Check again' }).click();
    await page.getByText('The check of “Production” passed').waitFor();
    await look('connector-moved');
  });

  test('"Use in AssetView" brings its connectors in, and switching it off takes none out', async () => {
    const { page, look } = stage;
    await editBaseAccount();
    await expect(page.getByLabel('Account type').inputValue()).resolves.toBe('Global');
    expect(await page.getByLabel('Account type').isEditable()).toBe(false);
    await page.getByLabel('Use in AssetView').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Base account “Central Security” was saved').waitFor();
    await page.getByRole('link', { name: 'Connectors in AssetView' }).click();
    await page.getByRole('button', { name: 'Remove from AssetView: Production' }).waitFor();
    await look('in-asset-view');

    await editBaseAccount();
    await page.getByLabel('Use in AssetView').uncheck();
    await page.getByText('Nothing is removed from AssetView').waitFor();
    await look('use-in-asset-view-off');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Base account “Central Security” was saved').waitFor();
    await page.getByRole('link', { name: 'Connectors in AssetView' }).click();
    await page.getByRole('button', { name: 'Remove from AssetView: Production' }).click();
    await page.getByRole('button', { name: 'Add to AssetView: Production' }).waitFor();
    await look('removed-from-asset-view');
  });

  test('its menu checks the key and shows the policy it needs', async () => {
    const { page, look } = stage;
    await openMenu('Check now');
    await page.getByText('The credentials of “Central Security” work').waitFor();
    await openMenu('Show hub policy');
    const policy = JSON.stringify(await jsonOn(page, 'hub policy'));
    expect(policy).toContain('sts:AssumeRole');
    expect(policy).toContain(`arn:aws:iam::${PRODUCTION}:role/${CONNECTOR_ROLE_NAME}`);
    await look('hub-policy');
    await page.getByRole('button', { name: 'Close', exact: true }).click();
  });

  test('deleting it says what to change in each role, and the connectors go back to the platform account', async () => {
    const { page, look } = stage;
    await openMenu('Delete');
    const dialog = page.getByRole('dialog', { name: /Delete base account/ });
    await dialog.getByText('A role that does not trust the platform account stops working').waitFor();
    await dialog.getByText('1 of 2 connectors would stop working').waitFor();
    await dialog.getByRole('button', { name: /Production.*Stops working/ }).click();
    const policy = await copiedBy(page, 'Copy new trust policy');
    expect(JSON.stringify(policy)).toContain(`arn:aws:iam::${PLATFORM}:root`);
    expect(JSON.stringify(policy)).toContain('production-1');
    await look('delete-base-account');
    expect(await dialog.getByRole('button', { name: 'Delete', exact: true }).getAttribute('aria-disabled')).toBe(
      'true',
    );
    await dialog.getByLabel('To confirm, type how many connectors stop working: 1').fill('1');
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('Base account “Central Security” was deleted').waitFor();
    await page.getByText('No base account yet').waitFor();

    editTrustPolicyInAws(stage, { accountId: PRODUCTION, roleName: CONNECTOR_ROLE_NAME, policy });
    await page.goto('/cloudview/connectors');
    await page.getByRole('link', { name: 'Production' }).click();
    await page.getByRole('button', { name: 'Run now' }).click();
    await page.getByText(`Platform account ${PLATFORM}`).first().waitFor();
    await expect
      .poll(() => page.getByText(`${ALL_SCOPES} of ${ALL_SCOPES} complete`).count(), { timeout: 30_000 })
      .toBeGreaterThan(2);
    await look('connector-back');
  });
});

async function rowOf(name: string): Promise<string> {
  return (await stage.page.getByRole('row', { name: new RegExp(name) }).textContent()) ?? '';
}

async function openMenu(item: string): Promise<void> {
  const { page } = stage;
  await page.goto('/configuration/aws/base-accounts');
  await page.getByRole('button', { name: 'Actions for Central Security' }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

async function editBaseAccount(): Promise<void> {
  await openMenu('Edit');
  await stage.page.getByRole('heading', { name: 'Edit Central Security' }).waitFor();
}

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addAccount } from '../../simulator/world/build.ts';
import { CONNECTOR_ROLE_NAME, trustPolicy } from '../../simulator/world/policies.ts';
import { launchBrowser } from '../support/browser.ts';
import {
  addConnector,
  CENTRAL_SECURITY,
  DEVELOPMENT,
  editTrustPolicyInAws,
  jsonOn,
  PLATFORM,
  PRODUCTION,
  type Stage,
  settledOn,
  signIn,
  startStage,
} from './stage.ts';

/**
 * Deleting a base account that some roles trust alone: the preview says which connectors would stop working, their number
 * is typed, the others go on through the platform account, and the broken ones say what mends them.
 */

const browser = await launchBrowser();
const STAGING = '444444444444';
const DATA = '555555555555';
const MEMBERS = [
  // Their roles are edited to trust the base account alone.
  { name: 'Production', accountId: PRODUCTION, externalId: 'production-1', trusts: [CENTRAL_SECURITY] },
  { name: 'Development', accountId: DEVELOPMENT, externalId: 'development-1', trusts: [CENTRAL_SECURITY] },
  // Its role trusts both.
  { name: 'Staging', accountId: STAGING, externalId: 'staging-1', trusts: [PLATFORM, CENTRAL_SECURITY] },
  // Nobody has edited its role.
  { name: 'Data Platform', accountId: DATA, externalId: 'data-1', trusts: [PLATFORM] },
] as const;
let stage: Stage;

beforeAll(async () => {
  if (!browser) return;
  stage = await startStage(browser, 'delete-base-account');
  addAccount(stage.simulation.world, { id: STAGING, name: 'Staging' });
  addAccount(stage.simulation.world, { id: DATA, name: 'Data Platform' });
  for (const { name, accountId, externalId } of MEMBERS) {
    await addConnector(stage, { name, accountId, externalId, apps: ['cloud-view'] });
  }
  for (const { name, trusts } of MEMBERS) trust(name, trusts);
  const { accessKeyId, secretAccessKey } = stage.hub;
  const created = await stage.client.call('createBaseAccount', {
    body: {
      title: 'Central Security',
      accountType: 'global',
      accountId: CENTRAL_SECURITY,
      accessKeyId,
      secretAccessKey,
    },
  });
  if (!created.ok) throw new Error(JSON.stringify(created));
  for (const { name, trusts } of MEMBERS) await settledOn(stage, name, trusts.at(-1) ?? '');
  await stage.page.goto('/configuration/aws/base-accounts');
  await signIn(stage.page);
  await stage.page.getByRole('link', { name: 'Central Security' }).waitFor();
}, 180_000);
afterAll(async () => {
  await stage?.stop();
  await browser?.close();
}, 60_000);

describe.skipIf(!browser)('deleting a base account that some roles trust alone', { timeout: 90_000 }, () => {
  test('the preview says of each connector what it tried, and deleting needs the number that would stop working', async () => {
    const { page, look } = stage;
    await openDelete();
    const dialog = deleteDialog();
    await dialog.getByText('2 of 4 connectors would stop working').waitFor();
    await look('preview');
    for (const [name, outcome] of [
      ['Production', 'Stops working'],
      ['Development', 'Stops working'],
      ['Staging', 'Moves'],
      ['Data Platform', 'Stays'],
    ] as const) {
      await dialog.getByRole('button', { name: new RegExp(`${name}.*${outcome}`) }).waitFor();
    }
    await dialog.getByRole('button', { name: /Production/ }).click();
    await dialog.getByText(`In the trust policy of arn:aws:iam::${PRODUCTION}`).waitFor();
    // Its policy was read before somebody edited it.
    await dialog.getByText('The policy that is known admits the hub, and AWS refused it').waitFor();
    await dialog.getByRole('button', { name: 'Read it again' }).click();
    const change = dialog.getByRole('region', { name: 'change of the trust policy' });
    await expect.poll(() => change.textContent()).toMatch(new RegExp(`added: .*arn:aws:iam::${PLATFORM}:root`));
    await look('preview-of-one');

    const confirm = dialog.getByLabel('To confirm, type how many connectors stop working: 2');
    await confirm.fill('Central Security');
    expect(await deleteButton().getAttribute('aria-disabled')).toBe('true');
    await confirm.fill('2');
    expect(await deleteButton().getAttribute('aria-disabled')).not.toBe('true');
    await page.keyboard.press('Escape');
  });

  test('a number that is not true any more is refused, and the preview is taken anew', async () => {
    const { look } = stage;
    await openDelete();
    const dialog = deleteDialog();
    await dialog.getByLabel('To confirm, type how many connectors stop working: 2').fill('2');
    // Meanwhile its owner mends the role.
    trust('Development', [PLATFORM, CENTRAL_SECURITY]);
    await deleteButton().click();
    await dialog.getByText('That is not the number that was confirmed, 2.').waitFor();
    await dialog.getByText('1 of 4 connectors would stop working').waitFor();
    await look('number-has-changed');
    await dialog.getByLabel('To confirm, type how many connectors stop working: 1').fill('1');
    await deleteButton().click();
    await stage.page.getByText('Base account “Central Security” was deleted').waitFor();
    await stage.page.getByText('No base account yet').waitFor();
  });

  test('afterwards all others work through the platform account, and the broken one says what mends it', async () => {
    const { page, look } = stage;
    for (const name of ['Development', 'Staging', 'Data Platform']) await settledOn(stage, name, PLATFORM);
    await page.goto('/cloudview/connectors');
    await expect.poll(() => rowOf('Production'), { timeout: 30_000 }).toMatch(/Failing/);
    for (const name of ['Development', 'Staging', 'Data Platform']) {
      await expect.poll(() => rowOf(name), { timeout: 30_000 }).toMatch(/OK.*Platform 999999999999/);
    }
    await look('after-the-deletion');
    await page.getByRole('link', { name: 'Production' }).click();
    await page
      .getByText(`change the trusted account from ${CENTRAL_SECURITY} to ${PLATFORM} with the external ID production-1`)
      .first()
      .waitFor();
    await page.getByText(`Not working: the trust policy does not admit platform account ${PLATFORM}`).waitFor();
    await look('broken-connector');
  });

  test('with the trust policy that its page shows the broken one works again', async () => {
    const { page, look } = stage;
    await page.getByRole('tab', { name: 'Role', exact: true }).click();
    await page.getByRole('tab', { name: 'Policies' }).click();
    const policy = await jsonOn(page.getByRole('tabpanel', { name: 'Policies' }), 'trust policy');
    editTrustPolicyInAws(stage, { accountId: PRODUCTION, roleName: CONNECTOR_ROLE_NAME, policy });
    await page.getByRole('button', { name: 'Run now' }).click();
    await settledOn(stage, 'Production', PLATFORM);
    await page.goto('/cloudview/connectors');
    await expect.poll(() => rowOf('Production')).toMatch(/OK.*Platform 999999999999/);
    await look('all-mended');
  });
});

/** Makes the role of a connector trust these accounts and no other. */
function trust(name: string, accountIds: readonly string[]): void {
  const member = MEMBERS.find(one => one.name === name);
  if (!member) throw new Error(`no connector ${name}`);
  const { accountId, externalId } = member;
  const policy = trustPolicy({ partition: 'aws', accountIds: [...accountIds], externalId });
  editTrustPolicyInAws(stage, { accountId, roleName: CONNECTOR_ROLE_NAME, policy });
}

async function openDelete(): Promise<void> {
  const { page } = stage;
  await page.goto('/configuration/aws/base-accounts');
  await page.getByRole('button', { name: 'Actions for Central Security' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
}

function deleteDialog() {
  return stage.page.getByRole('dialog', { name: /Delete base account/ });
}

function deleteButton() {
  return deleteDialog().getByRole('button', { name: 'Delete', exact: true });
}

async function rowOf(name: string): Promise<string> {
  return (await stage.page.getByRole('row', { name: new RegExp(name) }).textContent()) ?? '';
}

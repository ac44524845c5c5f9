import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import {
  ALL_SCOPES,
  CENTRAL_SECURITY,
  createRoleInAws,
  DEVELOPMENT,
  jsonOn,
  liveInstances,
  PRODUCTION,
  type Stage,
  signIn,
  startStage,
} from './stage.ts';

/**
 * The product's example as an owner lives it: three accounts, Central Security, Production and Development. Central Security
 * becomes the Global base account, and connectors for the other two pull their instances into AssetView through it.
 */

const browser = await launchBrowser();
let stage: Stage;

beforeAll(async () => {
  if (browser) stage = await startStage(browser, 'seed-example');
}, 120_000);
afterAll(async () => {
  await stage?.stop();
  await browser?.close();
}, 60_000);

test.skipIf(!browser)(
  'Central Security becomes the base account, and the instances of Production and Development arrive through it',
  { timeout: 180_000 },
  async () => {
    const { page, look } = stage;
    await page.goto('/');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await look('sign-in');
    await signIn(page);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.getByText('No connectors yet').waitFor();
    await look('overview-empty');

    await createBaseAccount();
    await createConnector('Production', PRODUCTION);
    await createConnector('Development', DEVELOPMENT);
    await seeInstances();
    await openAnInstance();
  },
);

async function createBaseAccount(): Promise<void> {
  const { page, look, hub } = stage;
  await page.getByRole('link', { name: 'Configure Base Account' }).click();
  await page.getByText('No base account yet').waitFor();
  await look('base-accounts-empty');
  await page.getByRole('link', { name: 'Create', exact: true }).first().click();
  await page.getByRole('heading', { name: 'Create base account' }).waitFor();
  await page.getByLabel('Title').fill('Central Security');
  await page.getByLabel('AWS account ID').fill(CENTRAL_SECURITY);
  await page.getByLabel('Access key ID').fill(hub.accessKeyId);
  await page.getByLabel('Secret access key').fill(hub.secretAccessKey);
  await page.getByLabel('Use in AssetView').check();
  await look('create-base-account');
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByText('Base account “Central Security” was created').waitFor();
  const row = page.getByRole('row', { name: /Central Security/ });
  await expect.poll(() => row.textContent()).toMatch(/Global[\s\S]*111111111111[\s\S]*Proved[\s\S]*Used/);
  await look('base-accounts');
}

async function createConnector(name: string, accountId: string): Promise<void> {
  const { page, look } = stage;
  await page.goto('/configuration/aws/connectors');
  await page.getByRole('link', { name: 'Create connector' }).first().click();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
  await look(`${name}-1-name`);
  await page.getByRole('button', { name: 'Next' }).click();

  await page.getByText('Account to trust (your base account)').waitFor();
  await look(`${name}-2-role`);
  await page.getByRole('tab', { name: 'Policies' }).click();
  const trustPolicy = await jsonOn(page, 'trust policy');
  const permissionsPolicy = await jsonOn(page, 'permissions policy');
  await look(`${name}-2-policies`);
  createRoleInAws(stage, { accountId, name: 'CausewayReader', trustPolicy, permissionsPolicy });
  await page.getByLabel('Role ARN').fill(`arn:aws:iam::${accountId}:role/CausewayReader`);
  await page.getByRole('button', { name: 'Next' }).click();

  await page.getByLabel('Polling frequency in minutes').waitFor();
  await look(`${name}-3-regions`);
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('button', { name: 'Add asset tag' }).click();
  await page.getByLabel('Key of asset tag 1').fill('Account');
  await page.getByLabel('Value of asset tag 1').fill(name);
  await look(`${name}-4-tags`);
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('button', { name: 'Edit Role' }).waitFor();
  await look(`${name}-5-review`);
  await page.getByRole('button', { name: 'Create connector' }).click();

  await page.getByRole('heading', { name, exact: true }).waitFor();
  await look(`${name}-created`);
  await page.getByText(`${ALL_SCOPES} of ${ALL_SCOPES} complete`).waitFor({ timeout: 60_000 });
  await page.getByText(`Base account ${CENTRAL_SECURITY}`).first().waitFor();
  await look(`${name}-read`);
}

async function seeInstances(): Promise<void> {
  const { page, look } = stage;
  const expected = liveInstances(stage);
  await page.getByRole('link', { name: 'Instances' }).click();
  await page.getByRole('heading', { name: `Instances (${expected.length})` }).waitFor();
  await page.getByText(/^All \d+ scopes observed/).waitFor();
  await look('instances');
  const shown: string[] = [];
  for (;;) {
    const rows = page.getByRole('row', { name: /\bi-[0-9a-f]{17}/ });
    shown.push(...(await rows.allTextContents()).map(row => /i-[0-9a-f]{17}/.exec(row)?.[0] ?? row));
    const next = page.getByRole('button', { name: 'Next page' });
    if (!(await next.isVisible()) || (await next.isDisabled())) break;
    await next.click();
    await page.getByText(`51–${expected.length}`).waitFor();
  }
  expect(shown.toSorted()).toEqual(expected.map(({ InstanceId }) => InstanceId).toSorted());
}

async function openAnInstance(): Promise<void> {
  const { page, look } = stage;
  const running = liveInstances(stage).find(
    ({ State, Tags }) => State?.Name === 'running' && nameOf(Tags) !== undefined,
  );
  if (!running) throw new Error('the world has a running instance with a name');
  await page.goto('/assetview/instances');
  await page.getByRole('combobox', { name: 'Find assets' }).fill(running.InstanceId);
  await page.keyboard.press('Enter');
  await page.getByText('1 match').first().waitFor();
  await look('instances-searched');
  await page.getByRole('link', { name: nameOf(running.Tags) ?? '' }).click();
  await page.getByRole('heading', { name: nameOf(running.Tags) ?? '', exact: true }).waitFor();
  for (const value of [running.InstanceId, running.InstanceType, running.PrivateIpAddress, running.VpcId, 'running']) {
    await page
      .getByText(value ?? '', { exact: true })
      .first()
      .waitFor();
  }
  await look('instance');
  for (const tab of ['Tags', 'History', 'All attributes', 'Connectors']) {
    await page.getByRole('tab', { name: tab }).click();
    await look(`instance-${tab.toLowerCase().replaceAll(' ', '-')}`);
  }
}

function nameOf(
  tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined,
) {
  return tags?.find(({ Key }) => Key === 'Name')?.Value || undefined;
}

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CONNECTOR_ROLE_NAME } from '../../simulator/world/policies.ts';
import { launchBrowser } from '../support/browser.ts';
import {
  addConnector,
  CENTRAL_SECURITY,
  copiedBy,
  editTrustPolicyInAws,
  PLATFORM,
  PRODUCTION,
  type Stage,
  signIn,
  startStage,
} from './stage.ts';

/** A role that refuses the base account is mended with what its connector’s page shows; and any policy can be looked into. */

const browser = await launchBrowser();
const EXTERNAL_ID = 'production-7fGq2XwLk0';
let stage: Stage;

beforeAll(async () => {
  if (!browser) return;
  stage = await startStage(browser, 'fix-a-role');
  await addConnector(stage, {
    name: 'Production',
    accountId: PRODUCTION,
    externalId: EXTERNAL_ID,
    apps: ['cloud-view'],
  });
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
  await stage.page.goto('/cloudview/connectors');
  await signIn(stage.page);
}, 120_000);
afterAll(async () => {
  await stage?.stop();
  await browser?.close();
}, 60_000);

describe.skipIf(!browser)('a role that does not let the base account in', { timeout: 90_000 }, () => {
  test('its connector says why, and shows the change line by line', async () => {
    const { page, look } = stage;
    await page.getByRole('link', { name: 'Production' }).click();
    await page.getByText(`Still on platform account ${PLATFORM}`).waitFor({ timeout: 30_000 });
    await page.getByRole('button', { name: 'Check now' }).click();
    await page.getByText('“Production” works, still through platform account 999999999999').waitFor();
    await look('check-with-its-diagnosis');
    await page.getByRole('link', { name: 'See the change' }).first().click();
    await page.getByRole('heading', { name: 'Why it is refused' }).waitFor();
    const tab = page.getByRole('heading', { name: 'Trust', exact: true });
    await expect.poll(async () => (await tab.boundingBox())?.y).toBeLessThan(600);
    await page.getByText('The role’s trust policy does not name the hub').first().waitFor();
    const change = page.getByRole('region', { name: 'change of the trust policy' });
    await expect.poll(() => change.locator('ins').allTextContents()).toContainEqual(expect.stringContaining(ROOT));
    expect(await change.locator('ins').first().textContent()).toMatch(/^\+added: /);
    await look('trust-tab');
    await page.getByText('The policy as it is').click();
    await page.getByRole('region', { name: 'trust policy in AWS' }).waitFor();
    await look('trust-policy-in-aws');
  });

  test('the change can be had for the end, and naming the hub otherwise', async () => {
    const { page, look } = stage;
    await page.getByText('In the end').click();
    const change = page.getByRole('region', { name: 'change of the trust policy' });
    await expect
      .poll(() => change.locator('del').allTextContents())
      .toContainEqual(expect.stringContaining(`arn:aws:iam::${PLATFORM}:root`));
    expect(new URL(page.url()).searchParams.get('edit')).toBe('final');
    await page.getByRole('button', { name: 'How the hub is named' }).click();
    await page.getByRole('option', { name: /Its account, if it is this user or role/ }).click();
    await expect
      .poll(() => change.locator('ins').allTextContents())
      .toContainEqual(expect.stringContaining('aws:PrincipalArn'));
    await look('the-final-change');
  });

  test('the copied policy, put into AWS, moves it at the next check', async () => {
    const { page, look } = stage;
    await page.goto(page.url().replace(/\?.*/, '?tab=trust'));
    const policy = await copiedBy(page, 'Copy new trust policy');
    expect(JSON.stringify(policy)).toContain(ROOT);
    expect(JSON.stringify(policy)).toContain(`arn:aws:iam::${PLATFORM}:root`);
    editTrustPolicyInAws(stage, { accountId: PRODUCTION, roleName: CONNECTOR_ROLE_NAME, policy });
    await page.getByRole('button', { name: 'Check now: Production' }).click();
    await page.getByText(`“Production” has moved to base account ${CENTRAL_SECURITY}`).waitFor();
    await page.getByText('On target').first().waitFor();
    await page.getByText('Nothing to change: the policy is so already.').waitFor();
    await page.getByRole('heading', { name: 'Why it is refused' }).waitFor({ state: 'hidden' });
    await look('moved');
  });

  test('any policy can be pasted, and what is wrong in it is shown at its place', async () => {
    const { page, look } = stage;
    await page.getByRole('link', { name: 'Try another policy' }).click();
    await page.getByRole('heading', { name: 'Trust policy', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Evaluate' }).click();
    await page.getByText(`The policy lets ${CENTRAL_SECURITY} in`).waitFor();
    await page.getByText('The policy in words').click();
    await look('pasted-policy');

    await page
      .getByLabel('Trust policy', { exact: true })
      .fill('{\n  "Version": "2012-10-17",\n  "Statement": [{,}]\n}');
    await page.getByRole('button', { name: 'Evaluate' }).click();
    await page.getByText(/Not JSON at line 3, column 18/).waitFor();
    expect(await page.getByRole('region', { name: 'Line 3 of the policy' }).locator('mark').textContent()).toContain(
      '[{,}]',
    );
    await look('wrong-policy');

    await page.getByLabel('Who wants in').fill('');
    await page.getByRole('button', { name: 'Evaluate' }).click();
    await page.getByText('Enter who wants in').waitFor();
  });
});

const ROOT = `arn:aws:iam::${CENTRAL_SECURITY}:root`;
